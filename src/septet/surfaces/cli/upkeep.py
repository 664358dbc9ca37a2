"""Commands that keep what there is: check, verify, move-database, backup, restore."""

from dataclasses import asdict
from pathlib import Path

from septet.kernel import log, move
from septet.kernel import verify as proofs
from septet.kernel.errors import Conflict
from septet.surfaces.cli import archive
from septet.surfaces.cli.call import VIA, Call
from septet.surfaces.cli.progress import teller
from septet.surfaces.cli.running_lock import alone
from septet.surfaces.cli.tables import facts, harmless

PROBLEMS_SHOWN = 20


def check(call: Call) -> None:
    """Everything derived from the journal, computed anew and compared."""
    call.need_administrator("check everything")
    _answer(call, proofs.check(progress=teller("records compared")), "differs from the journal")


def verify(call: Call) -> None:
    """Journal, anchors and records, proved."""
    call.need_administrator("verify the journal")
    _answer(call, proofs.verify(progress=teller("records proved")), "is not as it was written")


def _answer(call: Call, report: proofs.Report, what: str) -> None:
    """Say what was looked at. Raises Conflict, naming the first problem, if there is any."""

    def text() -> str:
        seen = f"{report.records:,} records, {report.entries:,} entries"
        anchors = f", {report.anchors:,} anchors" if report.anchors else ""
        said = [f"{seen}{anchors}: {'everything is right.' if not report.problems else ''}".rstrip(": ")]
        said += [f"  {harmless(str(one))}" for one in report.problems[:PROBLEMS_SHOWN]]
        return "\n".join(said)

    call.answer(asdict(report), text)
    if report.problems:
        raise Conflict(f"Something {what}, {len(report.problems)} in all; the first: {report.problems[0]}")


def move_database(call: Call) -> None:
    """Everything in another database, proved there; the present one stays as it is."""
    call.need_administrator("move the database")
    with alone():
        moved = move.move_database(call.arguments.url, teller("rows copied"))
    log.note("move-database", call.actor, via=VIA, request=call.request, detail=f"{moved.rows} rows")
    call.answer(asdict(moved), lambda: f"{moved.tables} tables with {moved.rows:,} rows.\n{moved.next}")


def backup(call: Call) -> None:
    """Everything in one archive, while Septet runs."""
    call.need_administrator("make a backup")
    target = Path(call.arguments.file).expanduser().absolute()
    held = archive.write(target)
    log.note("backup", call.actor, via=VIA, request=call.request, detail=target.name)
    call.answer({"file": str(target), **asdict(held)}, lambda: _described(f"Saved in {target}.", held))


def restore(call: Call) -> None:
    """What an archive holds, in the place of the present data."""
    call.need_administrator("restore a backup")
    held, aside = archive.bring_back(Path(call.arguments.file), replace=call.arguments.replace)
    log.note("restore", call.actor, via=VIA, request=call.request, detail=f"backup of {held.made_at}")
    report = proofs.verify(progress=teller("records proved"))
    said = _described("Restored and verified.", held) + (f"\nThe data before is in {aside}." if aside else "")
    call.answer({**asdict(held), "replaced": str(aside) if aside else None, "verified": asdict(report)}, lambda: said)
    if report.problems:
        raise Conflict(f"What was restored is not as it was written; the first problem: {report.problems[0]}")


def _described(begin: str, held: archive.Contents) -> str:
    return f"{begin}\n" + facts(
        [
            ("made", held.made_at),
            ("by version", held.version),
            ("database", held.engine),
            ("files", f"{held.files:,}"),
            ("size", f"{held.size / 1_000_000:,.1f} MB"),
        ],
        "  ",
    )
