"""From entries of the journal to the days that have to be measured anew, many entries at a time.

An entry that changes what an indicator looks at marks the day to which the record belonged before, and the one to
which it belongs now. Where what there is at the end of a day is counted, it marks its own day and all days after it.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from septet.kernel.journal import read_changes
from septet.kernel.models import Entry, Record, Relation
from septet.kernel.registry import registry
from septet.lib.periods import day_of
from septet.team.goals import clocks, courses
from septet.team.goals.indicators import Indicator
from septet.team.goals.specs import Spec

CHUNK = 1000
# An entry that tells of what was so long before is one that came late.
LATE = timedelta(minutes=5)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class Row(NamedTuple):
    """What is read of an entry."""

    pk: int
    position: int
    record_id: int
    kind: str
    number: int
    action: str
    at: datetime
    recorded_at: datetime
    undoes: int | None
    changes: str


class Mark(NamedTuple):
    """What is to be measured: an indicator in a zone, for one goal or for all (0), on a day or from that day on."""

    indicator: str
    zone: str
    goal: int
    day: date
    onward: bool


class By(NamedTuple):
    """The entry by which something was marked, and since when what it says is so."""

    position: int
    pk: int
    at: datetime

    @classmethod
    def nobody(cls, now: datetime) -> "By":
        """No entry, but time or another promise; its place is like no other, so that nobody takes it for measured."""
        return cls(-time.time_ns(), 0, now)


@dataclass
class Touched:
    """What some entries did to one record: the keys they changed, the moments that its dates held before, the
    earliest time at which something changed, and the last of the entries. `anywhen`: it may have come to a date at the
    time of any of its entries."""

    keys: set[str] = field(default_factory=set)
    before: set[tuple[str, datetime]] = field(default_factory=set)
    since: datetime | None = None
    by: By | None = None
    anywhen: bool = False

    def note(self, by: By) -> None:
        """Take note of an entry."""
        self.by = by if self.by is None else max(self.by, by)
        self.since = by.at if self.since is None else min(self.since, by.at)


@dataclass
class Edges:
    """Whose edges changed: records to which one leads or led, edges by their id, records all of whose edges count."""

    targets: dict[int, By] = field(default_factory=dict)
    edges: dict[int, By] = field(default_factory=dict)
    sources: dict[int, By] = field(default_factory=dict)

    def note(self, changes: dict[str, Any], record: int, by: By) -> None:
        """Take note of an entry on a record."""
        for key, change in changes.items():
            head, _, rest = key.partition(".")
            if head == "withdrawn_at":
                self.sources[record] = by
            elif head == "relations" and isinstance(change, list):
                pk, _, column = rest.partition(".")
                self.edges[int(pk)] = by
                if column == "target":
                    self.targets.update({end: by for end in change if isinstance(end, int)})

    def ends(self) -> dict[int, By]:
        """The records to which the changed edges lead."""
        found = dict(self.targets)
        for column, known in (("pk", self.edges), ("record_id", self.sources)):
            for start, target in _chunked(Relation.objects.all(), column, known, column, "target_id"):
                found[target] = max(found.get(target, known[start]), known[start])
        return found


@dataclass(frozen=True)
class Interest:
    """An indicator whose records are of one kind, under the key of that whose goals are to be measured."""

    key: str
    one: Indicator
    zones: tuple[ZoneInfo, ...]

    def on(self, moments: Iterable[datetime]) -> Iterator[Mark]:
        """The marks of the days of some moments."""
        for zone in self.zones:
            yield from (Mark(self.key, zone.key, 0, day_of(at, zone), False) for at in moments)

    def onward(self, since: datetime, now: datetime) -> Iterator[Mark]:
        """The marks of the day of a moment and all days after it."""
        yield from (Mark(self.key, zone.key, 0, day_of(min(since, now), zone), True) for zone in self.zones)


class Marking:
    """Reads entries for the goals that are measured now."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        zones: dict[str, set[ZoneInfo]] = defaultdict(set)
        ones: dict[str, Indicator] = {}
        for spec in specs:
            zones[spec.one.key].add(spec.zone)
            ones[spec.one.key] = spec.one
        self.by_kind: dict[str, list[Interest]] = defaultdict(list)
        self.followed: dict[str, list[Interest]] = defaultdict(list)
        for key, one in ones.items():
            for source in one.sources:
                interest = Interest(key, source, tuple(zones[key]))
                self.by_kind[source.kind].append(interest)
                for kind in source.follows:
                    self.followed[kind].append(interest)
        self.dates = {
            kind: sorted({one.one.date for one in some if not one.one.dated_beside} - {""})
            for kind, some in self.by_kind.items()
        }
        self.looks_back = [k for k, some in self.by_kind.items() if any("relations-back" in i.one.fields for i in some)]

    def read(self, rows: Iterable[Row], now: datetime) -> dict[Mark, By]:
        """The marks that entries make, each with the latest entry that makes it.

        Brings the courses of the records up to date on the way.
        """
        touched: dict[str, dict[int, Touched]] = defaultdict(lambda: defaultdict(Touched))
        moving: dict[int, str] = {}
        followed: dict[str, By] = {}
        edges = Edges()
        for row in rows:
            changes = read_changes(row.changes)
            by = By(row.position, row.pk, min([row.at, *_moments_in(row.kind in self.followed, changes)]))
            if self.looks_back:
                edges.note(changes, row.record_id, by)
            if row.kind in self.by_kind:
                self._touch(touched[row.kind][row.record_id], row, by, changes)
            if row.kind in self.followed:
                held = followed.get(row.kind, by)
                followed[row.kind] = by._replace(at=min(by.at, held.at))
            if courses.moves(row.kind, row.number, row.action, row.undoes, changes):
                moving[row.record_id] = row.kind
        self._follow_courses(moving, touched)
        ends = edges.ends() if self.looks_back else {}
        for target, kind in _chunked(Record.objects.filter(kind__in=self.looks_back), "pk", ends, "pk", "kind"):
            touched[kind][target].note(ends[target])
            touched[kind][target].keys.add("relations-back")
        marks: dict[Mark, By] = {}
        for kind, some in touched.items():
            self._mark(kind, some, now, marks)
        for kind, by in followed.items():
            for interest in self.followed[kind]:
                _add(marks, by, interest.onward(by.at, now))
        return marks

    def of_clocks(self, kind: str, ids: Sequence[int], by: By, now: datetime) -> dict[Mark, By]:
        """The marks on account of records whose clocks were reckoned anew, of which no entry tells."""
        since = Record.objects.filter(pk__in=ids).aggregate(first=Min("opened_at"))["first"]
        # Where a clock came to its end before, nobody tells any more; it was at the time of an entry.
        some = {pk: Touched(keys={"clocks"}, since=since, by=by, anywhen=True) for pk in ids}
        marks: dict[Mark, By] = {}
        self._mark(kind, some, now, marks)
        return marks

    def _touch(self, one: Touched, row: Row, by: By, changes: dict[str, Any]) -> None:
        one.note(by)
        one.keys.update(key.partition(".")[0] for key in changes)
        if row.number == 1:
            one.keys.add("withdrawn_at")  # before it, there was no record to count
        if clocks.touched(row.kind, row.action, changes):
            one.keys.add("clocks")
            one.anywhen |= row.undoes is not None or row.recorded_at - row.at > LATE
        for name in self.dates[row.kind]:
            change = changes.get(name)
            if isinstance(change, list) and isinstance(change[0], str):
                one.before.add((name, datetime.fromisoformat(change[0])))

    def _follow_courses(self, moving: dict[int, str], touched: dict[str, dict[int, Touched]]) -> None:
        before = courses.held(moving)
        changed = []
        for course in courses.courses_of(moving):
            was = before.get(course.pk, ())
            if was == courses.row(course):
                continue
            changed.append(course)
            one = touched[course.kind][course.pk]
            one.keys.add("course")
            pairs = zip(courses.COLUMNS, was, strict=False)
            one.before |= {(f"course__{name}", value) for name, value in pairs if isinstance(value, datetime)}
        courses.keep(changed)

    def _mark(self, kind: str, some: dict[int, Touched], now: datetime, marks: dict[Mark, By]) -> None:
        interests = self.by_kind.get(kind, [])
        dates = self.dates.get(kind, [])
        wanted = [pk for pk, one in some.items() if any(one.keys & interest.one.fields for interest in interests)]
        held: dict[int, dict[str, Any]] = {}
        if dates:
            rows = _chunked(registry.types[kind].model._default_manager.order_by(), "pk", wanted, "pk", *dates)
            held = {pk: dict(zip(dates, rest, strict=True)) for pk, *rest in rows}
        for interest in interests:
            mine = [pk for pk in wanted if some[pk].by is not None and some[pk].keys & interest.one.fields]
            moments = _dated_beside(interest.one, mine, some) if interest.one.dated_beside else {}
            for pk in mine:
                one = some[pk]
                by = one.by or By(0, 0, now)
                if not interest.one.date:
                    _add(marks, by, interest.onward(one.since or now, now))
                    continue
                found = moments.get(pk) or {at for name, at in one.before if name == interest.one.date}
                if (present := held.get(pk, {}).get(interest.one.date)) is not None:
                    found.add(present)
                _add(marks, by, interest.on(found))


