"""Spans: the stretches of a record's life, derived from its journal, by which as-of lists are answered by index."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from septet.kernel import door
from septet.kernel.bulk_rows import insert, select, update
from septet.kernel.bulk_rows.light import light
from septet.kernel.journal import entries_of, lives
from septet.kernel.models import Record, Span
from septet.kernel.registry import RecordType, registry

# Which plain value of a record a span column holds; in the order of a span's columns.
COLUMNS = {"state": "state", "team": "team_id", "owner": "owner_id", "priority": "priority", "service": "service_id"}
WATCHED = frozenset({*COLUMNS, "withdrawn_at"})
_held = itemgetter(*COLUMNS)
_columns = attrgetter(*COLUMNS.values())


class Stretch(NamedTuple):
    """The columns of a span in order, without its id."""

    record_id: int
    kind: str
    state: str
    team_id: int | None
    owner_id: int | None
    priority: int | None
    service_id: int | None
    since: datetime
    until: datetime | None


def of_entries(it: RecordType, record: int, entries: Iterable[tuple[datetime, int, str]]) -> list[Stretch]:
    """The spans that a journal yields; none is empty, and none begins after the record's withdrawal."""
    return stretches(it.kind, record, lives(it, entries))


def stretches(kind: str, record: int, told: Iterable[tuple[datetime, Mapping[str, Any]]]) -> list[Stretch]:
    """The spans of a record that was so from each time on, in the order of the times."""
    found: list[Stretch] = []
    since: datetime | None = None
    held: tuple[Any, ...] = ()
    for at, values in told:
        gone = values.get("withdrawn_at") is not None
        now = _held(values)
        if since is not None and (gone or now != held):
            if since != at:
                found.append(Stretch._make((record, kind, *held, since, at)))
            since = None
        if since is None and not gone:
            since, held = at, now
    if since is not None:
        found.append(Stretch._make((record, kind, *held, since, None)))
    return found


def begin(record: Record, at: datetime) -> None:
    """Begin the spans of a new record."""
    insert.rows(Span, Stretch._fields, [Stretch._make((record.pk, record.kind, *_columns(record), at, None))])


def follow(record: Record, at: datetime, changed: Iterable[str], *, latest: bool) -> None:
    """Bring a record's spans up to date after an action at `at`; a past entry makes them be computed anew."""
    if not WATCHED & set(changed):
        return
    if not latest:
        rebuild(registry.types[record.kind], record.pk)
        return
    last = _running(record.pk)
    told: list[tuple[datetime, dict[str, Any]]] = []
    if last is not None:
        told.append((last.since, dict(zip(COLUMNS, _columns(last), strict=True))))
    now = dict(zip(COLUMNS, _columns(record), strict=True))
    told.append((at, {**now, "withdrawn_at": record.withdrawn_at}))
    found = stretches(record.kind, record.pk, told)
    if last is not None:
        if found and found[0].since == last.since and _columns(found[0]) == _columns(last):
            until = found.pop(0).until
            if until is not None:
                update.rows(Span, ("until",), [(until, last.pk)])
        else:
            Span.objects.filter(pk=last.pk).delete()
    insert.rows(Span, Stretch._fields, found)


def _running(record: int) -> Span | None:
    """The span of a record that has not ended."""
    found = select.rows(Span, ("id", *Stretch._fields), [record], "until IS NULL")
    return light(Span, **dict(zip(("id", *Stretch._fields), found[0], strict=True))) if found else None


def rebuild(it: RecordType, record: int) -> None:
    """Compute one record's spans from its whole journal and put them in place of those that stand."""
    with door.opened():
        Span.objects.filter(record_id=record).delete()
        insert.rows(Span, Stretch._fields, of_entries(it, record, entries_of(record)))
