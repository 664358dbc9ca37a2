"""What a goal came to, as time goes by: late news, undoing, publication, other targets, other zones, another goal."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid
from septet.kernel.undo import undo_entry
from septet.lib.periods import DAY
from septet.team.goals import following, reading
from septet.team.goals.models import Correction, DayValue, Dirty, Goal, PeriodValue
from tests.team.goals.stage import NOW, come_to, done, figures, goal, opened, records, spec

pytestmark = pytest.mark.django_db


def monthly(indicator: str = "incident.major", **values: Any) -> Any:
    """A goal over calendar months, brought up to date."""
    one = goal(indicator, period="month", **values)
    assert following.catch_up()
    return one


def published(one: Any, period: str) -> tuple[int, int] | None:
    """Numerator and denominator as they were published."""
    found = come_to(one, period).published
    return (found.numerator, found.denominator) if found else None


def test_the_present_period_is_live_and_a_past_one_is_published() -> None:
    opened("incident", "03-05 10:00")
    one = monthly()
    assert (come_to(one, "2024-03").state, published(one, "2024-03")) == ("met", (0, 1))
    assert come_to(one, "2024-04").state == "not-applicable"
    now = opened("incident", "04-12 10:00")
    assert figures(one, "2024-04")[:2] == (0, 1)
    done(now, "mark-major", "04-12 11:00", reason="x")
    assert figures(one, "2024-04")[:2] == (1, 1)
    assert come_to(one, "2024-04").published is None
    assert [point.period for point in points(one)] == ["2024-03", "2024-04"]


def points(one: Any) -> Any:
    found = spec(one)
    return [reading.point_of(found, row) for row in reading.rows_of([found], NOW)[found.pk]]


def test_late_news_corrects_a_published_period_and_says_why() -> None:
    opened("incident", "03-05 10:00")
    one = monthly()
    late = opened("incident", "03-31 23:00")
    entry = done(late, "mark-major", "03-31 23:30", reason="x")
    found = come_to(one, "2024-03")
    assert (found.numerator, found.denominator) == (1, 2)
    assert found.published is not None
    assert (found.published.numerator, found.published.denominator, found.published.changed) == (0, 1, True)
    correction = Correction.objects.get()
    assert (correction.numerator_before, correction.numerator_after, correction.entry_id) == (0, 1, entry.pk)
    undo_entry(entry.pk, OPERATOR, via="api")
    assert figures(one, "2024-03")[:2] == (0, 2)
    done(late, "withdraw", "04-01 10:00")
    found = come_to(one, "2024-03")
    assert (found.numerator, found.denominator) == (0, 1)
    assert found.published is not None
    assert not found.published.changed
    assert Correction.objects.count() == 3


def test_a_day_that_is_over_is_published_when_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    opened("incident", "04-12 10:00")
    one = goal("incident.opened", period="rolling", days=2)
    hand = goal("incident.backlog", period="rolling", days=1)
    assert (figures(one, "2024-04-12")[0], published(one, "2024-04-12")) == (1, None)
    for days, expected in ((1, 1), (2, 0)):
        monkeypatch.setattr(timezone, "now", lambda days=days: NOW + days * DAY)
        assert following.catch_up()
        today = f"2024-04-{12 + days}"
        assert (figures(one, today)[0], published(one, today)) == (expected, None)
        assert figures(hand, today)[0] == 1
    assert published(one, "2024-04-12") == (1, 1)
    assert published(hand, "2024-04-13") == (1, 1)


def test_a_day_begins_where_the_goal_says() -> None:
    opened("incident", "03-31 22:30")  # in Berlin already April, an hour after the clocks went forward
    assert figures(monthly(), "2024-03")[:2] == (0, 1)
    there = monthly(zone="Europe/Berlin")
    assert figures(there, "2024-03")[:2] == (0, 0)
    assert figures(there, "2024-04")[:2] == (0, 1)
    assert len(records(there, "counted", "2024-04")) == 1


def test_another_target_judges_from_its_day_on() -> None:
    for month in ("02", "03"):
        for number in range(4):
            record = opened("incident", f"{month}-05 10:00")
            if not number:
                done(record, "mark-major", f"{month}-05 11:00", reason="x")
    one = monthly(target="30 %", threshold="40 %")
    assert [come_to(one, month).state for month in ("2024-02", "2024-03")] == ["met", "met"]
    perform(one, "set-target", OPERATOR, via="api", target="20 %", valid_from="2024-03-15")
    assert [(come_to(one, month).state, come_to(one, month).target) for month in ("2024-02", "2024-03")] == [
        ("met", 30),
        ("missed", 20),
    ]
    assert reload(one).target == "20 %"
    perform(one, "set-target", OPERATOR, via="api", target="10 %", valid_from="2024-05-01")
    assert reload(one).target == "20 %"
    assert come_to(one, "2024-04").target == 20
    perform(one, "drop-target", OPERATOR, via="api", valid_from="2024-03-15")
    assert come_to(one, "2024-03").state == "met"
    with pytest.raises(Invalid, match="set-target"):
        perform(one, "edit", OPERATOR, via="api", target="1 %")


def test_another_goal_is_measured_anew() -> None:
    opened("incident", "03-05 10:00", impact=1, urgency=1)
    opened("incident", "03-05 10:00", impact=5, urgency=5)
    one = monthly()
    assert figures(one, "2024-03")[:2] == (0, 2)
    perform(one, "edit", OPERATOR, via="api", priority=1)
    assert figures(one, "2024-03")[:2] == (0, 1)
    assert published(one, "2024-03") == (0, 2)
    perform(one, "edit", OPERATOR, via="api", period="quarter", valid_from="2024-03-06")
    assert figures(one, "2024-Q1")[:2] == (0, 0)
    assert not PeriodValue.objects.filter(goal_id=one.pk, last=date(2024, 3, 31), first=date(2024, 3, 1)).exists()
    assert not DayValue.objects.filter(goal_id=one.pk, day__lt=date(2024, 3, 6)).exists()
    perform(one, "retire", OPERATOR, via="api")
    opened("incident", "04-05 10:00", impact=1, urgency=1)
    assert figures(one, "2024-Q2")[:2] == (0, 0)
    perform(one, "reinstate", OPERATOR, via="api")
    assert figures(one, "2024-Q2")[:2] == (0, 1)
    assert not Dirty.objects.exists()


def test_what_was_undone_was_no_hand_over() -> None:
    teams = [create("function-team", OPERATOR, via="api", title=name, cluster="support").number for name in "AB"]
    incident = opened("incident", "03-05 10:00")
    done(incident, "assign", "03-05 11:00", team=teams[0])
    entry = done(incident, "assign", "03-05 12:00", team=teams[1])
    wrong = done(incident, "resolve", "03-05 13:00", cause="x")
    undo_entry(wrong.pk, OPERATOR, via="api")
    undo_entry(entry.pk, OPERATOR, via="api")
    done(incident, "resolve", "04-12 12:00", cause="x")
    assert figures(monthly("incident.returned"), "2024-04")[:2] == (0, 1)
    assert figures(monthly("incident.hand-overs"), "2024-04")[:2] == (0, 1)
    assert figures(monthly("incident.reopened"), "2024-04")[:2] == (0, 1)


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        ({"indicator": "incident.reopend"}, "indicator", "Did you mean 'incident.reopened'"),
        ({"target": "five"}, "target", "a share such as 95 %"),
        ({"target": "5 %", "threshold": "3 %"}, "threshold", "above the target"),
        ({"zone": "Berlin"}, "zone", "no time zone"),
        ({"days": 0}, "days", "between 1 and 731"),
        ({"statistic": "p90"}, "statistic", "no statistic"),
        ({"indicator": "change.success", "target": "5 %", "category": "mail"}, "category", "Changes have no category"),
        ({"indicator": "incident.time-to-resolve", "target": "1h", "statistic": "within"}, "limit", "Say within what"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(values: dict[str, Any], name: str, said: str) -> None:
    fields = {"title": "x", "indicator": "incident.reopened", "target": "5 %", **values}
    with pytest.raises(Invalid) as caught:
        create("goal", OPERATOR, via="api", fields=fields)
    assert said in caught.value.fields[name]
    assert not Goal.objects.exists()
