"""What takes too long for one request: large imports, and undoing them. Both run as background runs."""

import io
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db.models import QuerySet

from septet.kernel import content
from septet.kernel.actors import Actor, of_person
from septet.kernel.models import Entry
from septet.kernel.undo import UndoReport, extent, undo_request
from septet.kernel.work import progress, task
from septet.surfaces.api.bodies import import_body, undo_body
from septet.surfaces.api.calls import VIA

# Every command and every server loads the tasks; what imports need is loaded by the first import.
if TYPE_CHECKING:
    from septet.surfaces.transfer.importer import Progress
    from septet.surfaces.transfer.writing import ImportResult

COUNTED = ("rows", "left_out", "created", "changed", "unchanged", "refused", "dangling", "notes")
# Seconds after which a rate says something.
MEASURABLE = 0.5
LARGEST_REPORT = 1024**3
AWAITED = 10


# Somebody waits for these, so they come before what recurs.
@task(name="import-files", priority=AWAITED)
def import_files(
    *, person: int, profile: str, profile_name: str, files: list[tuple[str, str]], dry_run: bool, under: str
) -> dict[str, Any]:
    """Import stored files, each (name, digest); started again after a crash it goes on where it stood."""
    begun_before = not dry_run and written_under(under).exists()
    result = import_stored(of_person(person), profile, profile_name, files, dry_run, under, _teller())
    if begun_before:
        count_again(result)
    return import_body(result)


def _teller() -> "Callable[[Progress], None]":
    """Tells how far an import is and how fast it goes."""
    words = {"reading": "Reading rows", "writing": "Writing records"}
    began: dict[str, float] = {}

    def tell(at: "Progress") -> None:
        per_second = _pace(at.done, began.setdefault(at.phase, time.monotonic()))
        counts = {name: getattr(at.result, name) for name in COUNTED}
        so_far = {"request": at.result.request, "dry_run": at.result.dry_run, "phase": at.phase, **counts}
        progress(at.done, at.total or None, words[at.phase], {**so_far, "per_second": per_second})

    return tell


def written_under(request: str) -> QuerySet[Entry]:
    """What an import wrote under a request so far."""
    from septet.surfaces.transfer.writing import VIA as BY_IMPORT

    return Entry.objects.filter(request=request, via=BY_IMPORT)


def count_again(result: "ImportResult") -> None:
    """Let an import that was broken off and begun again tell of all it did, by what the journal has under its request.
    The last attempt knows what was written before as unchanged."""
    for kind, (created, changed) in extent(written_under(result.request)).items():
        # Sets of custom fields are never counted. Of what rows only refer to, the last attempt had nothing to make.
        if kind != "custom-fields":
            rest = max(0, result.kinds.get(kind, Counter()).total() - created - changed)
            result.kinds[kind] = Counter(created=created, changed=changed, unchanged=rest)
    for name in ("created", "changed", "unchanged"):
        setattr(result, name, sum(counts[name] for counts in result.kinds.values()))


def import_stored(
    actor: Actor,
    profile: str,
    profile_name: str,
    files: list[tuple[str, str]],
    dry_run: bool,
    request: str,
    tell: "Callable[[Progress], None] | None" = None,
) -> "ImportResult":
    """Import files of the content store by the text of a profile; the report of all findings is kept there, too. Raises
    what `run_import` raises."""
    from septet.surfaces.transfer.folders import own_folder
    from septet.surfaces.transfer.importer import run_import
    from septet.surfaces.transfer.profile import read_profile
    from septet.surfaces.transfer.sources import Input

    inputs = [Input(name, _opener(digest), _path(digest)) for name, digest in files]
    found = read_profile(profile, profile_name)
    with own_folder() as folder:
        report = folder.path / "report.csv"
        result = run_import(found, inputs, actor=actor, dry_run=dry_run, report=report, progress=tell, request=request)
        if any(result.findings.values()):
            with report.open("rb") as stream:
                result.report, _ = content.put(iter(partial(stream.read, content.CHUNK), b""), largest=LARGEST_REPORT)
    return result


def _path(digest: str) -> Path | None:
    return None if digest == content.EMPTY else content.path(digest)


def _opener(digest: str) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        return io.BytesIO() if digest == content.EMPTY else content.path(digest).open("rb")

    return opened


@task(name="undo-request", priority=AWAITED)
def undo_all(*, person: int, undone: str, note: str, dry_run: bool, under: str, via: str = VIA) -> dict[str, Any]:
    """Undo all that a request changed; started again after a crash it goes on where it stood."""
    before = _put_back(under)
    tell = _undo_teller(dry_run)
    report = undo_request(undone, of_person(person), via=via, note=note, dry_run=dry_run, under=under, progress=tell)
    # What an earlier attempt of this run did, the last one knows as undone before.
    again = min(before, report.already)
    report.undone, report.already = report.undone + again, report.already - again
    return undo_body(report, dry_run)


def _put_back(under: str) -> int:
    """On how many records something was undone under a request."""
    found = Entry.objects.filter(request=under).exclude(undoes=None).order_by()
    return found.values("record_id").distinct().count()


def _undo_teller(dry_run: bool) -> Callable[[int, int, UndoReport], None]:
    """Tells how far an undo is and how fast it goes; those that it has to leave stand in the report alone."""
    words = "Looking at what would be put back" if dry_run else "Putting records back"
    began = time.monotonic()

    def tell(done: int, total: int, report: UndoReport) -> None:
        so_far = {**undo_body(report, dry_run), "refused": [], "per_second": _pace(done, began)}
        progress(done, total, words, so_far)

    return tell


def _pace(done: int, began: float) -> float | None:
    passed = time.monotonic() - began
    return round(done / passed, 1) if passed > MEASURABLE else None
