"""Commands that bring many records in and out: import, export."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from septet.kernel.listing import Query
from septet.kernel.registry import registry
from septet.kernel.work import note_done
from septet.surfaces.api.background import import_files
from septet.surfaces.api.bodies import import_body
from septet.surfaces.cli.call import VIA, Call, WrongUsage
from septet.surfaces.cli.progress import teller
from septet.surfaces.cli.tables import facts, harmless, table
from septet.surfaces.transfer.export import Format
from septet.surfaces.transfer.export import export as write_export
from septet.surfaces.transfer.importer import Progress, run_import
from septet.surfaces.transfer.writing import ImportResult

SHOWN = 5


def import_(call: Call) -> None:
    """Bring files in as a profile says, and tell what came of it."""
    arguments = call.arguments
    result = run_import(
        arguments.profile,
        [Path(file) for file in arguments.files],
        actor=call.actor,
        dry_run=arguments.dry_run,
        report=Path(arguments.report) if arguments.report else None,
        progress=_progress(),
        request=call.request,
    )
    body = import_body(result)
    note_done(
        import_files,
        asked_by=call.actor,
        request=call.request,
        result=body,
        person=call.actor.person,
        under=call.request,
        # The files stay where they are, so nothing of this can be repeated from here.
        profile="",
        profile_name=result.profile,
        files=[(Path(file).name, "") for file in arguments.files],
        dry_run=arguments.dry_run,
    )
    call.answer(body, lambda: _summary(result))


def export(call: Call) -> None:
    """Every record of a type as a file on standard output."""
    form: Format = "jsonl" if call.arguments.json else call.arguments.format
    if form == "xlsx" and sys.stdout.isatty():
        raise WrongUsage("a workbook is nothing to read on a terminal; send it to a file: … > FILE")
    query = Query.parse(registry.type_of(call.arguments.type), {"order": "opened_at"}, zone=call.actor.zone)
    for chunk in write_export(query, call.actor, form, via=VIA, request=call.request):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _progress() -> Callable[[Progress], None]:
    tell = teller()
    words = {"reading": "rows read", "writing": "records written"}
    return lambda progress: tell(progress.done, progress.total, words[progress.phase])


def _summary(result: ImportResult) -> str:
    would = "would be " if result.dry_run else ""
    counts: list[tuple[str, Any]] = [
        ("rows read", f"{result.rows:,}"),
        ("rows left out", f"{result.left_out:,}"),
        (f"records {would}created", f"{result.created:,}"),
        (f"records {would}changed", f"{result.changed:,}"),
        ("records unchanged", f"{result.unchanged:,}"),
        ("refused", f"{result.refused:,}"),
        ("references that point nowhere", f"{result.dangling:,}"),
        ("notes", f"{result.notes:,}"),
        ("seconds", result.seconds),
    ]
    said = [f"{result.profile}{', dry run: nothing was changed' if result.dry_run else ''}", facts(counts, "  ")]
    kinds = [(kind, c["created"], c["changed"], c["unchanged"]) for kind, c in result.kinds.items()]
    if kinds:
        said.append(table(("Type", "Created", "Changed", "Unchanged"), kinds))
    fields = [(kind, name, count) for kind, counts in result.fields.items() for name, count in sorted(counts.items())]
    if fields:
        said.append(f"Fields that {would}changed on records that were there already:")
        said.append(table(("Type", "Field", "Records"), fields))
    for sort, found in result.findings.items():
        rows = [(one.file, one.line, one.column, one.value, one.reason) for one in found[:SHOWN]]
        said.append(f"{harmless(sort).capitalize()}, the first ones:")
        said.append(table(("File", "Line", "Column", "Value", "Reason"), rows))
    return "\n".join(said)