def _dated_beside(one: Indicator, ids: list[int], some: dict[int, Touched]) -> dict[int, set[datetime]]:
    """The moments to which records may belong, or may have belonged, by the date of a row beside them: now, since when
    their work was done before, and where an entry came late or undid another one, the time of any of their entries."""
    found: dict[int, set[datetime]] = defaultdict(set)
    for pk, at in _chunked(one.rows(), "pk", ids, "pk", one.date):
        found[pk] |= {at} - {None}
        found[pk] |= {moment for name, moment in some[pk].before if name == "course__ended_at"}
    anywhen = [pk for pk in ids if some[pk].anywhen]
    for pk, at in _chunked(Entry.objects.order_by(), "record_id", anywhen, "record_id", "at"):
        found[pk].add(at)
    return found


def _add(marks: dict[Mark, By], by: By, found: Iterable[Mark]) -> None:
    for mark in found:
        marks[mark] = max(marks.get(mark, by), by)


def _moments_in(everywhere: bool, changes: dict[str, Any]) -> Iterator[datetime]:
    """The moments that changes of edges tell, or all changes: since when something is so, if that is not the entry's
    own time."""
    for key, change in changes.items():
        if isinstance(change, list) and (everywhere or key.startswith("relations.")):
            yield from (datetime.fromisoformat(text) for text in change if isinstance(text, str) and MOMENT.match(text))


def _chunked(rows: Any, column: str, wanted: Iterable[int], *columns: str) -> Iterator[Any]:
    ids = list(wanted)
    for start in range(0, len(ids), CHUNK):
        yield from rows.filter(**{f"{column}__in": ids[start : start + CHUNK]}).values_list(*columns)
