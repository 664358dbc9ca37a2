"""What is measured of incidents and contacts, each by a small case computed by hand."""

from typing import Any

import pytest

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from tests.team.goals.stage import come_to, done, figures, goal, opened, records

pytestmark = pytest.mark.django_db

HOUR = 3600


@pytest.fixture
def teams() -> list[Any]:
    """Three teams."""
    return [create("function-team", OPERATOR, via="api", title=name, cluster="support") for name in "ABC"]


def test_volume_is_counted_by_the_day_of_opening() -> None:
    for when in ("02-29 23:59", "03-01 00:00", "03-31 23:59", "04-01 00:00"):
        opened("incident", when)
    one = goal("incident.opened", period="month")
    assert [figures(one, month)[:2] for month in ("2024-02", "2024-03", "2024-04")] == [
        (1, 1),
        (2, 2),
        (1, 1),
    ]


def test_time_to_resolve_has_mean_median_and_percentiles() -> None:
    for hours, priority in ((1, 1), (2, 1), (3, 1), (10, 1), (40, 5)):
        level = {"impact": priority, "urgency": priority}
        done(
            opened("incident", "03-01 00:00", **level),
            "resolve",
            f"03-0{1 + hours // 24} {hours % 24:02}:00",
            cause="x",
        )
    by = {name: goal("incident.time-to-resolve", statistic=name, priority=1) for name in ("mean", "median", "p90")}
    assert come_to(by["mean"]).value == 4 * HOUR
    assert come_to(by["median"]).value == 2.5 * HOUR
    assert come_to(by["p90"]).value == pytest.approx(7.9 * HOUR)  # between 3 and 10 hours, 0.7 of the way
    assert come_to(goal("incident.time-to-resolve", statistic="median")).value == 3 * HOUR
    within = goal("incident.time-to-resolve", limit="3h", target="60 %")
    found = come_to(within)
    assert (found.statistic, found.comparison, found.numerator, found.denominator) == ("within", "at-least", 3, 5)
    assert (found.state, found.shown) == ("met", "60.0 %")
    assert len(records(within, "made")) == 3
    assert len(records(within, "missed")) == 2


def test_only_the_resolution_that_lasted_counts_and_a_reopening_by_the_first() -> None:
    twice = opened("incident", "03-01 08:00")
    done(twice, "resolve", "03-01 10:00", cause="x")
    done(twice, "reopen", "03-02 08:00", reason="again")
    done(twice, "resolve", "04-02 09:00", cause="y")
    once = opened("incident", "03-01 08:00")
    done(once, "resolve", "03-01 09:00", cause="x")
    still_open = opened("incident", "03-01 08:00")
    done(still_open, "resolve", "03-01 09:30", cause="x")
    done(still_open, "reopen", "03-01 09:45", reason="again")
    took = goal("incident.time-to-resolve", statistic="mean", period="month")
    assert figures(took, "2024-03") == (HOUR, 1, HOUR)
    assert come_to(took, "2024-04").value == (32 * 24 + 1) * HOUR
    again = goal("incident.reopened", period="month")
    assert figures(again, "2024-03") == (2, 3, pytest.approx(200 / 3))
    assert records(again, "missed", "2024-03") == {twice.pk, still_open.pk}
    assert records(again, "made", "2024-03") == {once.pk}


def test_hand_overs_and_ping_pong(teams: list[Any]) -> None:
    a, b, c = (team.number for team in teams)
    ways = {"a": [a], "ab": [a, b], "abc": [a, b, c], "aba": [a, b, a], "none": []}
    made = {}
    for name, way in ways.items():
        made[name] = opened("incident", "03-01 08:00")
        for hour, team in enumerate(way, 9):
            done(made[name], "assign", f"03-01 {hour:02}:00", team=team)
        done(made[name], "resolve", "03-01 20:00", cause="x")
    back = opened("incident", "03-01 08:00")
    done(back, "assign", "03-01 09:00", team=a)
    done(back, "assign", "03-01 10:00")  # from everybody
    done(back, "assign", "03-01 11:00", team=a)
    done(back, "resolve", "03-01 12:00", cause="x")
    over = goal("incident.hand-overs", target="1")
    assert figures(over) == (5, 6, pytest.approx(5 / 6))
    assert records(over, "missed") == {made["abc"].pk, made["aba"].pk}
    pong = goal("incident.returned")
    assert figures(pong) == (1, 6, pytest.approx(100 / 6))
    assert records(pong, "missed") == {made["aba"].pk}
    assert figures(goal("incident.returned", team=teams[0].number))[:2] == (1, 3)


