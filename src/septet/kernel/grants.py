"""Grants are derived from records that give rights: what one gives is told, and its rows are brought in line."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from septet.kernel.actors import WHERE
from septet.kernel.models import Grant, Record

COLUMNS = ("person_id", "verb", "kind", *(f"{name}_id" for name in WHERE), "for_person_id")


def follow(source: Record, wanted: Iterable[Grant], now: datetime) -> None:
    """Let the grants of a record be those that it gives now. Those that it no longer gives end now, or never begin."""
    held = {key_of(row): row for row in Grant.objects.filter(source_id=source.pk).order_by("since")}
    fresh = []
    for row in wanted:
        known = held.pop(key_of(row), None)
        if known is None:
            row.source_id = source.pk
            fresh.append(row)
        elif (known.since, known.until) != (row.since, row.until):
            Grant.objects.filter(pk=known.pk).update(since=row.since, until=row.until)
    lasting = [row for row in held.values() if row.until is None or row.until > now]
    if lasting:
        gone = Grant.objects.filter(pk__in=[row.pk for row in lasting])
        gone.filter(since__gte=now).delete()
        gone.update(until=now)
    if fresh:
        Grant.objects.bulk_create(fresh)


def key_of(row: Grant) -> tuple[Any, ...]:
    """What a grant is apart from its time: two with the same key are one right."""
    return tuple(getattr(row, name) for name in COLUMNS)
