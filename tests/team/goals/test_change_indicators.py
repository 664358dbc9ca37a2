"""What is measured of changes, each by a small case computed by hand."""

from typing import Any

import pytest

from tests.team.goals.stage import brought, come_to, done, figures, goal, opened, records

pytestmark = pytest.mark.django_db


def made(end: str = "complete", **values: Any) -> Any:
    """A change that was made from eight to twelve on the first of March."""
    change = opened("change", "03-01 08:00", reason="x", **values)
    done(change, "start-at-once", "03-01 08:00", reason="x")
    done(change, end, "03-01 12:00", **({"reason": "x"} if end != "complete" else {}))
    return change


def test_changes_that_worked_and_those_that_did_not() -> None:
    late = made(planned_end="2024-03-01T11:59:59Z")
    punctual = made(planned_end="2024-03-01T12:00:00Z")
    taken_back, traced = made("back-out"), made()
    opened("change", "03-01 08:00", reason="x")  # never made
    incident = opened("incident", "03-02 08:00")
    done(incident, "relate", "03-02 09:00", type="caused-by", target=traced.number)
    assert figures(goal("change.implemented"))[0] == 4
    success = goal("change.success")
    assert figures(success)[:2] == (2, 4)
    assert records(success, "missed") == {taken_back.pk, traced.pk}
    assert figures(goal("change.backed-out"))[:2] == (1, 4)
    on_time = goal("change.on-time")
    assert figures(on_time)[:2] == (1, 4)
    assert records(on_time, "made") == {punctual.pk}
    assert late.pk in records(on_time, "missed")
    caused = goal("change.incidents-caused", target="20")
    assert figures(caused) == (1, 4, 25)
    assert come_to(caused).state == "missed"
    assert records(caused, "missed") == {incident.pk}
    done(incident, "withdraw", "03-03 09:00")
    assert figures(success)[:2] == (3, 4)
    assert figures(caused) == (0, 4, 0)
    done(incident, "restore", "03-03 10:00")
    assert figures(success)[:2] == (2, 4)
    done(incident, "unrelate", "03-03 11:00", type="caused-by", target=traced.number)
    assert figures(success)[:2] == (3, 4)


def test_types_of_the_changes_implemented() -> None:
    for sort in ("emergency", "standard", "minor", "major"):
        brought("change", "03-01 08:00", type=sort, state="closed", actual_end="2024-03-01T10:00:00Z")
    brought("change", "03-01 08:00", type="major", state="cancelled", actual_end="2024-03-01T10:00:00Z")
    shares = {name: figures(goal(f"change.{name}"))[:2] for name in ("emergency", "standard", "normal")}
    assert shares == {"emergency": (1, 4), "standard": (1, 4), "normal": (2, 4)}


def test_what_is_looked_back_on() -> None:
    article = opened("article", "01-01 08:00", body="x")
    ended = {"state": "closed", "closed_at": "2024-03-09T10:00:00Z"}
    learnt = brought("change", "03-01 08:00", ("lesson", article), type="major", review_notes="good", **ended)
    brought("change", "03-01 08:00", type="emergency", **ended)
    brought("change", "03-01 08:00", type="minor", **ended)
    brought("change", "03-01 08:00", type="major", state="rejected", closed_at="2024-03-09T10:00:00Z")
    brought("change", "03-01 08:00", type="major", state="cancelled", closed_at="2024-03-09T10:00:00Z")
    assert figures(goal("change.with-lesson"))[:2] == (1, 3)
    reviewed = goal("change.reviewed")
    assert figures(reviewed)[:2] == (1, 2)
    assert records(reviewed, "made") == {learnt.pk}
    assert figures(goal("change.rejected"))[:2] == (1, 5)


def test_how_long_changes_take_and_wait() -> None:
    made()
    waiting = opened("change", "03-01 08:00", reason="x")
    done(waiting, "submit", "03-02 08:00")
    refused = opened("change", "03-01 08:00", reason="x")
    done(refused, "submit", "03-01 09:00")
    done(refused, "turn-down", "03-02 08:00", reason="x")
    assert come_to(goal("change.lead-time", statistic="median")).value == 4 * 3600
    backlog = goal("change.backlog", period="rolling", days=1)
    assert [figures(backlog, f"2024-03-0{day}")[0] for day in (1, 2)] == [2, 1]
    age = goal("change.backlog-age", statistic="mean", period="rolling", days=1)
    assert come_to(age, "2024-03-02").value == pytest.approx(40 * 3600, abs=1)
