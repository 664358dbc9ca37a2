"""Commands that change records: create, do, undo."""

import mimetypes
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from septet.kernel import content, policy, reading, uploads
from septet.kernel.actions import action_of, create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, NotFound
from septet.kernel.models import Record
from septet.kernel.references import find, find_id
from septet.kernel.registry import RecordType, registry
from septet.kernel.undo import undo_request
from septet.surfaces.api.bodies import undo_body
from septet.surfaces.cli.call import VIA, Call
from septet.surfaces.cli.reading import change_text
from septet.surfaces.cli.tables import facts
from septet.surfaces.cli.words import fit, fit_extra, read_words


def create_(call: Call) -> None:
    """Open a record."""
    it = registry.type_of(call.arguments.type)
    values = fit(read_words(call.arguments.values), it.create_schema)
    if isinstance(values.get("extra"), dict):
        values["extra"] = fit_extra(it, values["extra"], _draft(it, values))
    record = create(
        it.kind,
        call.actor,
        via=VIA,
        note=call.arguments.note,
        at=call.moment("at"),
        request=call.request,
        fields=values,
    )
    call.answer(reading.body(record, call.actor), lambda: f"{record.number} is open.")


def _draft(it: RecordType, values: Mapping[str, Any]) -> Record:
    """A record that is not there yet, with what it refers to: its item type says which attributes it has."""
    draft = it.model()
    for name, f in it.references.items():
        if isinstance(values.get(name), str):
            with suppress(NotFound, Conflict):  # said by `create`, with the field's name
                setattr(draft, f.attribute, find_id(values[name]))
    return draft


def do(call: Call) -> None:
    """Do an action to a record."""
    record = find(call.arguments.number, call.actor)
    it = registry.types[record.kind]
    one = action_of(it, call.arguments.action)
    words, file = call.arguments.values, ""
    if one.name == "attach":
        words, file = _without_file(words)
    values = read_words(words)
    if file and policy.may(call.actor, one.name, record):
        values = {**_stored(Path(file), call.actor), **values}
    values = fit(values, it.edit_schema if one.name == "edit" else one.schema, one.many)
    if one.name == "edit" and isinstance(values.get("extra"), dict):
        values["extra"] = fit_extra(it, values["extra"], record)
    entry = perform(
        record,
        one.name,
        call.actor,
        via=VIA,
        version=call.arguments.version,
        note=call.arguments.note,
        at=call.moment("at"),
        request=call.request,
        params=values,
    )

    def text() -> str:
        if entry is None:
            return f"{record.number} is so already; nothing was changed."
        history = reading.history(record, call.actor)
        changes: dict[str, Any] = next((row["changes"] for row in history if row["id"] == entry.pk), {})
        return f"{record.number}: {one.label}\n{facts((k, change_text(c)) for k, c in changes.items())}".rstrip()

    if policy.may(call.actor, "see", record):
        call.answer(reading.body(record, call.actor), text)


def _without_file(words: Sequence[str]) -> tuple[list[str], str]:
    """The words of `attach` without `file=PATH`, and that path: bytes are stored, not read as a text."""
    files = [word.removeprefix("file=").removeprefix("@") for word in words if word.startswith("file=")]
    return [word for word in words if not word.startswith("file=")], files[-1] if files else ""


def _stored(file: Path, actor: Actor) -> dict[str, Any]:
    """Put a file into the content store and give the parameters that `attach` wants of it."""
    with file.open("rb") as opened:
        digest, size = uploads.receive(iter(lambda: opened.read(content.CHUNK), b""), actor)
    guessed = mimetypes.guess_type(file.name)[0]
    return {"name": file.name, "digest": digest, "size": size, "media_type": guessed or "application/octet-stream"}


def undo(call: Call) -> int:
    """Undo all that a request changed, record by record; what cannot be undone is named with its reason."""
    report = undo_request(call.arguments.undone, call.actor, via=VIA, note=call.arguments.note, under=call.request)
    body = undo_body(report, dry_run=False)
    done = f"Undone on {report.undone} records, refused on {len(report.refused)}."
    done += f" {report.hidden} that you may not see were left." if report.hidden else ""
    call.answer(body, lambda: "\n".join([done, *(f"{number}: {reason}" for number, reason in report.refused)]))
    return 0 if report.undone or report.already or not (report.refused or report.hidden) else 1
