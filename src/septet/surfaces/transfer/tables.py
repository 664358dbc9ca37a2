"""From lines of text to rows of named columns: CSV that recovers from a wrong quote, JSON lines, JSON arrays."""

import csv
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from septet.surfaces.transfer.profile import Read
from septet.surfaces.transfer.sources import LONGEST_LINE, Alive, Input, SourceError, TextLines, text_lines

# (line, column, value, reason): a row that cannot be used
Refuse = Callable[[int, str, str, str], None]
# (line, reason): a row that is used but looks odd
Note = Callable[[int, str], None]
Cells = list[Any]

WHOLE_DOCUMENT = 64 * 1024 * 1024


@dataclass(slots=True)
class Table:
    """The rows of one file, each with the line where it begins. A JSON file learns its columns as it goes."""

    columns: list[str]
    rows: Iterator[tuple[int, Cells]]


def open_table(source: Input, read: Read, refuse: Refuse, note: Note, alive: Alive = lambda: None) -> Table:
    """The table in a file; `alive` is called now and then. Raises `SourceError`, also later while rows are read."""
    lines = text_lines(source, read, alive)
    if read.format == "csv":
        return _csv(lines, read, refuse, note)
    objects = _json_lines(lines, refuse) if read.format == "jsonl" else _json_array(lines, read, refuse)
    columns: list[str] = []
    return Table(columns, _flat(objects, columns, read.explode or "", lines.name))


MOST_COLUMNS = 10_000
TOO_WIDE = f"It has more than {MOST_COLUMNS:,} columns. Are columns and rows the right way round?"
NO_HEADER = "The file holds no header line; it is empty."
NO_TEXT = "None of its lines can be read as text. Is it a table at all, and in the `encoding` that the profile says?"


class _Runaway(Exception):
    """A row has taken more lines than a row may have."""


class _Feed:
    """Gives lines to the CSV reader, remembers those of the current row, and can take them back."""

    def __init__(self, lines: TextLines, most: int) -> None:
        self.lines = iter(lines)
        self.most = most
        self.again: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self.most:
            raise _Runaway
        line = self.again.popleft() if self.again else next(self.lines)
        self.taken.append(line)
        self.line += 1
        return line

    def give_back(self) -> None:
        """Take back all lines of the row but its first."""
        self.again.extendleft(reversed(self.taken[1:]))
        self.line -= len(self.taken) - 1


def _csv(lines: TextLines, read: Read, refuse: Refuse, note: Note) -> Table:
    csv.field_size_limit(2 * LONGEST_LINE)
    feed = _Feed(lines, read.lines_per_row)
    for _ in range(read.skip_lines):
        next(feed, None)
        feed.taken.clear()
    rows = _csv_rows(feed, lines, read, refuse)
    if read.header is not None:
        columns = _named(read.header)
    else:
        first = next(rows, None)
        if first is None:
            raise SourceError(lines.name, NO_TEXT if feed.line else NO_HEADER)
        columns = _named(first[1])
    if len(columns) > MOST_COLUMNS:
        raise SourceError(lines.name, TOO_WIDE)
    return Table(columns, _full_rows(rows, feed, columns, read, refuse, note))


def _csv_rows(feed: _Feed, lines: TextLines, read: Read, refuse: Refuse) -> Iterator[tuple[int, Cells]]:
    """Every row that the CSV reader accepts. A quote that never ends costs its own line, not those after it."""

    def reader() -> Iterator[Cells]:
        quoted = read.quote != "none"
        return csv.reader(
            feed,
            delimiter=read.delimiter,
            quotechar=read.quote if quoted else None,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            strict=True,
        )

    rows = reader()
    while True:
        feed.taken.clear()
        start = feed.line + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (_Runaway, csv.Error) as error:
            refuse(start, "", feed.taken[0], _why_broken(error, feed, read))
            feed.give_back()
            rows = reader()
            continue
        if lines.bad and (reason := _why_bad(lines, start, feed.line)):
            column = next((cell for cell in cells if "\ufffd" in cell or "\x00" in cell), "")
            refuse(start, "", column, reason)
            continue
        if cells:
            yield start, cells


