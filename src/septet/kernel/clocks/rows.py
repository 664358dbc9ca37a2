"""From facts to the rows of clocks: reckoned against the promise that fits, with the moment of the next event."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from septet.kernel.bulk_rows import insert, update
from septet.kernel.bulk_rows.light import light
from septet.kernel.clocks.book import Book, Promise
from septet.kernel.clocks.facts import Facts, rules_of
from septet.kernel.models import Clock, Standing
from septet.kernel.registry import RecordType
from septet.lib import clocks as lib
from septet.lib.moments import microseconds, moment

TOLD = (
    "agreement", "target", "seconds", "state", "started_at", "due_at", "met_at", "elapsed", "counted_at",
)  # fmt: skip
NAMES = tuple(one.attname for one in Clock._meta.concrete_fields if one.attname != "id")
KEPT = (*TOLD, "breached_at", "applied_at", "heard_until", "next_event_at")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A clock of a record as it stands at a moment, and the promise that it stands against."""

    metric: str
    promise: Promise
    clock: lib.Clock


def reckoned(it: RecordType, facts: Facts, book: Book, now: int) -> Iterator[Reckoned]:
    """The clocks of a record: one for each metric for which a promise fits."""
    for metric, rule in rules_of(it).items():
        promise = book.choose(it.kind, metric, facts.judged)
        if promise is not None:
            answered = facts.answered if rule.once else None
            start = facts.judged.opened
            yield Reckoned(metric, promise, lib.reckon(facts.states, rule, book.target(promise), start, now, answered))


def rows_of(
    it: RecordType,
    facts: Facts,
    book: Book,
    now: datetime,
    held: Mapping[str, Clock],
    *,
    applied: datetime | None = None,
    quiet: bool = False,
) -> list[Clock]:
    """The rows that a record's clocks make. `held` are those it had, by metric, whose events stay told.

    A target that is new to the record is known to apply since `applied` (from the start, if that is None). What lies
    before now is taken as told in a record's first row, and with `quiet` in every row that is another one than before.
    """
    found = []
    for one in reckoned(it, facts, book, microseconds(now)):
        row, before = _row(it, facts.record, one), held.get(one.metric)
        known = before is not None and before.target == row.target
        row.applied_at = before.applied_at if before is not None and known else applied or row.started_at
        if before is None or (quiet and told(row) != told(before)):
            row.heard_until = now
        else:
            row.heard_until = before.heard_until
        row.id = before.pk if before is not None else None
        upcoming = next(events(one.clock, microseconds(row.applied_at), microseconds(row.heard_until)), None)
        row.next_event_at = moment(upcoming[0]) if upcoming else None
        found.append(row)
    return found


def _row(it: RecordType, record: int, one: Reckoned) -> Clock:
    clock = one.clock
    return light(
        Clock,
        record_id=record,
        kind=it.kind,
        metric=one.metric,
        agreement=one.promise.agreement,
        target=one.promise.target,
        seconds=one.promise.seconds,
        state=str(clock.standing),
        started_at=moment(clock.started),
        due_at=_at(clock.due),
        met_at=_at(clock.met),
        breached_at=_at(clock.breached),
        elapsed=clock.before if clock.standing == "running" else clock.elapsed,
        counted_at=moment(clock.since),
    )


def told(row: Clock) -> tuple[object, ...]:
    """What of a row follows from journal, promises and calendars, whenever it is reckoned."""
    return tuple(getattr(row, name) for name in TOLD)


def events(clock: lib.Clock, applied: int, heard: int) -> Iterator[tuple[int, int]]:
    """What is to be told of a clock after `heard`: (moment, percentage), in order.

    What was reached before the target applied is reached when it applies, and of that only the highest is told.
    """
    marks = [(max(at, applied), percent) for percent, at in clock.marks if at is not None]
    at_once = [percent for at, percent in marks if at == applied]
    for at, percent in marks:
        if at > heard and (at > applied or percent == at_once[-1]):
            yield at, percent


def earliest_due(rows: Iterable[Clock]) -> datetime | None:
    """When a record is due: the earliest due time of a clock that runs."""
    return min((one.due_at for one in rows if one.due_at is not None and one.state == Standing.RUNNING), default=None)


def _at(count: int | None) -> datetime | None:
    return None if count is None else moment(count)


def insert_rows(rows: Iterable[Clock]) -> None:
    """Write new rows. Needs the door and a transaction."""
    insert.rows(Clock, NAMES, [tuple(getattr(row, name) for name in NAMES) for row in rows])


def update_rows(rows: Iterable[Clock]) -> None:
    """Write what may have changed of rows that stand already. Needs the door and a transaction."""
    update.rows(Clock, KEPT, [(*(getattr(row, name) for name in KEPT), row.pk) for row in rows])
