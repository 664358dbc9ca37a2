"""What is measured of items, articles, services, tasks and reviews, each by a small case computed by hand."""

from typing import Any

import pytest

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from tests.team.goals.stage import brought, done, figures, goal, opened, records

pytestmark = pytest.mark.django_db


def daily(indicator: str, **values: Any) -> Any:
    """A goal that looks at each day."""
    return goal(indicator, period="rolling", days=1, **values)


def over_days(one: Any, *days: str) -> list[tuple[int, int]]:
    """Numerator and denominator at the end of days of 2024."""
    return [figures(one, f"2024-{day}")[:2] for day in days]


def test_items_in_use() -> None:
    owner = opened("person", "01-01 08:00")
    service = opened("service", "01-01 08:00")
    owned = brought("configuration-item", "03-01 08:00", state="live", owner=owner.pk)
    other = brought("configuration-item", "03-01 08:00", state="live")
    brought("configuration-item", "03-01 08:00", state="in-stock")
    goals = {name: daily(f"item.{name}") for name in ("with-owner", "with-service", "verified", "unauthorised")}
    assert over_days(goals["with-owner"], "03-01", "04-12") == [(1, 2), (1, 2)]
    done(other, "edit", "03-03 08:00", owner=owner.number)
    assert over_days(goals["with-owner"], "03-02", "03-03", "04-12") == [(1, 2), (2, 2), (2, 2)]
    assert records(goals["with-owner"], "missed", "2024-03-02") == {other.pk}
    done(service, "relate", "03-05 08:00", type="depends-on", target=owned.number)
    done(other, "relate", "03-06 08:00", type="depends-on", target=service.number)
    done(other, "unrelate", "03-08 08:00", type="depends-on", target=service.number)
    assert over_days(goals["with-service"], "03-04", "03-05", "03-06", "03-08") == [(0, 2), (1, 2), (2, 2), (1, 2)]
    done(owned, "audit", "03-09 08:00", as_recorded=True)
    assert over_days(goals["verified"], "03-08", "03-09") == [(0, 2), (1, 2)]
    done(other, "audit", "03-09 08:00", as_recorded=False, differences="x")
    assert over_days(goals["unauthorised"], "03-09", "04-12") == [(1, 2), (1, 2)]


def test_articles() -> None:
    fresh, stale = (opened("article", "03-01 08:00", body="x") for _ in range(2))
    done(fresh, "validate", "03-02 08:00")
    done(stale, "validate", "03-02 08:00", review_at="2024-03-05T12:00:00Z")
    opened("article", "03-01 08:00", body="x")
    reviewed, used = daily("article.reviewed-in-time"), daily("article.used")
    assert over_days(reviewed, "03-01", "03-04", "03-05") == [(0, 0), (2, 2), (1, 2)]
    assert records(reviewed, "missed", "2024-03-05") == {stale.pk}
    incident = opened("incident", "03-06 08:00")
    done(incident, "resolve", "03-06 09:00", cause="x", article=fresh.number)
    assert over_days(used, "03-05", "03-06", "04-12") == [(0, 2), (1, 2), (1, 2)]
    waiting = opened("article", "03-01 08:00", body="x")
    done(waiting, "finish", "03-02 08:00")
    assert figures(daily("article.waiting", statistic="mean"), "2024-03-03")[1] == 1


def test_services() -> None:
    owner = opened("person", "01-01 08:00").pk
    told = {"description": "x", "users": "x", "hours": "x", "support": "x"}
    whole = brought("service", "03-01 08:00", state="live", owner=owner, **told)
    bare = brought("service", "03-01 08:00", state="live")
    brought("service", "03-01 08:00", state="proposed", owner=owner)
    goals = {name: daily(f"service.{name}") for name in ("with-owner", "complete", "with-agreement", "reviewed")}
    assert over_days(goals["with-owner"], "03-01") == [(1, 2)]
    assert over_days(goals["complete"], "03-01") == [(1, 2)]
    agreement = opened("agreement", "03-02 08:00", service=whole.number)
    for action in ("negotiate", "agree", "activate"):
        done(agreement, action, "03-03 08:00")
    assert over_days(goals["with-agreement"], "03-02", "03-03", "04-12") == [(0, 2), (1, 2), (1, 2)]
    done(bare, "relate", "03-05 08:00", type="covered-by", target=agreement.number)
    assert over_days(goals["with-agreement"], "03-04", "03-05") == [(1, 2), (2, 2)]
    brought("review", "03-01 08:00", type="sla", service=bare.pk, state="held", planned_at="2024-03-06T08:00:00Z",
            held_at="2024-03-06T08:00:00Z")  # fmt: skip
    assert over_days(goals["reviewed"], "03-05", "03-06") == [(0, 2), (1, 2)]
    assert records(goals["reviewed"], "made", "2024-03-06") == {bare.pk}


def test_services_for_which_every_cluster_answers() -> None:
    named, other = (brought("service", "03-01 08:00", state="live") for _ in range(2))
    clusters = ["release", "infrastructure", "support", "operations", "partner", "security", "service"]

    def assign(cluster: str, starts: str, **values: Any) -> None:
        person = opened("person", "01-01 08:00").number  # no two that must not be combined
        fields = {"person": person, "cluster": cluster, "starts_at": f"2024-{starts}T08:00:00Z", **values}
        one = opened("assignment", "03-01 08:00", role="agent", accountability="accountable", **fields)
        done(one, "activate", "03-01 09:00")

    for cluster in clusters[:-1]:
        assign(cluster, "03-02")
    assign(clusters[-1], "03-04", service=named.number)
    covered = daily("service.covered")
    assert over_days(covered, "03-03", "03-04") == [(0, 2), (1, 2)]
    assign(clusters[-1], "03-03", service=other.number, ends_at="2024-03-05T08:00:00Z")
    assert over_days(covered, "03-02", "03-03", "03-04", "03-05") == [(0, 2), (1, 2), (2, 2), (1, 2)]


def test_tasks_and_reviews_on_time() -> None:
    late, early, waiting = (opened("task", "03-01 08:00", due_at="2024-03-05T12:00:00Z") for _ in range(3))
    done(early, "complete", "03-02 08:00")
    done(late, "complete", "03-06 08:00")
    done(opened("task", "03-01 08:00", due_at="2024-03-05T12:00:00Z"), "cancel", "03-02 08:00", reason="x")
    opened("task", "03-01 08:00", due_at="2024-04-12T12:00:01Z")
    on_time, overdue = goal("task.on-time", period="month"), daily("task.overdue")
    assert figures(on_time, "2024-03")[:2] == (1, 3)
    assert figures(on_time, "2024-04")[:2] == (0, 0)
    assert records(on_time, "missed", "2024-03") == {late.pk, waiting.pk}
    assert [figures(overdue, day)[0] for day in ("2024-03-04", "2024-03-05", "2024-03-06")] == [0, 2, 1]
    for held in ("2024-03-06T08:00:00Z", "2024-03-07T09:00:01Z", None):
        fields = {"type": "operations", "planned_at": "2024-03-06T08:00:00Z", "held_at": held}
        brought("review", "03-01 08:00", first_planned_at="2024-03-06T08:00:00Z", **fields)
    assert figures(goal("review.on-time", period="month"), "2024-03")[:2] == (1, 3)
    create("review", OPERATOR, via="api", title="x", type="operations", planned_at="2024-05-06T08:00:00Z")
    assert figures(goal("review.on-time", period="year"))[:2] == (1, 3)
