"""Goals over real data are what plain Python computes from the very files: to the record.

A part of each file in `make test`; all of it with SEPTET_TEST_WHOLE=1.
"""

import csv
import gzip
import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from septet.kernel.actors import OPERATOR
from septet.kernel.models import ExternalKey
from septet.surfaces.transfer.importer import run_import
from septet.team.goals import following
from septet.team.goals.models import DayValue, PeriodValue
from tests.team.goals.stage import goal, records
from tests.transfer.telling import held

pytestmark = pytest.mark.django_db

WHOLE = os.environ.get("SEPTET_TEST_WHOLE") == "1"
AMSTERDAM, STOCKHOLM = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Europe/Stockholm")
ENDED = {"In Call", "Resolved", "Closed"}
STATES = {"Awaiting Assignment", "Assigned", "In Progress", "Cancelled", *ENDED}
PRIORITY = {"Major": 2, "High": 3, "Medium": 3, "Low": 4}
Row = dict[str, str]
Events = dict[str, list[tuple[datetime, Row]]]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the summer after the files end, so that not every day up to the present has to be measured."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2014, 8, 1, 12, tzinfo=UTC))


def rows_of(path: Path, **how: Any) -> list[Row]:
    with gzip.open(path, "rt", newline="", encoding=how.pop("encoding", "utf-8-sig")) as stream:
        return list(csv.DictReader(stream, **how))


def bring_in(profile: str, rows: Iterable[Row], delimiter: str = ",", encoding: str = "utf-8") -> None:
    found = list(rows)
    lines = [delimiter.join(found[0]), *(delimiter.join(row.values()) for row in found)]
    result = run_import(profile, [held("\n".join(lines).encode(encoding))], actor=OPERATOR)
    assert result.refused == 0


def values_by_month(one: Any) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of each month in which there was anything."""
    rows = PeriodValue.objects.filter(goal_id=one.pk, denominator__gt=0).order_by("last")
    return {f"{row.first:%Y-%m}": (row.numerator, row.denominator) for row in rows}


def months(pairs: Iterable[tuple[datetime, bool]], zone: ZoneInfo) -> dict[str, tuple[int, int]]:
    """The same from moments that count, each with whether it is in the numerator."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for at, good in sorted(pairs):
        month = f"{at.astimezone(zone):%Y-%m}"
        found[month] = found[month][0] + good, found[month][1] + 1
    return dict(found)


def number_of(key: str, kind: str) -> int:
    return ExternalKey.objects.get(kind=kind, key=key).record_id


def test_contacts_resolved_at_first_contact(data_dir: Path) -> None:
    rows = rows_of(data_dir / "bpic2014/Detail_Interaction.csv.gz", delimiter=";", encoding="latin-1")
    some = rows if WHOLE else rows[::50]
    bring_in("bpic2014-interactions", some, ";", "latin-1")
    first = goal("interaction.first-contact", period="month", zone="Europe/Amsterdam")
    opened = goal("interaction.opened", period="month", zone="Europe/Amsterdam")
    handling = goal("interaction.handling-time", period="month", zone="Europe/Amsterdam", statistic="median")
    urgent = goal("interaction.first-contact", period="month", zone="Europe/Amsterdam", priority=3)
    assert following.catch_up()

    def moment(text: str) -> datetime:
        return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=AMSTERDAM)

    closed = [(moment(row["Close Time"]), row) for row in some if row["Status"] == "Closed"]
    known = [(at, row["First Call Resolution"] == "Y", row) for at, row in closed if row["First Call Resolution"]]
    assert values_by_month(first) == months(((at, good) for at, good, _ in known), AMSTERDAM)
    three = [(at, good) for at, good, row in known if row["Priority"].startswith("3")]
    assert values_by_month(urgent) == months(three, AMSTERDAM)
    times = ((moment(row["Open Time (First Touch)"]), True) for row in some)
    assert values_by_month(opened) == months(times, AMSTERDAM)
    november = f"{max(Counter(f'{at:%Y-%m}' for at, _ in closed).items(), key=lambda one: one[1])[0]}"
    missed = {row["Interaction ID"] for at, good, row in known if not good and f"{at:%Y-%m}" == november}
    listed = records(first, "missed", november)
    assert listed == {number_of(key, "interaction") for key in list(missed)[:50]} | listed
    assert len(listed) == len(missed)
    seconds = [float(row["Handle Time (secs)"].replace(",", ".")) for at, row in closed if f"{at:%Y-%m}" == november]
    row = PeriodValue.objects.get(goal_id=handling.pk, first=date.fromisoformat(f"{november}-01"))
    assert row.value == statistics.median(map(round, seconds))


def volvo(data_dir: Path) -> Events:
    """The events of some incidents, or of all, in order."""
    by_number: Events = defaultdict(list)
    for row in rows_of(data_dir / "bpic2013_volvo/VINST-new.csv.gz"):
        by_number[row["SR Number"]].append((datetime.fromisoformat(row["Change Date+Time"]), row))
    numbers = sorted(by_number)[:: 1 if WHOLE else 12]
    return {number: sorted(by_number[number], key=lambda one: one[0]) for number in numbers}


