"""The course of a record: what its way through states and teams comes to, told by its journal without what was undone.

Spans cannot tell it: a hand-over that was undone is a stretch like any other there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from septet.kernel.bulk_rows import insert
from septet.kernel.journal import read_changes, undone_ids
from septet.kernel.models import Entry
from septet.kernel.registry import registry
from septet.team.goals.models import Course

COLUMNS = tuple(f.attname for f in Course._meta.concrete_fields if f.name not in {"record", "kind"})
READS = frozenset({"state", "team", "opened_at"})
ESCALATE = "escalate"
_BLANK: dict[str, Any] = {
    **dict.fromkeys(COLUMNS, 0),
    **dict.fromkeys(("ended_at", "took", "first_ended_at", "reopened_at")),
    "returned": False,
}
CHUNK = 1000
SECOND = timedelta(seconds=1)

# Kind -> the states in which its work is done.
ends: dict[str, frozenset[str]] = {}

# An entry of one record: id, id of the entry that it undoes, at, number, action, changes as text.
Told = tuple[int, int | None, datetime, int, str, str]


def work_ends(kind: str, *states: str) -> None:
    """Declare in which states the work on a record of this kind is done; its course is followed from then on."""
    if kind in ends:
        raise ImproperlyConfigured(f"It is declared twice when the work on {kind!r} ends.")
    ends[kind] = frozenset(states)


def check_ends() -> None:
    """Refuse kinds and states that do not exist; called when every declaration is loaded."""
    for kind, states in ends.items():
        if kind not in registry.types:
            raise ImproperlyConfigured(f"work_ends: there is no record type {kind!r}.")
        if strange := [state for state in states if state not in registry.types[kind].states]:
            raise ImproperlyConfigured(f"work_ends: {kind} has no state {strange[0]!r}.")


@dataclass
class _Way:
    """The state and team that a record has on its way, and what was counted so far."""

    kind: str
    opened_at: datetime | None = None
    state: str = ""
    team: int | None = None
    teams: set[int] = field(default_factory=set)
    found: dict[str, Any] = field(default_factory=_BLANK.copy)

    def step(self, at: datetime, action: str, changes: dict[str, Any]) -> None:
        if (opened := _after(changes, "opened_at")) is not None:
            self.opened_at = datetime.fromisoformat(opened)
        if "state" in changes:
            self._enter(_after(changes, "state") or "", at)
        if "team" in changes:
            self._hand_over(_after(changes, "team"))
        self.found["escalations"] += action == ESCALATE

    def _enter(self, state: str, at: datetime) -> None:
        was, now = self.state in ends[self.kind], state in ends[self.kind]
        self.state = state
        if now and not was:
            self.found["ended_at"] = at
            self.found["first_ended_at"] = self.found["first_ended_at"] or at
        elif was and not now:
            self.found["ended_at"] = None
            self.found["reopenings"] += 1
            self.found["reopened_at"] = self.found["reopened_at"] or at

    def _hand_over(self, team: int | None) -> None:
        if team is None:
            return
        if self.team is not None and team != self.team:
            self.found["hand_overs"] += 1
            self.found["returned"] |= team in self.teams
        self.team = team
        self.teams.add(team)


def _after(changes: dict[str, Any], name: str) -> Any:
    change = changes.get(name)
    return change[1] if isinstance(change, list) else None


def moves(kind: str, number: int, action: str, undoes: int | None, changes: Mapping[str, Any]) -> bool:
    """Whether an entry may have changed the course of its record."""
    if kind not in ends:
        return False
    return number == 1 or undoes is not None or action == ESCALATE or not READS.isdisjoint(changes)


def course_of(kind: str, record: int, entries: Iterable[Told]) -> Course:
    """The course that a record's whole journal tells."""
    told = list(entries)
    undone = undone_ids((pk, undoes) for pk, undoes, *_ in told)
    way = _Way(kind)
    for pk, undoes, at, _number, action, text in sorted(told, key=lambda one: (one[2], one[3])):
        if undoes is None and pk not in undone:
            way.step(at, action, read_changes(text))
    found = way.found
    if found["ended_at"] is not None and way.opened_at is not None:
        found["took"] = max((found["ended_at"] - way.opened_at) // SECOND, 0)
    return Course(record_id=record, kind=kind, **found)


def courses_of(records: dict[int, str]) -> Iterator[Course]:
    """The courses of records, id -> kind, computed from their journals."""
    ids = sorted(pk for pk, kind in records.items() if kind in ends)
    for start in range(0, len(ids), CHUNK):
        rows = Entry.objects.filter(record_id__in=ids[start : start + CHUNK]).order_by("record_id")
        told = rows.values_list("record_id", "id", "undoes", "at", "number", "action", "changes")
        for pk, some in groupby(told.iterator(CHUNK), key=lambda one: one[0]):
            yield course_of(records[pk], pk, [one[1:] for one in some])


def held(records: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """The courses that are kept of records, as rows of `COLUMNS`."""
    wanted = list(records)
    found = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Course.objects.filter(pk__in=wanted[start : start + CHUNK]).values_list("pk", *COLUMNS)
        found.update({pk: tuple(rest) for pk, *rest in rows})
    return found


def keep(courses: list[Course]) -> None:
    """Put courses in the place of those that are kept."""
    names = ("record_id", "kind", *COLUMNS)
    insert.replace(Course, names, ("record_id",), [(one.pk, one.kind, *row(one)) for one in courses])


def row(course: Course) -> tuple[Any, ...]:
    """A course as a row of `COLUMNS`."""
    return tuple(getattr(course, name) for name in COLUMNS)
