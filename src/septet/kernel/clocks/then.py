"""Clocks as they stood at another time, reckoned from the journal up to then; promises are always today's."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from septet.kernel.clocks.book import current
from septet.kernel.clocks.facts import Facts, answered, history, judged_of
from septet.kernel.clocks.rows import Reckoned, reckoned
from septet.kernel.fields import moment_text
from septet.kernel.journal import replay
from septet.kernel.models import Entry
from septet.kernel.registry import RecordType
from septet.kernel.spans import of_entries
from septet.lib.moments import microseconds, moment


def facts_then(it: RecordType, ids: Collection[int], as_of: datetime | None, known_at: datetime | None) -> list[Facts]:
    """What moved the clocks of records up to a time; of those only that existed then and were not withdrawn."""
    rows = Entry.objects.filter(record_id__in=ids)
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    told: dict[int, list[tuple[datetime, int, str]]] = {}
    for pk, at, number, changes in rows.values_list("record_id", "at", "number", "changes"):
        told.setdefault(pk, []).append((at, number, changes))
    values = {pk: replay(it, entries).values for pk, entries in told.items()}
    answers = answered(it, {pk: one.get("requester") for pk, one in values.items()}, as_of, known_at)
    return [
        Facts(pk, history(of_entries(it, pk, told[pk])), judged_of(one), answers.get(pk))
        for pk, one in values.items()
        if one.get("withdrawn_at") is None
    ]


def clocks_then(
    it: RecordType, ids: Collection[int], as_of: datetime | None = None, known_at: datetime | None = None
) -> dict[int, list[Reckoned]]:
    """The clocks of records as they stood, by record."""
    if it.clocks is None or it.kind not in (book := current(writing=False)).kinds:
        return {}
    now = microseconds(as_of or timezone.now())
    return {one.record: list(reckoned(it, one, book, now)) for one in facts_then(it, ids, as_of, known_at)}


def due_then(
    it: RecordType, ids: Collection[int], as_of: datetime | None, known_at: datetime | None
) -> dict[int, str | None]:
    """When records were due as seen at a time, as plain values; empty for types without clocks."""
    if it.clocks is None:
        return {}
    found: dict[int, str | None] = dict.fromkeys(ids)
    for pk, clocks in clocks_then(it, ids, as_of, known_at).items():
        due = [one.clock.due for one in clocks if one.clock.standing == "running" and one.clock.due is not None]
        found[pk] = moment_text(moment(min(due))) if due else None
    return found
