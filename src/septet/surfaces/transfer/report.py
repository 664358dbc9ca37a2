"""What an import has to tell: rows refused, references that point nowhere, oddities, and in a dry run what would
change; each with its place."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

LONGEST_SHOWN = 300
REMEMBERED = 100

Sort = Literal["refused", "dangling", "note", "change"]


class Finding(NamedTuple):
    """One line of the report. `record` is the kind and key it is about; `line` counts from 1, 0 if there is none."""

    sort: Sort
    file: str
    line: int
    column: str
    value: str
    record: str
    reason: str


COLUMNS = Finding._fields


class Sink(Protocol):
    """Where findings are written as they come."""

    def write(self, finding: Finding) -> None:
        """Keep one finding."""


@dataclass(slots=True)
class Report:
    """Counts findings, remembers the first of each sort, and passes all of them on."""

    sink: Sink | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[Finding]] = field(default_factory=dict)

    def add(self, sort: Sort, file: str, line: int, column: str, value: object, record: str, reason: str) -> None:
        """Note one finding; a long value is cut."""
        text = str(value).rstrip("\r\n")
        shown = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
        self.take(Finding(sort, file, line, column, shown, record, reason))

    def take(self, finding: Finding) -> None:
        """Note a finding that somebody else made."""
        self.counts[finding.sort] += 1
        some = self.first.setdefault(finding.sort, [])
        if len(some) < REMEMBERED:
            some.append(finding)
        if self.sink is not None:
            self.sink.write(finding)


class _CsvSink:
    def __init__(self, stream: "Writes") -> None:
        self.stream = csv.writer(stream)
        self.stream.writerow(COLUMNS)

    def write(self, finding: Finding) -> None:
        self.stream.writerow([defused(str(getattr(finding, name))) for name in COLUMNS])


class _JsonSink:
    def __init__(self, write: "Writes") -> None:
        self.stream = write

    def write(self, finding: Finding) -> None:
        self.stream.write(json.dumps({name: getattr(finding, name) for name in COLUMNS}, ensure_ascii=False) + "\n")


class Writes(Protocol):
    """Something that text can be written to."""

    def write(self, text: str, /) -> object:
        """Write a text."""


def defused(text: str) -> str:
    """A text that a spreadsheet shows instead of running it as a formula."""
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@contextmanager
def report_file(path: Path | None) -> Iterator[Report]:
    """A report that is also written to a file: JSON lines if it ends in `.jsonl`, otherwise CSV."""
    if path is None:
        yield Report()
        return
    with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as stream:
        sink: Sink = _JsonSink(stream) if path.suffix == ".jsonl" else _CsvSink(stream)
        yield Report(sink)
