"""Keeps the clocks of records up to date in the transaction of every change: `Clock` rows and the record's `due_at`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from septet.kernel.bulk_rows import select, update
from septet.kernel.bulk_rows.light import light
from septet.kernel.clocks.book import Book, current
from septet.kernel.clocks.facts import COMMENT, HEARD, WATCHED, Facts, gather, judged
from septet.kernel.clocks.rows import KEPT, NAMES, earliest_due, insert_rows, rows_of, told, update_rows
from septet.kernel.models import Clock, Record
from septet.kernel.parts import Act
from septet.kernel.registry import RecordType
from septet.lib.moments import microseconds

COLUMNS = ("id", *NAMES)
Held = dict[int, dict[str, Clock]]


def opened(it: RecordType, record: Any, act: Act) -> list[Clock]:
    """The clocks of a record about to be inserted, which then is due by them; `start` puts them in place."""
    if it.clocks is None:
        return []
    book = current()
    if it.kind not in book.kinds:
        return []
    facts = Facts(record.pk, [(microseconds(act.at), record.state)], judged(record))
    rows = rows_of(it, facts, book, act.now, {})
    record.due_at = earliest_due(rows)
    return rows


def start(rows: Sequence[Clock]) -> None:
    """Insert the clocks of new records."""
    insert_rows(rows)


def follow(it: RecordType, record: Any, act: Act, changed: Mapping[str, Any]) -> bool:
    """Bring a record's clocks up to date after an action, when its spans are; whether its `due_at` is another one now.
    Costs no query where nothing changed that could move them."""
    if it.clocks is None or not (WATCHED & set(changed) or (it.clocks.answers and _answers(record, act, changed))):
        return False
    book = current()
    if it.kind not in book.kinds:
        return False
    return bool(_bring(it, [record], book, held_of([record.pk]), act.now, applied=act.now))


def _answers(record: Any, act: Act, changed: Mapping[str, Any]) -> bool:
    said = f":{COMMENT}" in changed and act.audience in HEARD
    return said and act.actor.person not in {None, record.requester_id}


def after_undo(it: RecordType, records: Sequence[int], touched: Iterable[str], at: datetime) -> None:
    """Bring clocks in line after keys of records were undone, when their spans are."""
    if it.clocks is not None and WATCHED & set(touched):
        refresh(it, records, applied=at)


def refresh(
    it: RecordType,
    ids: Sequence[int],
    *,
    applied: datetime | None = None,
    quiet: bool = False,
    now: datetime | None = None,
) -> int:
    """Reckon the clocks of locked records anew; how many of them are due at another time now. Needs the door and a
    transaction. `applied` and `quiet` are those of `rows_of`."""
    if it.clocks is None:
        return 0
    book, held = current(), held_of(ids)
    if not held and it.kind not in book.kinds:
        return 0
    records = list(it.model._default_manager.filter(pk__in=ids))
    changed = _bring(it, records, book, held, now or timezone.now(), applied=applied, quiet=quiet)
    update.rows(Record, ("due_at",), [(one.due_at, one.pk) for one in changed])
    return len(changed)


def wrong(it: RecordType, ids: Sequence[int]) -> set[int]:
    """Those of the records whose clocks or due time are not what journal, promises and calendars yield."""
    now = timezone.now()
    records = list(it.model._default_manager.filter(pk__in=ids))
    held, book = held_of(ids), current()
    rows = {one.record: rows_of(it, one, book, now, held.get(one.record, {})) for one in gather(it, records)}
    return {
        one.pk
        for one in records
        if one.due_at != earliest_due(rows.get(one.pk, ()))
        or _told(rows.get(one.pk, ()), now) != _told(held.get(one.pk, {}).values(), now)
    }


def _told(rows: Iterable[Clock], now: datetime) -> dict[str, tuple[Any, ...]]:
    """What of rows follows from the journal; a breach that is to be told in this moment may be noted or not."""
    return {
        row.metric: (
            *told(row),
            None if row.next_event_at is not None and row.next_event_at <= now else row.breached_at,
        )
        for row in rows
    }


def _bring(
    it: RecordType,
    records: Sequence[Any],
    book: Book,
    held: Held,
    now: datetime,
    *,
    applied: datetime | None,
    quiet: bool = False,
) -> list[Any]:
    """Put the rows of records right and set their `due_at`; gives those of which it changed."""
    rows: dict[int, list[Clock]] = {}
    for facts in gather(it, records):
        mine = held.get(facts.record, {})
        rows[facts.record] = rows_of(it, facts, book, now, mine, applied=applied, quiet=quiet)
    _replace(held, [row for some in rows.values() for row in some])
    changed = []
    for record in records:
        due = earliest_due(rows.get(record.pk, ()))
        if due != record.due_at:
            record.due_at = due
            changed.append(record)
    return changed


def held_of(ids: Iterable[int]) -> Held:
    """The rows that records have, by record and metric."""
    found: Held = {}
    for values in select.rows(Clock, COLUMNS, list(ids)):
        row = light(Clock, **dict(zip(COLUMNS, values, strict=True)))
        found.setdefault(row.record_id, {})[row.metric] = row
    return found


def _replace(held: Held, rows: Sequence[Clock]) -> None:
    """Write only what differs."""
    known = {(record, metric): row for record, some in held.items() for metric, row in some.items()}
    made = {(row.record_id, row.metric): row for row in rows}
    insert_rows(row for key, row in made.items() if key not in known)
    update_rows(row for key, row in made.items() if key in known and _differs(row, known[key]))
    if gone := [row.pk for key, row in known.items() if key not in made]:
        Clock.objects.filter(pk__in=gone).delete()


def _differs(row: Clock, other: Clock) -> bool:
    return any(getattr(row, name) != getattr(other, name) for name in KEPT)


def after_import(it: RecordType, record: int, touched: Iterable[str], now: datetime) -> None:
    """Bring clocks in line after an import told more of a record. What it tells of the past is told already."""
    if it.clocks is not None and WATCHED & set(touched):
        refresh(it, [record], quiet=True, now=now)
