"""Records become files: CSV, JSON lines, XLSX; written as they are read, safe to open in a spreadsheet."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import orjson

from septet.kernel import log
from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.errors import Invalid, Refused
from septet.kernel.listing import Query, sees_all_internal, stream
from septet.kernel.models import Verb
from septet.kernel.registry import RecordType
from septet.surfaces.transfer.report import defused

Format = Literal["csv", "jsonl", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 64 * 1024
# What one sheet and one cell of a workbook can hold.
MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767
# Characters that XML, and so a workbook, cannot hold.
_NOT_IN_XML = {code: "�" for code in range(32) if code not in (9, 10, 13)}
_BESIDE_FIELDS = ("number", "version", "updated_at")


def export(
    query: Query, actor: Actor, form: Format, *, via: str, request: str = "", bom: bool = False
) -> Iterator[bytes]:
    """The bytes of a file with every record that a query finds and the actor may see.

    Raises Refused without the right to export; noted in the log of what changes no record. `bom` marks CSV as UTF-8
    for spreadsheets that would guess otherwise.
    """
    if actor.scopes(Verb.EXPORT, query.it.kind) == frozenset():
        raise Refused(f"You may not export {query.it.label_plural.lower()}: nobody granted you the right.")
    if form not in MEDIA_TYPES:
        raise Invalid(f"There is no format {form!r}; use csv, jsonl or xlsx.")
    log.note("export", actor, via=via, request=request, detail=f"{query.it.path} as {form}")
    writer: dict[str, Callable[[], Iterator[bytes]]] = {
        "csv": lambda: _csv(query, actor, bom),
        "jsonl": lambda: _jsonl(query, actor),
        "xlsx": lambda: _xlsx(query, actor),
    }
    return writer[form]()


def columns_of(it: RecordType, internal: bool) -> list[str]:
    """The columns of a table of a type: its fields, and `extra.NAME` for each custom field."""
    fields = [name for name, one in it.fields.items() if name not in it.hidden and (internal or not one.internal)]
    custom = [f"extra.{name}" for name in properties_of(it)] if "extra" in fields else []
    return [*_BESIDE_FIELDS, *(name for name in fields if name != "extra"), *custom]


def _rows(query: Query, actor: Actor) -> Iterator[list[Any]]:
    columns = columns_of(query.it, sees_all_internal(actor, query.it))
    yield list(columns)
    for item in stream(query, actor):
        extra = item.get("extra") or {}
        yield [
            _cell(extra.get(name.removeprefix("extra.")) if name.startswith("extra.") else item.get(name))
            for name in columns
        ]


def _cell(value: Any) -> Any:
    """A value as a table shows it: a reference by its number, anything nested as JSON."""
    if isinstance(value, dict) and "number" in value:
        return value["number"]
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _csv(query: Query, actor: Actor, bom: bool) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if bom:
        buffer.write("\ufeff")
    for row in _rows(query, actor):
        writer.writerow([defused(value) if isinstance(value, str) else value for value in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _jsonl(query: Query, actor: Actor) -> Iterator[bytes]:
    pieces: list[bytes] = []
    size = 0
    for item in stream(query, actor):
        pieces.append(orjson.dumps(item) + b"\n")
        size += len(pieces[-1])
        if size > CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


def _xlsx(query: Query, actor: Actor) -> Iterator[bytes]:
    """A workbook; a further sheet begins where one is full."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    with tempfile.TemporaryFile() as file:
        rows = _rows(query, actor)
        header = next(rows)
        for number, some in enumerate(_sheets(rows), 1):
            sheet = book.create_sheet(f"{query.it.path[:25]} {number}" if number > 1 else query.it.path[:31])
            sheet.append(header)
            for row in some:
                sheet.append([_safe(value) for value in row])
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _sheets(rows: Iterator[list[Any]]) -> Iterator[Iterable[list[Any]]]:
    """The rows in runs of at most one sheet; always one run, even if it is empty."""
    following = next(rows, None)
    first = True
    while following is not None or first:
        first = False

        def run() -> Iterator[list[Any]]:
            nonlocal following
            count = 0
            while following is not None and count < MOST_ROWS:
                yield following
                count += 1
                following = next(rows, None)

        yield run()


def _safe(value: Any) -> Any:
    """What a cell can hold; a text never becomes a formula."""
    if not isinstance(value, str):
        return value
    return defused(value.translate(_NOT_IN_XML)[: LONGEST_CELL - 1])
