"""How measuring follows the journal: entries mark days, marked days are measured; in the worker, all the time.

One worker at a time, by a lease. Marks are written together with the place that the follower has come to, and struck
off together with the values that were measured, so that a kill at any moment loses nothing. What would take long is
left to a background run; until that has measured an indicator, its goals show what they came to before.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from septet.kernel.journal import read_changes
from septet.kernel.locks import shared_now
from septet.kernel.models import Entry, Follower
from septet.kernel.sequencer import catch_up as place_entries
from septet.kernel.work import RunTask, enqueue
from septet.lib.periods import DAY, day_of, day_start
from septet.team.goals import dirty, measuring
from septet.team.goals.dirty import Group
from septet.team.goals.indicators import Indicator
from septet.team.goals.marking import By, Mark, Marking, Row
from septet.team.goals.models import Dirty, Looked
from septet.team.goals.specs import Spec, specs

NAME = "goals"
GOAL = "goal"
WINDOW = 5000
LEASE = timedelta(seconds=30)
# Measuring rests so many times as long as it took: it may use a twentieth of a core.
REST = 20
# So long somebody who reads goals waits for measuring where no worker does it.
READERS_SECONDS = 2.0
SHORTEST_REST, LONGEST_REST = 1.0, 300.0
# An indicator with more marked days than these is measured by a background run.
AT_ONCE = 62
LOOK_EVERY = timedelta(hours=1)
# What of a goal does not change what it comes to.
WORDS = frozenset({"title", "description", "owner", "cluster", "consequence", "extra", "confidentiality", "shares"})


class Measurer:
    """Measures for one worker. `long_task` is the background task that measures what takes long; without it everything
    is measured at once. `clock` gives the seconds by which it rests."""

    def __init__(
        self,
        worker: str,
        long_task: RunTask[[str], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.worker, self.long_task, self.clock = worker, long_task, clock
        self._loaded: tuple[list[Spec], Marking] | None = None
        self._rest_until = self._lease_ends = 0.0
        self._look_at = datetime.min.replace(tzinfo=UTC)

    def step(self) -> bool:
        """Read the next stretch of entries and, at their end, measure what is marked; whether there is more to do."""
        top, now = place_entries(), timezone.now()
        position = read_until()
        # Entries are read when what they mark can be measured: many at once cost less, and nothing shows before.
        resting = self.clock() < self._rest_until
        nothing = position >= top and now < self._look_at and not Dirty.objects.exists()
        if not self._lease():
            self._loaded = None  # whoever measures meanwhile may see goals change
            return False
        if nothing or (resting and top - position < WINDOW):
            return False
        moved = position < top and self._mark(position, now)
        if moved and (resting or top - position > WINDOW):
            return True
        if now >= self._look_at:
            self._look(now)
        return self.measure(now) or moved

    def rest_no_longer(self) -> None:
        """Measure again at once."""
        self._rest_until = 0.0

    def release(self) -> None:
        """Let another worker go on at once."""
        Follower.objects.filter(name=NAME, worker=self.worker).update(lease_until=None)

    def _lease(self) -> bool:
        """Be the one who measures for some time, if nobody else is; readers see by it that somebody measures."""
        if self.clock() < self._lease_ends - LEASE.total_seconds() / 2:
            return True
        Follower.objects.get_or_create(name=NAME)
        free = Q(lease_until=None) | Q(lease_until__lt=shared_now()) | Q(worker=self.worker)
        mine = Follower.objects.filter(free, name=NAME)
        held = mine.update(worker=self.worker, lease_until=shared_now() + LEASE) == 1
        self._lease_ends = self.clock() + (LEASE.total_seconds() if held else 0)
        return held

    @property
    def loaded(self) -> tuple[list[Spec], Marking]:
        """The goals that are measured, and what reads entries for them."""
        if self._loaded is None:
            found = specs()
            self._loaded = found, Marking(found)
        return self._loaded

    def _mark(self, position: int, now: datetime) -> bool:
        _, marking = self.loaded
        rows = Entry.objects.filter(position__gt=position).order_by("position").values_list(*Row._fields)[:WINDOW]
        found = [Row(*row) for row in rows]
        if not found:
            return False
        # Read before the transaction, so that nobody waits to write meanwhile; what changes now marks again later.
        marks = marking.read(found, now)
        marks |= self._marks_of_goals(found, now)
        with transaction.atomic():
            dirty.note(marks)
            mine = Follower.objects.filter(name=NAME, worker=self.worker, position=position)
            if not mine.update(position=found[-1].position):
                transaction.set_rollback(True)
                return False
        return True

    def _marks_of_goals(self, rows: Iterable[Row], now: datetime) -> dict[Mark, By]:
        """What goals that were changed ask for: to be measured from their beginning, or from when a target is valid."""
        since: dict[int, tuple[date | None, By]] = {}
        for row in rows:
            if row.kind != GOAL:
                continue
            changes = read_changes(row.changes)
            heads = {key.partition(".")[0] for key in changes} - WORDS
            if not any(head for head in heads if not head.startswith(":")) and row.number > 1:
                continue
            first = _valid_from(changes) if heads <= {"targets", "target", "threshold"} and row.number > 1 else None
            held = since.get(row.record_id)
            first = min(first, held[0]) if held and first and held[0] else (None if held else first)
            since[row.record_id] = first, By(row.position, row.pk, row.at)
        if not since:
            return {}
        self._loaded = None
        found = {}
        oldest: dict[tuple[str, str], date] = {}
        for spec in self.loaded[0]:
            if spec.pk in since:
                first, by = since[spec.pk]
                if first is None:
                    key = spec.one.key, spec.zone.key
                    oldest[key] = oldest.get(key) or measuring.oldest_day(spec, now)
                    first = max(oldest[key], spec.valid_from or oldest[key])
                found[Mark(spec.one.key, spec.zone.key, spec.pk, first, True)] = by
        return found

    def _look(self, now: datetime) -> None:
        """Mark what time alone has changed: a day that is over, and every hour what grows old."""
        by_zone: dict[str, dict[str, Indicator]] = {}
        for spec in self.loaded[0]:
            by_zone.setdefault(spec.zone.key, {})[spec.one.key] = spec.one
        zones = {spec.zone.key: spec.zone for spec in self.loaded[0]}
        looked = {row.zone: row for row in Looked.objects.all()}
        midnights = [day_start(day_of(now, zone) + DAY, zone) for zone in zones.values()]
        self._look_at = min([now + LOOK_EVERY, *midnights])
        for name, ones in by_zone.items():
            held, today = looked.get(name), day_of(now, zones[name])
            if held is not None and held.day == today and now - held.at < LOOK_EVERY:
                continue
            first = held.day if held is not None else today
            marks = {
                Mark(key, name, 0, first, True): By.nobody(now)
                for key, one in ones.items()
                if first < today or any(source.moves for source in one.sources)
            }
            with transaction.atomic():
                dirty.note(marks)
                Looked.objects.update_or_create(zone=name, defaults={"day": today, "at": now})

    def measure(self, now: datetime) -> bool:
        """Measure what is marked, and have a run measure what would take long; whether anything was measured."""
        started = _spent()
        found = dirty.groups(self.loaded[0], now)
        long = [group for group in found if self.long_task is not None and group.length > AT_ONCE]
        measure_groups([group for group in found if group not in long], now)
        if long and self.long_task is not None:
            with transaction.atomic():
                enqueue(self.long_task, batch=str(dirty.claim(long)))
        self._rest_until = self.clock() + min(max(REST * (_spent() - started), SHORTEST_REST), LONGEST_REST)
        return bool(found)


def clocks_changed(kind: str, ids: Sequence[int]) -> None:
    """Mark what depends on the clocks of records that were reckoned anew."""
    now = timezone.now()
    dirty.note(Marking(specs()).of_clocks(kind, ids, By.nobody(now), now))


def _spent() -> float:
    """Seconds of work so far: of this thread where the database works in it, else of the clock."""
    return time.thread_time() if connection.vendor == "sqlite" else time.monotonic()


def read_until() -> int:
    """Up to where in the journal entries were read."""
    return Follower.objects.filter(name=NAME).values_list("position", flat=True).first() or 0


def _valid_from(changes: dict[str, object]) -> date | None:
    """The earliest day from which a changed target is valid."""
    days = [
        date.fromisoformat(value)
        for key, change in changes.items()
        if key.startswith("targets.") and key.endswith(".valid_from") and isinstance(change, list)
        for value in change
        if isinstance(value, str)
    ]
    return min(days, default=None)


def measure_groups(groups: list[Group], now: datetime) -> int:
    """Measure some groups and strike their marks off, all at once; how many values of days that made."""
    found = measuring.Measured()
    for group in groups:
        oldest = measuring.oldest_day(group.specs[0], now) if group.whole else date.max
        for some, days in group.parts():
            first = min(days)
            anew = {one.pk for one in some if one.pk in group.whole and first <= max(one.valid_from or oldest, oldest)}
            measuring.measure(some, days, now, found, unsettled=frozenset(group.unsettled), anew=anew)
    with transaction.atomic():
        found.write()
        for group in groups:
            group.strike()
    return len(found.days)


def catch_up(seconds: float | None = None) -> bool:
    """Measure what there is to measure, now and here, for so long at most; whether all is measured. Does nothing where
    a worker is at it."""
    measurer = Measurer(f"reader:{os.getpid()}:{threading.get_ident()}")
    until = None if seconds is None else time.monotonic() + seconds
    while (until is None or time.monotonic() < until) and measurer.step():
        measurer.rest_no_longer()
    measurer.release()
    return is_at_end() and not Dirty.objects.exists()


def is_at_end() -> bool:
    """Whether every entry of the journal was read."""
    return read_until() >= place_entries()


def keep_up() -> None:
    """Measure for a moment before goals are read, where no worker does it."""
    if not somebody_measures():
        catch_up(READERS_SECONDS)


def somebody_measures() -> bool:
    """Whether a worker follows the journal at present: one query."""
    return Follower.objects.filter(name=NAME, lease_until__gt=shared_now()).exists()
