"""Real incidents of Volvo IT judged by targets that real organisations publish, and by plain Python over the file.

A quarter of the incidents in `make test`; all of them with SEPTET_TEST_WHOLE=1.
"""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.clocks.background import reckon_anew
from septet.kernel.models import Clock, ExternalKey
from septet.surfaces.transfer.importer import run_import
from septet.team.goals import following
from septet.team.goals.models import PeriodValue
from tests.transfer.telling import held

WHOLE = os.environ.get("SEPTET_TEST_WHOLE") == "1"
ALWAYS = "around the clock"


class Hours(NamedTuple):
    """Monday to Friday between two times in a zone."""

    zone: str
    opens: str
    closes: str


POMONA = Hours("America/Los_Angeles", "07:30", "17:30")
DALLAS = Hours("America/Chicago", "08:00", "17:00")
HAYWARD = Hours("America/Los_Angeles", "08:00", "17:00")

# For each organisation, by priority: hours to respond and to resolve, each with the calendar on which they count.
Promise = tuple[float, Hours | str]
TARGETS: dict[str, dict[int, dict[str, Promise]]] = {
    "Western University of Health Sciences": {
        1: {"response": (1 / 6, POMONA), "resolution": (4, POMONA)},
        2: {"response": (10, POMONA), "resolution": (20, POMONA)},
        3: {"response": (10, POMONA), "resolution": (100, POMONA)},
        4: {"response": (10, POMONA), "resolution": (300, POMONA)},
    },
    "SMU OIT": {
        1: {"resolution": (4, DALLAS)},
        2: {"resolution": (9, DALLAS)},
        3: {"resolution": (24, DALLAS)},
        4: {"resolution": (168, ALWAYS)},
    },
    "CSU East Bay ITS": {
        1: {"response": (1, ALWAYS), "resolution": (4, ALWAYS)},
        2: {"response": (8, HAYWARD), "resolution": (16, ALWAYS)},
        3: {"response": (16, HAYWARD), "resolution": (32, ALWAYS)},
        4: {"response": (32, HAYWARD)},
    },
}
STATES = {
    "Awaiting Assignment": "classified", "Assigned": "assigned", "In Progress": "in-progress", "In Call": "resolved",
    "Resolved": "resolved", "Closed": "closed", "Cancelled": "cancelled", "Wait": "waiting", "Wait - User": "waiting",
    "Wait - Customer": "waiting", "Wait - Vendor": "waiting", "Wait - Implementation": "waiting",
}  # fmt: skip
IMPACT = {"Major": 1, "High": 2, "Medium": 3, "Low": 4}
RESPONDED = {"in-progress", "waiting", "resolved", "closed"}
Life = list[tuple[datetime, str]]


def lives(rows: list[dict[str, str]]) -> Iterator[tuple[str, int, Life]]:
    """Each incident of the file: its number, its priority, and its states from a time on."""
    events: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        events.setdefault(row["SR Number"], []).append(row)
    for number, some in events.items():
        states: dict[datetime, str] = {}
        state = "new"
        for row in sorted(some, key=lambda row: datetime.fromisoformat(row["Change Date+Time"])):
            state = STATES.get(row["Sub Status"], state)
            states[datetime.fromisoformat(row["Change Date+Time"]).astimezone(UTC)] = state
        yield number, IMPACT[some[-1]["SR Latest Impact"]], sorted(states.items())


def used(life: Life, metric: str, hours: Hours | str, now: datetime) -> tuple[timedelta, bool]:
    """How much time an incident had used until it was answered or resolved, or until now, and whether it was."""
    total = timedelta()
    ended = False
    for (since, state), (until, _) in zip(life, [*life[1:], (now, "")], strict=True):
        if metric == "response" and state in RESPONDED:
            return total, True
        ended = state in {"resolved", "closed"}
        if state not in {"waiting", "resolved", "closed", "cancelled"}:
            total += open_time(since, until, hours)
    return total, ended


def open_time(since: datetime, until: datetime, hours: Hours | str) -> timedelta:
    """The time of a calendar between two moments, day by day."""
    if isinstance(hours, str):
        return until - since
    zone = ZoneInfo(hours.zone)
    total, day = timedelta(), since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        if day.weekday() < 5:
            opens = datetime.combine(day, time.fromisoformat(hours.opens), zone).astimezone(UTC)
            closes = datetime.combine(day, time.fromisoformat(hours.closes), zone).astimezone(UTC)
            total += max(timedelta(), min(until, closes) - max(since, opens))
        day += timedelta(days=1)
    return total


def calendar(hours: Hours, made: dict[Hours, Any]) -> Any:
    if hours not in made:
        weekly = {day: [[hours.opens, hours.closes]] for day in ("mon", "tue", "wed", "thu", "fri")}
        made[hours] = create("business-calendar", OPERATOR, via="api", title=hours.zone, zone=hours.zone, weekly=weekly)
    return made[hours].number


