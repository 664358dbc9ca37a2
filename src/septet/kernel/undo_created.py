"""Undo of many creations at once: records that one request made and nobody touched since, as after a large import.

Each gets one more entry, which sets `withdrawn_at`; the same writer takes such an entry back when the record's key is
imported again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from septet.kernel import door, revisions, spans
from septet.kernel.actors import Actor
from septet.kernel.bulk_rows import insert, update
from septet.kernel.bulk_rows.durability import relaxed
from septet.kernel.bulk_rows.entries import Entries
from septet.kernel.clocks import keep as clocks
from septet.kernel.fields import moment_text
from septet.kernel.journal import undone_ids
from septet.kernel.models import Entry, Record, Span, Verb
from septet.kernel.policy import visible_to
from septet.kernel.registry import RecordType, registry
from septet.kernel.undo_record import IMPORTED, Undoing, is_import, root_of, used_by_open_work

CHUNK = 1000


@dataclass(slots=True)
class Row:
    """What is needed of a record's base row."""

    pk: int
    kind: str
    version: int
    head: bytes
    updated_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One record withdrawn (`after` is set) or brought back (`before` is set) by an entry at `at`."""

    record: int
    at: datetime
    before: datetime | None
    after: datetime | None
    undoes: int
    audience: str


@dataclass
class Outcome:
    """What became of some records: how many were undone or had been, and which are to be undone one by one."""

    undone: int = 0
    already: int = 0
    rest: list[int] = field(default_factory=list)


def undo(records: Sequence[int], doing: Undoing) -> Outcome:
    """Withdraw those of the records that the request made which is to be undone, and that no other request touched."""
    outcome = Outcome()
    for start in range(0, len(records), CHUNK):
        some = records[start : start + CHUNK]
        with relaxed(), transaction.atomic(), door.opened():
            rows = _seen(doing.actor, some)
            turns, already = _turns(rows, doing)
            write(turns, rows, doing.actor, via=doing.via, request=doing.request, action="undo", note=doing.note)
            if doing.dry_run:
                transaction.set_rollback(True)
        done = already | {one.record for one in turns}
        outcome.undone += len(turns)
        outcome.already += len(already)
        outcome.rest += [record for record in some if record not in done]
    return outcome


def _turns(rows: dict[int, Row], doing: Undoing) -> tuple[list[Turn], set[int]]:
    """What is to be appended, and the records whose creation the request did and which was undone before."""
    found: list[Turn] = []
    already: set[int] = set()
    now = timezone.now()
    made, undone = _sorted_out(rows, doing.of)
    for first in _first_entries(made):
        row = rows[first.record_id]
        if row.withdrawn_at is None and _may(doing.actor, first):
            at = first.at if is_import(first) else max(now, row.updated_at)
            found.append(Turn(row.pk, at, None, at, first.pk, first.audience))
    for record, entries in _journals(undone):
        first, last = entries[0], entries[-1]
        root = root_of(last, {one.pk: one for one in entries})
        if first.request == doing.of and first.pk in undone_ids((one.pk, one.undoes) for one in entries):
            already.add(record)
        elif root is first and _turned(entries, doing.of) and _may(doing.actor, root):
            at, gone = last.at if is_import(root) else max(now, rows[record].updated_at), rows[record].withdrawn_at
            found.append(Turn(record, at, gone, at if gone is None else None, last.pk, last.audience))
    return _unused(rows, found, doing.passing), already


def _sorted_out(records: Iterable[int], request: str) -> tuple[list[int], list[int]]:
    """Of the records those that the request made and nothing else touched, and those on which something was undone."""
    counts = (
        Entry.objects.filter(record_id__in=list(records))
        .order_by()
        .values("record_id")
        .annotate(
            entries=Count("pk"),
            own=Count("pk", filter=Q(request=request)),
            imported=Count("pk", filter=Q(via=IMPORTED) | Q(action=IMPORTED)),
            undos=Count("undoes"),
        )
        .values_list("record_id", "entries", "own", "imported", "undos")
    )
    made, undone = [], []
    for record, entries, own, imported, undos in counts:
        if undos:
            undone.append(record)
        # Among actions that are no import some cannot be undone or need a right of their own: record by record.
        elif own == entries and (entries == 1 or imported == entries):
            made.append(record)
    return sorted(made), sorted(undone)


def _first_entries(records: list[int]) -> Any:
    rows = Entry.objects.filter(record_id__in=records, number=1).order_by("record_id")
    return rows.values_list("pk", "record_id", "kind", "action", "via", "at", "audience", named=True)


def _journals(records: list[int]) -> Iterator[tuple[int, list[Any]]]:
    rows = Entry.objects.filter(record_id__in=records).order_by("record_id", "number")
    names = ("pk", "record_id", "kind", "number", "request", "undoes", "action", "via", "at", "audience")
    for record, entries in groupby(rows.values_list(*names, named=True).iterator(CHUNK), key=lambda one: one.record_id):
        yield record, list(entries)


def _turned(entries: list[Any], request: str) -> bool:
    """Whether all that the request did was to undo the creation, or to undo that, and nothing came after."""
    return entries[-1].undoes is not None and [one.pk for one in entries if one.request == request] == [entries[-1].pk]


def _seen(actor: Actor, records: Sequence[int]) -> dict[int, Row]:
    """Those of the records that the actor may see, locked until the transaction ends."""
    return locked(visible_to(actor, Record.objects.filter(pk__in=records)).order_by().values_list("pk", flat=True))


def locked(ids: Iterable[int]) -> dict[int, Row]:
    """The base rows of records, locked in the order of their ids."""
    rows = Record.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update()
    names = ("pk", "kind", "version", "head", "updated_at", "withdrawn_at")
    return {row[0]: Row(*row) for row in rows.values_list(*names)}


def _may(actor: Actor, first: Any) -> bool:
    """Whether a right that holds everywhere allows it; a narrower one is looked at record by record."""
    needed = Verb.IMPORT if is_import(first) else registry.types[first.kind].create_verb
    return actor.scopes(needed, first.kind) is None and actor.scopes(Verb.SEE, first.kind) is None


def _unused(rows: dict[int, Row], found: list[Turn], passing: str) -> list[Turn]:
    """Without the records that would be withdrawn although open work names them."""
    used: set[int] = set()
    for kind in {rows[one.record].kind for one in found}:
        going = {one.record for one in found if rows[one.record].kind == kind and one.after is not None}
        used |= used_by_open_work(kind, going, passing)
    return [one for one in found if one.record not in used]


def revive(records: Iterable[int], actor: Actor, *, via: str, request: str) -> set[int]:
    """Bring back those of the withdrawn records whose creation was undone and which nobody touched since; their ids.

    Where the undo corrected the past, so does this. Needs the door and a transaction.
    """
    rows = locked(records)
    turns = []
    now = timezone.now()
    for record, entries in _journals(list(rows)):
        last = entries[-1]
        root = root_of(last, {one.pk: one for one in entries})
        gone = rows[record].withdrawn_at
        if last.undoes and root is entries[0] and gone is not None:
            at = last.at if is_import(root) else max(now, rows[record].updated_at)
            turns.append(Turn(record, at, gone, None, last.pk, last.audience))
    write(turns, rows, actor, via=via, request=request, action="restore")
    return {one.record for one in turns}


def write(
    turns: Sequence[Turn],
    rows: dict[int, Row],
    actor: Actor,
    *,
    via: str,
    request: str,
    action: str,
    note: str = "",
) -> None:
    """Append the entry of each turn and bring records and spans in line. Needs the door and a transaction."""
    if not turns:
        return
    entries = Entries(actor, via=via, request=request, now=timezone.now())
    for one in turns:
        row = rows[one.record]
        row.withdrawn_at, row.version = one.after, row.version + 1
        row.updated_at = max(row.updated_at, one.at)
        told = [value and moment_text(value) for value in (one.before, one.after)]
        _, row.head = entries.add(
            row.pk,
            row.kind,
            row.version,
            action=action,
            at=one.at,
            changes={"withdrawn_at": told},
            previous=bytes(row.head),
            note=note,
            undoes=one.undoes,
            audience=one.audience,
        )
    entries.insert()
    changed = [rows[one.record] for one in turns]
    names = ("withdrawn_at", "version", "head", "updated_at")
    update.rows(Record, names, [(row.withdrawn_at, row.version, row.head, row.updated_at, row.pk) for row in changed])
    _end_spans({one.record: one.after for one in turns if one.after is not None})
    _begin_spans({one.record: rows[one.record].kind for one in turns if one.after is None})
    for kind in {rows[one.record].kind for one in turns}:
        some = [one.record for one in turns if rows[one.record].kind == kind]
        clocks.after_undo(registry.types[kind], some, {"withdrawn_at"}, entries.now)
        revisions.note(kind, ["withdrawn_at"])
    _follow({one.record: rows[one.record].kind for one in turns}, entries.now)


def _end_spans(gone: dict[int, datetime]) -> None:
    held = Span.objects.filter(record_id__in=list(gone)).values_list("pk", "record_id", "since", "until")
    doomed = []
    cut = []
    for pk, record, since, until in held:
        if since >= gone[record]:
            doomed.append(pk)
        elif until is None or until > gone[record]:
            cut.append((pk, since, gone[record]))
    spans.end(cut)
    Span.objects.filter(pk__in=doomed).delete()


def _begin_spans(kinds: dict[int, str]) -> None:
    Span.objects.filter(record_id__in=list(kinds)).delete()
    told = Entry.objects.filter(record_id__in=list(kinds)).order_by("record_id", "number")
    rows = told.values_list("record_id", "at", "number", "changes")
    made: list[spans.Stretch] = []
    for record, group in groupby(rows.iterator(CHUNK), key=lambda one: one[0]):
        made += spans.of_entries(registry.types[kinds[record]], record, [one[1:] for one in group])
    insert.rows(Span, spans.Stretch._fields, made)


def _follow(kinds: dict[int, str], now: datetime) -> None:
    """Bring in line what some types derive from their records."""
    for kind in set(kinds.values()):
        it = registry.types[kind]
        if type(it).follow is not RecordType.follow:
            for record in it.model._default_manager.filter(pk__in=[pk for pk, one in kinds.items() if one == kind]):
                it.follow(record, now)