def _why_broken(error: Exception, feed: _Feed, read: Read) -> str:
    cure = "double a quote inside a quoted text, or write `quote: none` if quotes mean nothing here"
    if isinstance(error, _Runaway):
        return f"a quoted text begins here and does not end within {read.lines_per_row} lines (`lines-per-row`); {cure}"
    if "unexpected end" in str(error):
        return f"a quoted text begins here and does not end before the file does; {cure}"
    if len(feed.taken) > 1:
        return f"a quoted text begins here and ends wrongly {len(feed.taken) - 1} lines later; {cure}"
    return f"a quote stands in the wrong place ({error}); {cure}"


def _why_bad(lines: TextLines, start: int, end: int) -> str:
    """The reason for which one of the row's lines cannot be trusted; forgets lines that are past."""
    found = ""
    for line in [one for one in lines.bad if one <= end]:
        reason = lines.bad.pop(line)
        if line >= start:
            found = found or reason
    return found


def _full_rows(
    rows: Iterator[tuple[int, Cells]], feed: _Feed, columns: list[str], read: Read, refuse: Refuse, note: Note
) -> Iterator[tuple[int, Cells]]:
    """The rows that have as many cells as there are columns."""
    width = len(columns)
    for start, cells in rows:
        spans = len(feed.taken)
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if len(cells) < width and read.short_rows == "fill" and spans == 1:
            cells.extend([""] * (width - len(cells)))
        if len(cells) == width:
            if spans > 1 and (alike := _rows_inside(feed.taken, width, read.delimiter)):
                note(
                    start,
                    f"a quoted text takes lines {start} to {feed.line}; {alike} of them look like rows of their own",
                )
            yield start, cells
            continue
        reason = f"{len(cells)} columns instead of {width}; is a delimiter or a quote missing?"
        if spans > 1:
            reason = f"a quoted text takes {spans} lines from here and leaves {reason}"
            first = feed.taken[0]
            feed.give_back()
            refuse(start, "", first, reason)
        else:
            refuse(start, "", feed.taken[0] if feed.taken else "", reason)


def _rows_inside(taken: list[str], width: int, delimiter: str) -> int:
    return 0 if width < 3 else sum(line.count(delimiter) == width - 1 for line in taken[1:-1])


def _named(header: Cells) -> list[str]:
    """Column names: stripped, never empty, never twice."""
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for index, cell in enumerate(header, 1):
        unique = name = str(cell).strip().lstrip("\ufeff") or f"column {index}"
        while unique in names:
            counts[name] = counts.get(name, 1) + 1
            unique = f"{name} {counts[name]}"
        names[unique] = None
    return list(names)


def _json_lines(lines: TextLines, refuse: Refuse) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if reason := lines.bad.pop(number, ""):
            refuse(number, "", line, reason)
            continue
        if not line.strip():
            continue
        try:
            item = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            refuse(number, "", line, f"this is no JSON ({error.msg})")
            continue
        if isinstance(item, dict):
            yield number, item
        else:
            refuse(number, "", line, "a JSON object ({…}) is expected on each line")


def _json_array(lines: TextLines, read: Read, refuse: Refuse) -> Iterator[tuple[int, dict[str, Any]]]:
    items = _items_inside(lines, read.items) if read.items else _items_streamed(lines)
    for number, item in items:
        if isinstance(item, dict):
            yield number, item
        else:
            refuse(number, "", json.dumps(item), "a JSON object ({…}) is expected as each item of the array")


