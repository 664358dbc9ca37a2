"""Spans: the stretches of a record's life, derived from its journal, by which as-of lists are answered by index."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from septet.kernel import door
from septet.kernel.bulk_rows import insert, select, update
from septet.kernel.bulk_rows.light import light
from septet.kernel.fields import moment_text
from septet.kernel.journal import entries_of, lives
from septet.kernel.models import Record, Span
from septet.kernel.registry import RecordType, registry

# Which plain value of a record a span column holds; in the order of a span's columns.
COLUMNS = {"state": "state", "team": "team_id", "owner": "owner_id", "priority": "priority", "service": "service_id"}
WATCHED = frozenset({*COLUMNS, "withdrawn_at", "opened_at"})
_held = itemgetter(*COLUMNS)
_columns = attrgetter(*COLUMNS.values())
# The sizes of stretches that have ended: of all those below an hour, and of whatever lasted longer than centuries.
SIZES = range(4, 12)


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
    size: int | None
    opened_at: datetime | None


def of_entries(it: RecordType, record: int, entries: Iterable[tuple[datetime, int, str]]) -> list[Stretch]:
    """The spans that a journal yields; none is empty, and none begins after the record's withdrawal."""
    return stretches(it.kind, record, lives(it, entries))


def stretches(kind: str, record: int, told: Iterable[tuple[datetime, Mapping[str, Any]]]) -> list[Stretch]:
    """The spans of a record that was so from each time on, in the order of the times."""
    found: list[Stretch] = []
    since: datetime | None = None
    held: tuple[Any, ...] = ()
    values: Mapping[str, Any] = {}
    for at, values in told:
        gone = values.get("withdrawn_at") is not None
        now = _held(values)
        if since is not None and (gone or now != held):
            if since != at:
                found.append(Stretch._make((record, kind, *held, since, at, size_of(since, at), None)))
            since = None
        if since is None and not gone:
            since, held = at, now
    if since is not None:
        found.append(Stretch._make((record, kind, *held, since, None, None, None)))
    return _before_opening(found, values.get("opened_at"))


def _before_opening(found: list[Stretch], opened: str | None) -> list[Stretch]:
    """Tell those that begin before their record was opened when that was."""
    opened_at = datetime.fromisoformat(opened) if opened else None
    if opened_at is None or not found or found[0].since >= opened_at:
        return found
    return [one._replace(opened_at=opened_at) if one.since < opened_at else one for one in found]


def begin(record: Record, at: datetime) -> None:
    """Begin the spans of a new record."""
    opened_at = record.opened_at if at < record.opened_at else None
    insert.rows(
        Span, Stretch._fields, [Stretch._make((record.pk, record.kind, *_columns(record), at, None, None, opened_at))]
    )


def follow(record: Record, at: datetime, changed: Iterable[str], *, latest: bool) -> None:
    """Bring a record's spans up to date after an action at `at`; a past entry, or another time of opening, makes them
    be computed anew."""
    if not WATCHED & set(changed):
        return
    if not latest or "opened_at" in changed:
        rebuild(registry.types[record.kind], record.pk)
        return
    last = _running(record.pk)
    told: list[tuple[datetime, dict[str, Any]]] = []
    if last is not None:
        told.append((last.since, dict(zip(COLUMNS, _columns(last), strict=True))))
    now = dict(zip(COLUMNS, _columns(record), strict=True))
    opened = moment_text(record.opened_at)
    told.append((at, {**now, "withdrawn_at": record.withdrawn_at, "opened_at": opened}))
    found = stretches(record.kind, record.pk, told)
    if last is not None:
        if found and found[0].since == last.since and _columns(found[0]) == _columns(last):
            until = found.pop(0).until
            if until is not None:
                end([(last.pk, last.since, until)])
        else:
            Span.objects.filter(pk=last.pk).delete()
    insert.rows(Span, Stretch._fields, found)


def end(found: Iterable[tuple[int, datetime, datetime]]) -> None:
    """Let spans, each told by its id and since when it is, end at a time. Needs the door and a transaction."""
    update.rows(Span, ("until", "size"), [(until, size_of(since, until), pk) for pk, since, until in found])


def size_of(since: datetime, until: datetime) -> int:
    """The size of a stretch: it lasted less than 8 to the power of it seconds."""
    took = until - since
    return min(max(((took.days * 86_400 + took.seconds).bit_length() + 2) // 3, SIZES[0]), SIZES[-1])


def _running(record: int) -> Span | None:
    """The span of a record that has not ended."""
    found = select.rows(Span, ("id", *Stretch._fields), [record], "until IS NULL")
    return light(Span, **dict(zip(("id", *Stretch._fields), found[0], strict=True))) if found else None


def rebuild(it: RecordType, record: int) -> None:
    """Compute one record's spans from its whole journal and put them in place of those that stand."""
    with door.opened():
        Span.objects.filter(record_id=record).delete()
        insert.rows(Span, Stretch._fields, of_entries(it, record, entries_of(record)))