def promise(title: str, targets: dict[int, dict[str, Promise]], made: dict[Hours, Any]) -> Any:
    """The agreement of an organisation, in force since long before the incidents."""
    found = create("agreement", OPERATOR, via="api", title=title, valid_from="2000-01-01")
    for priority, metrics in targets.items():
        for metric, (length, hours) in metrics.items():
            where = {} if isinstance(hours, str) else {"calendar": calendar(hours, made)}
            perform(
                found, "set-target", OPERATOR, via="api", metric=metric, priority=priority, **where,
                within=f"{round(length * 60)} min",
            )  # fmt: skip
    for name in ("negotiate", "agree", "activate"):
        perform(found, name, OPERATOR, via="api")
    return found


@pytest.mark.django_db
def test_every_verdict_is_that_of_plain_python(data_dir: Path) -> None:
    path = data_dir / "bpic2013_volvo/VINST-new.csv.gz"
    with gzip.open(path, "rt", newline="", encoding="utf-8-sig") as stream:
        rows = [row for row in csv.DictReader(stream) if WHOLE or row["SR Number"][-1] in "036"]
    incidents = list(lives(rows))
    matrix = create("priority-matrix", OPERATOR, via="api", title="As the file", valid_from="2000-01-01")
    for impact in IMPACT.values():
        perform(matrix, "set-cell", OPERATOR, via="api", impact=impact, urgency=3, priority=impact)
    made: dict[Hours, Any] = {}
    first, *others = TARGETS
    agreement = promise(first, TARGETS[first], made)
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    assert run_import("volvo-incidents", [held("\n".join(lines).encode())], actor=OPERATOR).refused == 0
    goals = {
        metric: create(
            "goal",
            OPERATOR,
            via="api",
            title=metric,
            indicator=f"incident.{metric}-in-time",
            target="95 %",
            period="month",
        )
        for metric in ("response", "resolution")
    }
    numbers = {pk: key for key, pk in ExternalKey.objects.filter(kind="incident").values_list("key", "record_id")}
    assert len(numbers) == len(incidents) == (7554 if WHOLE else 1886)
    for title in (first, *others):
        if title != first:
            perform(agreement, "withdraw", OPERATOR, via="api")
            agreement = promise(title, TARGETS[title], made)
            reckon_anew.func(["incident"])
        names = ("record_id", "metric", "state", "elapsed", "breached_at")
        clocks = {(numbers[pk], metric): rest for pk, metric, *rest in Clock.objects.values_list(*names)}
        assert clocks == dict(expected(incidents, TARGETS[title], clocks)), title
        assert following.catch_up()
        for metric, one in goals.items():
            assert kept_by_month(one) == dict(kept(incidents, TARGETS[title], metric)), (title, metric)


def kept_by_month(one: Any) -> dict[str, tuple[int, int]]:
    """What a goal came to in each month: promises kept, and all that were judged."""
    rows = PeriodValue.objects.filter(goal_id=one.pk, denominator__gt=0)
    return {f"{row.first:%Y-%m}": (row.numerator, row.denominator) for row in rows}


def kept(
    incidents: list[tuple[str, int, Life]], targets: dict[int, dict[str, Promise]], metric: str
) -> dict[str, tuple[int, int]]:
    """The same by plain Python: an incident counts in the month in which it was answered or resolved for good."""
    found: dict[str, tuple[int, int]] = {}
    for _number, priority, life in incidents:
        if metric in targets[priority]:
            length, hours = targets[priority][metric]
            elapsed, ended = used(life, metric, hours, datetime.now(UTC))
            if ended:
                month = f"{end_of(life, metric):%Y-%m}"
                made, judged = found.get(month, (0, 0))
                found[month] = made + (elapsed <= timedelta(minutes=round(length * 60))), judged + 1
    return found


def end_of(life: Life, metric: str) -> datetime:
    """When an incident that was answered or resolved was."""
    if metric == "response":
        return next(at for at, state in life if state in RESPONDED)
    end = life[-1][0]
    for at, state in reversed(life):
        if state not in {"resolved", "closed"}:
            break
        end = at
    return end


def expected(
    incidents: list[tuple[str, int, Life]],
    targets: dict[int, dict[str, Promise]],
    found: dict[tuple[str, str], list[Any]],
) -> Iterator[tuple[tuple[str, str], list[Any]]]:
    """What each clock must say: met, missed, still open or cancelled, how much it used, and when it was missed (of this
    whether alone is checked here; open ones are judged as of now)."""
    now = datetime.now(UTC)
    for number, priority, life in incidents:
        for metric, (length, hours) in targets[priority].items():
            target = timedelta(minutes=round(length * 60))
            elapsed, ended = used(life, metric, hours, now)
            state, told, breached = found[number, metric]
            if ended:
                verdict = "missed" if elapsed > target else "met"
                yield (number, metric), [verdict, elapsed // timedelta(microseconds=1), breached]
                assert (breached is not None) == (elapsed > target), (number, metric)
            else:
                last = life[-1][1]
                verdict = {"cancelled": "cancelled", "waiting": "paused"}.get(last, "running")
                yield (number, metric), [verdict, told, breached]
                assert (breached is not None) == (elapsed > target), (number, metric)
                assert state == verdict
