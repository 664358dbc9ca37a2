"""What time alone does to clocks: thresholds that are reached and targets that are missed, told to the journal.

Each is told once for each clock, target and percentage, whatever dies in between: the entries and the step of the row's
`heard_until`, by compare-and-set, are one transaction, and what the journal says already is not said again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from septet.kernel import door, parts
from septet.kernel.actions import locked, new_request, write_entry
from septet.kernel.actors import SYSTEM
from septet.kernel.clocks.book import current
from septet.kernel.clocks.facts import gather
from septet.kernel.clocks.keep import refresh
from septet.kernel.clocks.rows import Reckoned, events, reckoned
from septet.kernel.errors import Conflict
from septet.kernel.fields import moment_text
from septet.kernel.journal import read_changes
from septet.kernel.locks import shared_now
from septet.kernel.models import Clock, Entry, Metric, Record
from septet.kernel.registry import RecordType, registry
from septet.lib.clocks import BREACH
from septet.lib.moments import microseconds, moment
from septet.lib.text import exact_duration

WARNING, BREACHED = "clock-warning", "clock-breach"
EVENTS = (WARNING, BREACHED)
AT_ONCE = 200


def step() -> bool:
    """Tell the journal what is due to be told, some records at a time; whether there was anything."""
    due = Clock.objects.filter(next_event_at__lt=shared_now()).order_by("next_event_at")
    records = dict(due.values_list("record_id", "kind")[:AT_ONCE])
    for pk, kind in records.items():
        with transaction.atomic(), door.opened():
            _tell(registry.types[kind], pk)
    return bool(records)


def _tell(it: RecordType, pk: int) -> None:
    record: Any = locked(it, pk)
    now = shared_now()
    due = {row.metric: row for row in Clock.objects.filter(record_id=pk, next_event_at__lt=now)}
    if not due:
        return  # another worker was quicker
    news = [
        (at, percent, one)
        for facts in gather(it, [record])
        for one in reckoned(it, facts, current(), microseconds(now))
        if one.metric in due
        for at, percent in _unheard(one, due[one.metric], now)
    ]
    told = _told(pk)
    for at, percent, one in sorted(news, key=lambda new: new[:2]):
        if (one.metric, one.promise.target, percent) not in told:
            _write(record, one, moment(at), percent, now)
    record.save(update_fields=["version", "head", "updated_at"])
    for row in due.values():
        heard = max((moment(at) for at, _, one in news if one.metric == row.metric), default=now)
        if Clock.objects.filter(pk=row.pk, heard_until=row.heard_until).update(heard_until=heard) != 1:
            raise Conflict(f"Somebody else told of the clocks of {record.number} at the same time.")
    refresh(it, [pk], now=now)


def _unheard(one: Reckoned, row: Clock, now: datetime) -> Iterator[tuple[int, int]]:
    applied = row.applied_at if row.target == one.promise.target else now
    for at, percent in events(one.clock, microseconds(applied), microseconds(row.heard_until)):
        if at < microseconds(now):
            yield at, percent


def _told(record: int) -> set[tuple[str, int, int]]:
    """What the journal says of a record's clocks: (metric, target, percentage)."""
    rows = Entry.objects.filter(record_id=record, action__in=EVENTS).values_list("changes", flat=True)
    changes = [read_changes(text) for text in rows]
    return {(one[":metric"][1], one[":target"][1], one[":percent"][1]) for one in changes}


def _write(record: Any, one: Reckoned, at: datetime, percent: int, now: datetime) -> None:
    act = parts.Act(record, SYSTEM, at, now, note=_sentence(one, percent))
    changes = {
        ":metric": [None, one.metric],
        ":percent": [None, percent],
        ":target": [None, one.promise.target],
        ":due_at": [None, None if one.clock.due is None else moment_text(moment(one.clock.due))],
    }
    name = BREACHED if percent == BREACH else WARNING
    write_entry(record, name, act, changes, via="worker", request=new_request(), number=record.version + 1)


def _sentence(one: Reckoned, percent: int) -> str:
    within = exact_duration(one.promise.seconds)
    answer = one.metric == Metric.RESPONSE
    if percent == BREACH:
        promised = Record.objects.get(pk=one.promise.agreement).number
        return f"Not {'answered' if answer else 'resolved'} within {within}, as {promised} promises."
    due = f" Due {moment(one.clock.due):%Y-%m-%d %H:%M} UTC." if one.clock.due is not None else ""
    return f"{percent} % of the {within} to {'answer' if answer else 'resolve'} it are used.{due}"
