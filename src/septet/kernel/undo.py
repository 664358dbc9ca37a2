"""Undo: the inverse of an entry, or of all that a request did, appended to the journal.

An undo happens now. The undo of an import corrects the past: each inverse entry holds from when the undone one held,
so the past no longer shows what was imported, while what was known before the undo stays as it was. A creation that
is undone withdraws the record. Undoing an undo does it again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from septet.kernel import door, undo_created
from septet.kernel.actions import check_note, locked, new_request
from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound, SeptetError
from septet.kernel.models import Entry, Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import number_of, registry
from septet.kernel.undo_record import Undoing, undo_on

PAGE = 2000


@dataclass
class UndoReport:
    """What came of an undo: how many records were undone, which were refused and why (number, reason), and under
    which request it stands in the journal. `already` counts records on which the request was undone before, `hidden`
    those that were left because the actor may not see them or what was done to them."""

    request: str
    undone: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    already: int = 0
    hidden: int = 0


def undo_entry(entry_id: int, actor: Actor, *, via: str, note: str = "", under: str = "") -> UndoReport:
    """Undo one entry. Raises NotFound, Refused or Conflict with the reason; then nothing was changed.

    `under` is the request id of the inverse entry; without it, it gets a fresh one.
    """
    check_note(note)
    record = Entry.objects.filter(pk=entry_id).values_list("record_id", flat=True).first()
    if record is None:
        raise NotFound(f"There is no entry {entry_id}.")
    doing = Undoing(actor, via, note, under or new_request())
    _undo_record(record, doing, lambda entry: entry.pk == entry_id, one=True)
    return UndoReport(doing.request, undone=1)


def undo_request(
    request: str,
    actor: Actor,
    *,
    via: str,
    dry_run: bool = False,
    note: str = "",
    under: str = "",
    progress: Callable[[int, int, UndoReport], None] | None = None,
) -> UndoReport:
    """Undo all that a request did, record by record; the report names each record that had to be left, with the reason.

    Works in batches, each in a transaction of its own; when it is broken off, the same call goes on where it stood.
    `progress` is called with how many of the request's entries were looked at, of how many, and what came of it so far.
    Raises NotFound if
    the request changed nothing that the actor may know of.
    """
    check_note(note)
    doing = Undoing(actor, via, note, under or new_request(), request, dry_run)
    report = UndoReport(doing.request)
    check_known(request, actor)
    total, done = Entry.objects.filter(request=request).count(), 0
    for records, entries in _pages(request):
        outcome = undo_created.undo(records, doing)
        report.undone += outcome.undone
        report.already += outcome.already
        for record in outcome.rest:
            _count(report, record, doing)
        done += entries
        if progress is not None:
            progress(done, total, report)
    return report


def extent(entries: QuerySet[Entry]) -> dict[str, tuple[int, int]]:
    """Of each kind, how many records some entries opened, and how many others they changed."""
    counted = (
        entries.order_by()
        .values("kind")
        .annotate(opened=Count("record_id", filter=Q(number=1)), touched=Count("record_id", distinct=True))
    )
    return {one["kind"]: (one["opened"], one["touched"] - one["opened"]) for one in counted}


def check_known(request: str, actor: Actor) -> None:
    """Raises NotFound if a request changed nothing that the actor may see."""
    touched = Entry.objects.filter(request=request).order_by().values("record_id")
    if not visible_to(actor, Record.objects.filter(pk__in=touched)).exists():
        raise NotFound(f"There is no request {request!r} in the journal, or you may not see what it changed.")


def _count(report: UndoReport, record: int, doing: Undoing) -> None:
    try:
        if _undo_record(record, doing, lambda entry: entry.request == doing.of):
            report.undone += 1
        else:
            report.already += 1
    except NotFound:
        report.hidden += 1
    except SeptetError as error:
        kind = Record.objects.values_list("kind", flat=True).get(pk=record)
        report.refused.append((number_of(kind, record), error.detail))


def _pages(request: str) -> Iterator[tuple[list[int], int]]:
    """The records that a request changed, those it came to last first, and how many of its entries were passed."""
    before: int | None = None
    while True:
        rows = Entry.objects.filter(request=request).order_by("-id")
        if before is not None:
            rows = rows.filter(id__lt=before)
        page = list(rows.values_list("id", "record_id")[:PAGE])
        if not page:
            return
        highest = page[0][0]
        records = dict.fromkeys(record for _, record in page)
        # A record whose latest entry stood on an earlier page was dealt with there.
        later = Entry.objects.filter(record_id__in=records, id__gt=highest).values_list("record_id", "request")
        seen = {record for record, of in later if of == request}
        yield [record for record in records if record not in seen], len(page)
        before = page[-1][0]


def _undo_record(record: int, doing: Undoing, wanted: Callable[[Entry], bool], *, one: bool = False) -> bool:
    it = registry.types[Record.objects.values_list("kind", flat=True).get(pk=record)]
    with transaction.atomic(), door.opened():
        found: Any = locked(it, record)
        undone = undo_on(it, found, doing, wanted, one=one)
        if doing.dry_run:
            transaction.set_rollback(True)
    return undone
