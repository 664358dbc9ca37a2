"""What is measured of promises kept, by a small case computed by hand."""

import threading
from typing import Any

import pytest

from septet.kernel import follow, runs
from tests.team.goals.stage import come_to, done, figures, goal, opened, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement() -> Any:
    """Answered within an hour, resolved within a day, around the clock, since January."""
    one = opened("agreement", "01-01 00:00")
    for metric, within in (("response", "1h"), ("resolution", "24h")):
        done(one, "set-target", "01-01 00:00", metric=metric, kind="incident", within=within)
    for action in ("negotiate", "agree", "activate"):
        done(one, action, "01-01 00:00")
    return one


def incident(when: str, started: str, resolved: str = "") -> Any:
    """An incident on which work began, and perhaps ended."""
    one = opened("incident", when)
    done(one, "start", started)
    if resolved:
        done(one, "resolve", resolved, cause="x")
    return one


def measured(metric: str) -> dict[str, Any]:
    """The goals over the clocks of one metric, by month; what is late by day."""
    names = ("in-time", "in-time-of-all")
    monthly = {name: goal(f"incident.{metric}-{name}", period="month", target="90 %") for name in names}
    return {**monthly, "late": goal(f"incident.{metric}-late", period="rolling", days=1)}


def test_promises_kept_of_what_ended_and_as_contracts_count(agreement: Any) -> None:
    kept = incident("03-01 08:00", "03-01 08:30", "03-01 20:00")
    broken = incident("03-01 08:00", "03-01 10:00", "03-03 09:00")
    waiting = incident("03-30 08:00", "03-30 08:10")
    incident("03-31 12:00", "03-31 12:30")
    done(opened("incident", "03-01 08:00"), "cancel", "03-01 08:20", reason="x")
    response, resolution = measured("response"), measured("resolution")
    assert figures(response["in-time"], "2024-03")[:2] == (3, 4)
    assert records(response["in-time"], "missed", "2024-03") == {broken.pk}
    assert figures(resolution["in-time"], "2024-03")[:2] == (1, 2)
    assert figures(resolution["in-time-of-all"], "2024-03")[:2] == (1, 3)
    assert records(resolution["in-time-of-all"], "missed", "2024-03") == {broken.pk, waiting.pk}
    assert records(resolution["in-time-of-all"], "made", "2024-03") == {kept.pk}
    assert figures(resolution["in-time-of-all"], "2024-04")[:2] == (0, 2)
    assert come_to(resolution["in-time"], "2024-04").state == "not-applicable"
    days = ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-31", "2024-04-01")
    assert [figures(resolution["late"], day)[0] for day in days] == [0, 1, 0, 1, 2]
    done(waiting, "resolve", "04-12 11:00", cause="x")
    assert figures(resolution["in-time"], "2024-04")[:2] == (0, 1)
    assert figures(resolution["in-time-of-all"], "2024-04")[:2] == (0, 2)
    assert figures(resolution["in-time-of-all"], "2024-03")[:2] == (1, 3)
    done(kept, "reopen", "03-05 08:00", reason="x")
    assert figures(resolution["in-time"], "2024-03")[:2] == (0, 1)
    assert figures(resolution["in-time-of-all"], "2024-03")[:2] == (0, 3)


def test_another_promise_from_a_past_day_judges_anew(agreement: Any) -> None:
    incident("03-01 08:00", "03-01 10:00", "03-03 09:00")
    resolution = measured("resolution")
    assert figures(resolution["in-time"], "2024-03")[:2] == (0, 1)
    assert figures(resolution["late"], "2024-03-02")[0] == 1
    done(agreement, "set-target", "04-12 11:00", metric="resolution", within="50h", valid_from="2024-01-01T00:00:00Z")
    follow.drain()
    while runs.step("w", threading.Event()):
        pass
    assert figures(resolution["in-time"], "2024-03")[:2] == (1, 1)
    assert figures(resolution["late"], "2024-03-02")[0] == 0
