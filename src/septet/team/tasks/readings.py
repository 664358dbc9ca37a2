"""How far the tasks of a record are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.loading import Head
from septet.kernel.models import Record
from septet.kernel.policy import seen_among
from septet.kernel.prepared import Prepared, Slot, prepare
from septet.kernel.readings import reading
from septet.kernel.registry import number_of, registry
from septet.team.checklists.models import StartedChecklist
from septet.team.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Named:
    """A record by its number and title."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in one line. `overdue`: it is past its due time and not settled."""

    number: str
    title: str
    state: str
    mandatory: bool
    overdue: bool
    due_at: datetime | None = None
    owner: Named | None = None
    team: Named | None = None
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """The tasks of one started checklist, or those that come from none, and how many of them are settled."""

    settled: int
    total: int
    mandatory_left: int
    overdue: int
    checklist: Named | None = None
    event: str = ""
    event_at: datetime | None = None
    tasks: list[TaskLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of a record, those that come from no checklist first."""

    settled: int
    total: int
    mandatory_left: int
    overdue: int
    groups: list[TaskGroup]


# They begin with those of a head.
COLUMNS = (
    "pk", "kind", "title", "state", "confidentiality", "mandatory", "due_at", "closed_at", "cluster", "run",
    "owner_id", "owner__title", "team_id", "team__title",
)  # fmt: skip


@reading(Record)
def tasks(record: Record, actor: Actor) -> Tasks:
    """Show the tasks that belong to the record, by the checklists they come from, and how far they are."""
    now = timezone.now()
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _tasks_of(connection.vendor).read({"subject": record.pk})]
    seen = seen_among(actor, (Head(*(row[name] for name in COLUMNS[: len(Head._fields)])) for row in rows))
    by_run: dict[int | None, list[TaskLine]] = {}
    for row in rows:
        if row["pk"] in seen:
            by_run.setdefault(row["run"], []).append(_line(row, now))
    started = {one.pk: one for one in _started(by_run)}
    groups = [_group(by_run[run], started.get(run or 0)) for run in sorted(by_run, key=lambda run: run or 0)]
    return Tasks(*_counts(line for group in groups for line in group.tasks), groups=groups)


@cache
def _tasks_of(vendor: str) -> Prepared:
    rows = Task.objects.filter(subject_id=Slot("subject"), withdrawn_at=None)
    order = (F("position").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")
    return prepare(rows.order_by(*order).values_list(*COLUMNS))


def _started(runs: Iterable[int | None]) -> Iterable[StartedChecklist]:
    wanted = [run for run in runs if run is not None]
    rows = StartedChecklist.objects.filter(pk__in=wanted).select_related("checklist__as_checklist")
    return rows if wanted else []


def _line(row: dict[str, Any], now: datetime) -> TaskLine:
    return TaskLine(
        number=number_of("task", row["pk"]),
        title=row["title"],
        state=row["state"],
        mandatory=row["mandatory"],
        overdue=row["closed_at"] is None and row["due_at"] is not None and row["due_at"] < now,
        due_at=row["due_at"],
        owner=_named("person", row["owner_id"], row["owner__title"]),
        team=_named("function-team", row["team_id"], row["team__title"]),
        cluster=row["cluster"],
    )


def _named(kind: str, pk: int | None, title: str) -> Named | None:
    return None if pk is None else Named(number_of(kind, pk), title)


def _group(lines: list[TaskLine], started: StartedChecklist | None) -> TaskGroup:
    if started is None:
        return TaskGroup(*_counts(lines), tasks=lines)
    checklist: Any = started.checklist
    return TaskGroup(
        *_counts(lines),
        checklist=_named("checklist", started.checklist_id, checklist.title),
        event=checklist.as_checklist.event,
        event_at=started.event_at,
        tasks=lines,
    )


def _counts(lines: Iterable[TaskLine]) -> tuple[int, int, int, int]:
    final = registry.types["task"].states.final_keys()
    held = list(lines)
    return (
        sum(one.state in final for one in held),
        len(held),
        sum(one.mandatory and one.state not in final for one in held),
        sum(one.overdue for one in held),
    )