def _items_inside(lines: TextLines, path: str) -> Iterator[tuple[int, Any]]:
    """The items of an array deep inside a document, which is therefore held as a whole, up to 64 MB."""
    text = ""
    pieces: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > WHOLE_DOCUMENT:
            raise SourceError(
                lines.name, "With `items`, the file may hold 64 MB at most; make it an array or JSON lines."
            )
        pieces.append(line)
    text = "".join(pieces)
    try:
        here: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SourceError(lines.name, f"This is no JSON: {error.msg}.", error.lineno) from None
    for name in path.split("."):
        if not isinstance(here, dict) or name not in here:
            raise SourceError(lines.name, f"There is no `{name}` (of `items: {path}`) in the file.")
        here = here[name]
    if not isinstance(here, list):
        raise SourceError(lines.name, f"`items: {path}` leads to no array.")
    return iter([(1, item) for item in here])


def _items_streamed(lines: TextLines) -> Iterator[tuple[int, Any]]:
    """The items of the array that is the whole document, one at a time, each with the line where it begins."""
    text = _Window(lines)
    text.skip("")
    if not text.held.startswith("["):
        reason = "The file is no JSON array; `items` names an array inside, `jsonl` reads lines."
        raise SourceError(lines.name, reason, text.line)
    text.held = text.held[1:]
    while True:
        text.skip(",")
        if text.held.startswith("]"):
            return
        yield text.line, text.item()


class _Window:
    """A part of a long text, moved along it; `line` is where it begins."""

    def __init__(self, lines: TextLines) -> None:
        self.name = lines.name
        self.source = iter(lines)
        self.decoder = json.JSONDecoder()
        self.held, self.line = "", 1

    def skip(self, also: str) -> None:
        """Move to the next character that is neither blank nor one of `also`."""
        while True:
            self._move(len(self.held) - len(self.held.lstrip(" \t\r\n" + also)))
            if self.held or not self._more(1):
                return

    def item(self) -> Any:
        """The JSON value that begins here; moves behind it. Raises `SourceError`."""
        wanted = 65_536
        while True:
            try:
                found, end = self.decoder.raw_decode(self.held)
            except (json.JSONDecodeError, RecursionError) as error:
                wanted = max(wanted, len(self.held))
                hopeless = len(self.held) > LONGEST_LINE or isinstance(error, RecursionError)
                if hopeless or not self._more(wanted):
                    raise SourceError(self.name, f"This is no JSON ({error}).", self.line) from None
            else:
                self._move(end)
                return found

    def _move(self, count: int) -> None:
        self.line += self.held.count("\n", 0, count)
        self.held = self.held[count:]

    def _more(self, wanted: int) -> bool:
        """Read on for about so many characters; False at the end of the file."""
        pieces = [self.held]
        got = 0
        for one in self.source:
            pieces.append(one)
            got += len(one)
            if got >= wanted:
                break
        self.held = "".join(pieces)
        return got > 0


def _flat(
    objects: Iterator[tuple[int, dict[str, Any]]], columns: list[str], explode: str, file: str
) -> Iterator[tuple[int, Cells]]:
    """Objects as rows: a value inside another is the column `outer.inner`; each item of `explode` is a row."""
    places: dict[str, int] = {}
    for line, item in objects:
        inner = item.pop(explode, None) if explode else None
        for piece in inner if isinstance(inner, list) and inner else [None]:
            row: dict[str, Any] = {}
            _flatten(item, "", row)
            if piece is not None:
                _flatten(piece if isinstance(piece, dict) else {"": piece}, f"{explode}.", row)
            for name in row:
                if name not in places:
                    places[name] = len(columns)
                    columns.append(name)
            if len(columns) > MOST_COLUMNS:
                raise SourceError(file, TOO_WIDE)
            cells: Cells = [None] * len(columns)
            for name, value in row.items():
                cells[places[name]] = value
            yield line, cells


def _flatten(item: dict[str, Any], before: str, into: dict[str, Any]) -> None:
    for name, value in item.items():
        if isinstance(value, dict):
            _flatten(value, f"{before}{name}.", into)
        else:
            into[(before + name).rstrip(".")] = value
