"""What came of an import or an undo, as every surface tells it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from septet.kernel.undo import UndoReport

if TYPE_CHECKING:
    from septet.surfaces.transfer.writing import ImportResult


def import_body(result: "ImportResult") -> dict[str, Any]:
    """Counts of records, and the first findings of each sort."""
    return {
        **asdict(result),
        "kinds": {kind: dict(counts) for kind, counts in result.kinds.items()},
        "fields": {kind: dict(counts) for kind, counts in result.fields.items()},
        "findings": {sort: [one._asdict() for one in found] for sort, found in result.findings.items()},
    }


def undo_body(report: UndoReport, dry_run: bool) -> dict[str, Any]:
    """How many records were undone, and each that had to be left, with the reason; of those that the actor may not see
    only how many."""
    return {
        "request": report.request,
        "dry_run": dry_run,
        "undone": report.undone,
        "already": report.already,
        "refused": [{"number": number, "reason": reason} for number, reason in report.refused],
        "hidden": report.hidden,
    }
