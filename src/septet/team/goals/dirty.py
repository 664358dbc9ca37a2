"""What has to be measured: written down as marks, gathered by indicator, and struck off once it is measured."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from septet.kernel.bulk_rows import insert
from septet.kernel.models import Run, RunState
from septet.lib.periods import Period, day_of
from septet.team.goals.marking import By, Mark
from septet.team.goals.models import Dirty
from septet.team.goals.specs import Spec

TASK = "measure-goals"
BATCH = 1000
KEY = ("indicator", "zone", "goal_id", "day", "onward")


@dataclass
class Group:
    """What is marked of one indicator in one zone: for each goal the days, each with the entry that marked it last, and
    the rows that say so, each with its position. Goals in `whole` are to be measured from their beginning; `unsettled`
    days are marked too, but not to be measured now."""

    specs: list[Spec]
    days: dict[int, dict[date, int | None]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[int, int] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    unsettled: set[date] = field(default_factory=set)

    @property
    def length(self) -> int:
        """How many days there are to be measured for the goal that has most of them."""
        return max(map(len, self.days.values()), default=0)

    def parts(self) -> Iterator[tuple[list[Spec], dict[date, int | None]]]:
        """The goals with the same days to be measured, together with these."""
        alike: dict[frozenset[date], list[Spec]] = defaultdict(list)
        for spec in self.specs:
            if self.days[spec.pk]:
                alike[frozenset(self.days[spec.pk])].append(spec)
        for specs in alike.values():
            causes: dict[date, int | None] = {}
            for spec in specs:
                for day, entry in self.days[spec.pk].items():
                    causes[day] = max(causes.get(day) or 0, entry or 0) or None
            yield specs, causes

    def take(self, row: Dirty, now: datetime) -> None:
        """Take in a mark."""
        self.rows[row.pk] = row.position
        if row.goal_id and row.onward:
            self.whole.add(row.goal_id)
        for spec in self.of(row):
            own = self.days[spec.pk]
            for day in days_of(row, spec, now):
                own[day] = max(own.get(day) or 0, row.entry_id or 0) or None

    def of(self, row: Dirty) -> list[Spec]:
        """The goals that a mark is about."""
        return [spec for spec in self.specs if row.goal_id in {0, spec.pk}]

    def strike(self) -> None:
        """Take away the marks that were not made anew since they were read."""
        by_position: dict[int, list[int]] = {}
        for pk, position in self.rows.items():
            by_position.setdefault(position, []).append(pk)
        for position, ids in by_position.items():
            for start in range(0, len(ids), BATCH):
                Dirty.objects.filter(pk__in=ids[start : start + BATCH], position=position).delete()


def note(marks: Mapping[Mark, By]) -> None:
    """Write marks down; one that stands already gets the later entry, and is nobody's to measure in particular."""
    rows = [
        (one.indicator, one.zone, one.goal, one.day, one.onward, by.position, by.pk or None, None)
        for one, by in marks.items()
    ]
    insert.replace(Dirty, (*KEY, "position", "entry_id", "batch"), KEY, rows)


def note_days(spec: Spec, days: Iterable[date]) -> None:
    """Mark days of one goal, though no entry says so."""
    key = spec.one.key, spec.zone.key, spec.pk
    note({Mark(*key, day, False): By.nobody(datetime.now(UTC)) for day in days})


def groups(specs: Iterable[Spec], now: datetime, batch: UUID | None = None) -> list[Group]:
    """What is to be measured now, or by the run with this batch. What no goal asks for any more is struck off."""
    active, held = batches()
    found: dict[tuple[str, str], Group] = {}
    for spec in specs:
        found.setdefault((spec.one.key, spec.zone.key), Group([])).specs.append(spec)
    in_hand, forgotten = set(), []
    for row in Dirty.objects.order_by("pk"):
        key = row.indicator, row.zone
        group = found.get(key)
        if group is None or not group.of(row):
            forgotten.append(row.pk)
        elif row.batch == batch or (batch is None and row.batch not in {*active, *held}):
            group.take(row, now)
        else:
            group.unsettled.update(day for spec in group.of(row) for day in days_of(row, spec, now))
            if row.batch in active:
                in_hand.add(key)
    Dirty.objects.filter(pk__in=forgotten).delete()
    return [group for key, group in found.items() if group.rows and (batch is not None or key not in in_hand)]


def batches() -> tuple[set[UUID], set[UUID]]:
    """The batches that a run is going to measure, and those of runs that were cancelled or failed."""
    active, held = set(), set()
    for state, arguments in Run.objects.filter(task=TASK).values_list("state", "arguments"):
        if state in {RunState.QUEUED, RunState.RUNNING}:
            active.add(UUID(arguments["batch"]))
        elif state in {RunState.CANCELLED, RunState.FAILED}:
            held.add(UUID(arguments["batch"]))
    return active, held


def days_of(row: Dirty, spec: Spec, now: datetime) -> Iterable[date]:
    """The days that a mark is about, up to the present one."""
    today = day_of(now, spec.zone)
    if not row.onward:
        return [row.day] if row.day <= today else []
    return Period(row.day, today).days() if row.day <= today else [today]


def claim(groups: Iterable[Group]) -> UUID:
    """Set the marks of groups apart for a run, and return the batch that it is to measure."""
    batch = uuid.uuid4()
    for group in groups:
        ids = list(group.rows)
        for start in range(0, len(ids), BATCH):
            Dirty.objects.filter(pk__in=ids[start : start + BATCH]).update(batch=batch)
    return batch


def release_held() -> int:
    """Let marks be measured that a run left behind which was cancelled or failed; how many."""
    active, _ = batches()
    return Dirty.objects.exclude(batch=None).exclude(batch__in=active).update(batch=None)
