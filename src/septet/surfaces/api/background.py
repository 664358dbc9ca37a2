"""What takes too long for one request: large imports, and undoing them. Both run as background runs."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from septet.kernel import content
from septet.kernel.actors import Actor, of_person
from septet.kernel.undo import undo_request
from septet.kernel.work import progress, task
from septet.surfaces.api.bodies import import_body, undo_body
from septet.surfaces.api.calls import VIA

# Every command and every server loads the tasks; what imports need is loaded by the first import.
if TYPE_CHECKING:
    from septet.surfaces.transfer.importer import Progress
    from septet.surfaces.transfer.writing import ImportResult


@task(name="import-files")
def import_files(
    *, person: int, profile: str, profile_name: str, files: list[tuple[str, str]], dry_run: bool, under: str
) -> dict[str, Any]:
    """Import stored files, each (name, digest); started again after a crash it goes on where it stood."""
    told = {"reading": "Reading rows", "writing": "Writing records"}

    def tell(at: "Progress") -> None:
        progress(at.done, at.total or None, told.get(at.phase, at.phase))

    result = import_stored(of_person(person), profile, profile_name, files, dry_run, under, tell)
    return import_body(result)


def import_stored(
    actor: Actor,
    profile: str,
    profile_name: str,
    files: list[tuple[str, str]],
    dry_run: bool,
    request: str,
    tell: "Callable[[Progress], None] | None" = None,
) -> "ImportResult":
    """Import files of the content store by the text of a profile. Raises what `run_import` raises."""
    from septet.surfaces.transfer.importer import run_import
    from septet.surfaces.transfer.profile import read_profile
    from septet.surfaces.transfer.sources import Input

    inputs = [Input(name, _opener(digest), _path(digest)) for name, digest in files]
    found = read_profile(profile, profile_name)
    return run_import(found, inputs, actor=actor, dry_run=dry_run, progress=tell, request=request)


def _path(digest: str) -> Path | None:
    return None if digest == content.EMPTY else content.path(digest)


def _opener(digest: str) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        return io.BytesIO() if digest == content.EMPTY else content.path(digest).open("rb")

    return opened


@task(name="undo-request")
def undo_all(*, person: int, undone: str, note: str, dry_run: bool, under: str, via: str = VIA) -> dict[str, Any]:
    """Undo all that a request changed; started again after a crash it goes on where it stood."""
    report = undo_request(
        undone, of_person(person), via=via, note=note, dry_run=dry_run, under=under, progress=progress
    )
    return undo_body(report, dry_run)