def test_escalated_major_and_found_by_monitoring(teams: list[Any]) -> None:
    up = opened("incident", "03-01 08:00", channel="monitoring")
    done(up, "assign", "03-01 09:00", team=teams[0].number)
    done(up, "escalate", "03-01 10:00", team=teams[1].number, reason="harder")
    done(up, "mark-major", "03-01 11:00", reason="all down")
    done(up, "resolve", "03-01 12:00", cause="x")
    plain = opened("incident", "03-01 08:00", channel="phone")
    done(plain, "resolve", "03-01 12:00", cause="x")
    opened("incident", "03-01 08:00")
    assert figures(goal("incident.escalated"))[:2] == (1, 2)
    assert figures(goal("incident.major"))[:2] == (1, 3)
    seen = goal("incident.by-monitoring", target="30 %")
    assert figures(seen)[:2] == (1, 3)
    assert come_to(seen).state == "met"
    assert records(seen, "made") == {up.pk}


def test_incidents_with_an_article_and_with_an_item() -> None:
    article = opened("article", "01-01 08:00", body="x")
    item = opened("configuration-item", "01-01 08:00")
    helped, alone = opened("incident", "03-01 08:00"), opened("incident", "03-01 08:00")
    for one, with_ in ((helped, {"article": article.number}), (alone, {})):
        done(one, "resolve", "03-01 12:00", cause="x", **with_)
        done(one, "close", "03-02 12:00")
    link, named = goal("incident.with-article"), goal("incident.with-item")
    assert figures(link)[:2] == (1, 2)
    assert records(link, "made") == {helped.pk}
    assert figures(named)[:2] == (0, 2)
    done(alone, "relate", "03-03 12:00", type="about", target=item.number)
    assert figures(named)[:2] == (1, 2)
    done(alone, "unrelate", "03-04 12:00", type="about", target=item.number)
    assert figures(named)[:2] == (0, 2)


def test_what_was_on_hand_at_the_end_of_each_day() -> None:
    first = opened("incident", "03-01 08:00", impact=1, urgency=1)
    opened("incident", "03-02 20:00")
    done(first, "resolve", "03-03 00:00", cause="x")
    hand = goal("incident.backlog", period="rolling", days=1)
    urgent = goal("incident.backlog", period="rolling", days=1, priority=1)
    age = goal("incident.backlog-age", period="rolling", days=1)
    days = ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-10")
    assert [figures(hand, day)[0] for day in days] == [1, 2, 1, 1]
    assert [figures(urgent, day)[0] for day in days] == [1, 1, 0, 0]
    ages = [come_to(age, day).value for day in days]
    assert ages == [pytest.approx(one * HOUR, abs=1) for one in (16, 22, 28, 196)]
    assert come_to(age, "2024-02-29").state == "not-measured"
    assert records(hand, "counted", "2024-03-02") != records(hand, "counted", "2024-03-03")


def test_contacts() -> None:
    quick = opened("interaction", "03-01 08:00")
    done(quick, "answer", "03-01 08:10", answer="x", first_contact=True, handle_seconds=100)
    slow = opened("interaction", "03-01 08:00")
    done(slow, "answer", "03-01 09:10", answer="x", first_contact=False, handle_seconds=300)
    back = opened("interaction", "03-01 08:00")
    done(back, "answer", "03-01 08:10", answer="x", first_contact=True)
    done(back, "reopen", "03-02 08:10", reason="no")
    done(back, "close", "03-03 08:10")
    opened("interaction", "03-01 08:00")
    first = goal("interaction.first-contact")
    assert figures(first) == (1, 3, pytest.approx(100 / 3))
    assert records(first, "missed") == {slow.pk, back.pk}
    assert come_to(goal("interaction.handling-time", statistic="mean")).value == 200
    assert figures(goal("interaction.opened"))[0] == 4
    assert figures(goal("interaction.reopened"))[:2] == (1, 3)
    assert figures(goal("interaction.backlog", period="rolling", days=1), "2024-03-02")[0] == 2
