"""Rows become drafts: read, filtered, gathered by key, merged; what cannot be used is reported with its place."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path as FilePath
from typing import Any, Self

from septet.lib.drafts import Key
from septet.lib.text import suggestion
from septet.surfaces.transfer.merging import Merger
from septet.surfaces.transfer.plan import Plan, RecordPlan
from septet.surfaces.transfer.report import Report
from septet.surfaces.transfer.rows import Reader, Row
from septet.surfaces.transfer.said import Mapped
from septet.surfaces.transfer.sources import RAISE_ROWS, Alive, Input, SourceError
from septet.surfaces.transfer.staging import Fingerprint, Staged, Staging, Target
from septet.surfaces.transfer.tables import open_table
from septet.surfaces.transfer.typed import Bad

LONGEST_KEY = 255
# As much of a column's name as an error repeats.
LONGEST_NAME = 80
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
# Seconds after which it is told how many rows there are, even if there are no more of them.
STILL_THERE = 0.5
UNSTEADY = {Bad, list, dict}


@dataclass(slots=True)
class Counts:
    """How many rows were read and left out."""

    rows: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Lookup:
    """What can be asked of rows that have all come in, beside the stream of drafts."""

    staged: Staged
    merger: Merger

    def comes(self, key: Key) -> bool:
        """Whether rows speak of this record, and it comes with the drafts."""
        return self.staged.holds(Target(*key))

    def implies(self, key: Key) -> bool:
        """Whether a record is made only if something needs it (`missing: create`)."""
        return self.staged.implies(Target(*key))

    def implied(self, key: Key) -> Mapped | None:
        """The draft of such a record; None if nothing usable is said about it."""
        contributions = self.staged.implied(Target(*key))
        return self.merger.merged(Target(*key), contributions) if contributions else None


class Mapping:
    """Runs a plan over files: `stage` reads them all, then `drafts` gives the records, those referred to first."""

    def __init__(self, plan: Plan, inputs: Sequence[Input], report: Report, folder: FilePath | None = None) -> None:
        self.plan, self.inputs, self.report = plan, inputs, report
        self.counts = Counts()
        self.staging = Staging(folder)
        self.lookup = Lookup(Staged(self.staging.db), Merger(plan, [source.name for source in inputs], report))
        self.present: set[str] = set()
        self.taken = 0
        self.rules = [
            (index, record.where, record.key.read, Target(record.rule.kind, record.source, "").text(), _saying(record))
            for index, record in enumerate(plan.records)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.staging.__exit__(*error)

    def stage(self, progress: Callable[[int], None] = lambda rows: None) -> int:
        """Read every file. Gives the number of records to come; `progress` may raise to end it. Raises `SourceError`
        and `ProfileError`."""
        where = self.plan.where
        last = time.monotonic()

        def alive() -> None:
            nonlocal last
            if time.monotonic() - last > STILL_THERE:
                last = time.monotonic()
                progress(self.counts.rows)

        for index, source in enumerate(self.inputs):
            for row in self._rows(index, source, alive):
                self.counts.rows += 1
                if where is not None and not where(row):
                    self.counts.left_out += 1
                else:
                    self._sort_in(row)
                if self.counts.rows % 1000 == 0:
                    progress(self.counts.rows)
        return self.staging.close_in([index for index, one in enumerate(self.plan.records) if one.implied], alive)

    def drafts(self) -> Iterator[Mapped]:
        """Every record that the rows make, but those that are made only if something needs them: see `Lookup`."""
        for target, contributions in self.lookup.staged.groups():
            mapped = self.lookup.merger.merged(target, contributions)
            if mapped is not None:
                yield mapped

    def _rows(self, index: int, source: Input, alive: Alive) -> Iterator[Row]:
        name, report = source.name, self.report

        def refuse(line: int, column: str, value: str, reason: str) -> None:
            self._take(name)
            report.add("refused", name, line, column, value, "", reason)

        def note(line: int, reason: str) -> None:
            report.add("note", name, line, "", "", "", reason)

        table = open_table(source, self.plan.profile.read, refuse, note, alive)
        last = index == len(self.inputs) - 1
        self.present.update(table.columns)
        if last and table.columns:
            self._check_columns()
        width, arranged = -1, _arranger([], 0)
        for line, cells in table.rows:
            self._take(name)
            if len(table.columns) != width:
                width = len(table.columns)
                places = [self.plan.columns.place(one) for one in table.columns]
                arranged = _arranger(places, len(self.plan.columns.names))
            yield Row(arranged(cells), line, index)
        self.present.update(table.columns)
        if last:
            self._check_columns()

    def _take(self, name: str) -> None:
        """Count a row, whatever becomes of it; there is an end to how many there may be."""
        self.taken += 1
        if self.taken > self.plan.profile.read.max_rows:
            raise SourceError(name, f"There are more than {self.taken - 1:,} rows. {RAISE_ROWS}")

    def _check_columns(self) -> None:
        """Refuse a profile that names columns which no file has."""
        for name in sorted(self.plan.named - self.present - set(self.plan.profile.optional_columns)):
            raise self.plan.profile.problem(
                self.plan.columns.first_path.get(name, ()),
                f"No file has a column `{name}`.{suggestion(name, self.present)} The columns are: "
                f"{', '.join(one[:LONGEST_NAME] for one in sorted(self.present)[:40])}.{self._why_one_column()} "
                "A column that may be absent goes under `optional-columns`.",
            )

    def _why_one_column(self) -> str:
        """What is probably wrong with how the file is read if all of its header is one column."""
        read, header = self.plan.profile.read, next(iter(self.present), "")
        if len(self.present) != 1 or read.format != "csv":
            return ""
        if header.startswith(("{", "[{")):
            return " This looks like JSON; the profile says `format: csv`."
        other = next((name for sign, name in DELIMITERS.items() if sign != read.delimiter and sign in header), "")
        return f" They look separated by {other}; correct `delimiter`." if other else ""

    def _sort_in(self, row: Row) -> None:
        """Find which records the row is about."""
        targets: list[tuple[int, str, Fingerprint]] = []
        for index, where, read, prefix, saying in self.rules:
            if where is not None and not where(row):
                continue
            key = read(row)
            if type(key) is str and len(key) <= LONGEST_KEY:
                targets.append((index, prefix + key, saying(row) if saying else None))
                continue
            said = saying(row) if saying else None
            targets += [(index, prefix + one, said) for one in self._keys(self.plan.records[index], key, row)]
        if targets:
            self.staging.add(row, targets)

    def _keys(self, record: RecordPlan, key: Any, row: Row) -> Iterator[str]:
        """The keys that can be used; the others are reported."""
        kind = record.rule.kind
        if key is None:
            if record.main:
                self._refuse(row, record.key, "", kind, "the key is empty; a `where` can leave such rows out")
        elif isinstance(key, Bad):
            self._refuse(row, record.key, key.raw, kind, f"the key cannot be used: {key.reason}")
        else:
            for one in key if isinstance(key, list) else [key]:
                if len(text := str(one)) <= LONGEST_KEY:
                    yield text
                else:
                    self._refuse(row, record.key, text, kind, f"the key is longer than {LONGEST_KEY} characters")

    def _refuse(self, row: Row, reader: Reader, value: object, record: str, reason: str) -> None:
        self.report.add("refused", self.inputs[row.file].name, row.line, reader.column, value, record, reason)


def _arranger(places: list[int], width: int) -> Callable[[list[Any]], list[Any]]:
    """Puts the cells of a file into the order of the plan's columns; what the file lacks is None."""
    where = {place: index for index, place in enumerate(places)}
    order = [where.get(place, -1) for place in range(width)]
    if len(order) < 2:
        return lambda cells: [(*cells, None)[index] for index in order]
    pick = itemgetter(*order)
    return lambda cells: list(pick((*cells, None)))


def _saying(record: RecordPlan) -> Callable[[Row], Fingerprint] | None:
    """What a row says about a record, where saying it again would change nothing; None where it might."""
    readers = [*record.fields.values(), *([record.at] if record.at else [])]
    keeps = record.rule.keep not in (None, "none")
    steady = record.rule.rows == "many" and not (record.main or record.links or record.steps or keeps)
    if not steady or any(_keeps(reader) for reader in readers):
        return None
    reads = [reader.read for reader in readers]

    def said(row: Row) -> Fingerprint:
        values = tuple([read(row) for read in reads])
        for value in values:
            if type(value) in UNSTEADY:
                return None
        return values

    return said


def _keeps(reader: Reader) -> bool:
    """Whether it matters what stood in the cell."""
    return reader.spec.keep or reader.spec.otherwise == "keep"