def lasting_end(events: list[tuple[datetime, Row]]) -> datetime | None:
    """Since when an incident has been resolved for good; None if it is open or cancelled."""
    told = [(at, row["Sub Status"]) for at, row in events if row["Sub Status"] != "Unmatched"]
    if told[-1][1] not in ENDED:
        return None
    end = told[-1][0]
    for at, state in reversed(told):
        if state not in ENDED:
            break
        end = at
    return end


def test_incidents_passed_around_and_their_backlog(data_dir: Path) -> None:
    events = volvo(data_dir)
    bring_in("volvo-incidents", (row for some in events.values() for _, row in some))
    common = {"zone": "Europe/Stockholm"}
    over = goal("incident.hand-overs", period="month", **common)
    pong = goal("incident.returned", period="month", **common)
    again = goal("incident.reopened", period="month", **common)
    daily = goal("incident.backlog", period="rolling", days=1, **common)
    took = {
        (level, statistic): goal(
            "incident.time-to-resolve", period="quarter", priority=level, statistic=statistic, **common
        )
        for level in sorted(set(PRIORITY.values()))
        for statistic in ("mean", "median", "p90")
    }
    assert following.catch_up()
    ended = {number: end for number, some in events.items() if (end := lasting_end(some)) is not None}
    teams = {number: way_of(some) for number, some in events.items()}
    returned = {number: len(way) > len(set(way)) for number, way in teams.items()}
    assert values_by_month(pong) == months(((at, returned[number]) for number, at in ended.items()), STOCKHOLM)
    totals: Counter[str] = Counter()
    for number, at in ended.items():
        totals[f"{at.astimezone(STOCKHOLM):%Y-%m}"] += len(teams[number]) - 1
    rows = PeriodValue.objects.filter(goal_id=over.pk, denominator__gt=0)
    assert {f"{row.first:%Y-%m}": row.total for row in rows} == {month: totals[month] for month in totals}
    assert values_by_month(again) == months(reopened(events), STOCKHOLM)
    assert_backlog(daily, events)
    for (level, statistic), one in took.items():
        assert_times(one, level, statistic, events, ended)


def way_of(events: list[tuple[datetime, Row]]) -> list[str]:
    """The teams that an incident went through, each as often as it came there."""
    way: list[str] = []
    for _, row in events:
        if not way or way[-1] != row["Involved ST"]:
            way.append(row["Involved ST"])
    return way


def reopened(events: Events) -> Iterator[tuple[datetime, bool]]:
    """When each incident was first resolved, and whether it was opened again."""
    for some in events.values():
        states = [(at, row["Sub Status"]) for at, row in some if row["Sub Status"] != "Unmatched"]
        first = next((place for place, (_, state) in enumerate(states) if state in ENDED), None)
        if first is not None:
            yield states[first][0], any(state not in ENDED for _, state in states[first:])


def assert_backlog(one: Any, events: Events) -> None:
    """At the end of each day as many incidents were on hand as a walk through all events counts."""
    changes: list[tuple[datetime, int]] = []
    for some in events.values():
        was = False
        for at, row in some:
            state = row["Sub Status"]
            now = was if state == "Unmatched" else state not in ENDED and state != "Cancelled"
            if now != was:
                changes.append((at, 1 if now else -1))
            was = now
    changes.sort()
    held_ = dict(DayValue.objects.filter(goal_id=one.pk).values_list("day", "numerator"))
    assert held_
    place = count = 0
    for day in sorted(held_):
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), STOCKHOLM)
        while place < len(changes) and changes[place][0] < end:
            count += changes[place][1]
            place += 1
        assert held_[day] == count, day


def assert_times(one: Any, level: int, statistic: str, events: Events, ended: dict[str, datetime]) -> None:
    by_quarter: dict[date, list[int]] = defaultdict(list)
    for number, end in ended.items():
        latest = events[number][-1][1]["SR Latest Impact"]
        if PRIORITY[latest] == level:
            local = end.astimezone(STOCKHOLM)
            took = int((end - events[number][0][0]).total_seconds())
            by_quarter[date(local.year, (local.month - 1) // 3 * 3 + 1, 1)].append(took)
    rows = {row.first: row.value for row in PeriodValue.objects.filter(goal_id=one.pk, denominator__gt=0)}
    assert rows.keys() == by_quarter.keys()
    for first, values in by_quarter.items():
        assert rows[first] == pytest.approx(summary(values, statistic), rel=1e-12), (level, statistic, first)


def summary(values: list[int], statistic: str) -> float:
    if statistic == "mean":
        return statistics.fmean(values)
    if statistic == "median":
        return statistics.median(values)
    return statistics.quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
