"""Rows and their columns, and what a value of a profile becomes: a reader of rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

from septet.surfaces.transfer.profile import Value
from septet.surfaces.transfer.yamltext import Path

LONGEST_FIELD_NAME = 64
EVERY_ROW = -1


@dataclass(slots=True)
class Row:
    """One row: its cells, in the order of the plan's columns, and where it stands."""

    cells: list[Any]
    line: int
    file: int


@dataclass(slots=True)
class Columns:
    """The columns of a plan: those the profile names first, then any others of the files.

    `named_by` holds for each column the numbers of the record rules that name it, EVERY_ROW where the profile does.
    """

    names: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    first_path: dict[str, Path] = field(default_factory=dict)
    named_by: dict[str, set[int]] = field(default_factory=dict)

    def place(self, name: str, path: Path | None = None) -> int:
        """The index of a column, which is made if need be; `path` is where the profile names it."""
        if name not in self.places:
            self.places[name] = len(self.names)
            self.names.append(name)
        if path is not None:
            self.first_path.setdefault(name, path)
            in_rule = len(path) > 1 and path[0] == "records" and isinstance(path[1], int)
            self.named_by.setdefault(name, set()).add(int(path[1]) if in_rule else EVERY_ROW)
        return self.places[name]


@dataclass(frozen=True, slots=True)
class FieldHint:
    """What is known beforehand of the field that a value goes to; it fills in what the profile leaves out."""

    type: str = ""
    refers_to: str = ""
    max_length: int | None = None
    allowed: frozenset[Any] | None = None


NO_HINT = FieldHint()


@dataclass(frozen=True)
class Reader:
    """A compiled `Value`. `read` gives a plain value, None for empty, a list if split, or `Bad`.

    `number` is its place among the plan's readers, the same whenever the same profile is compiled.
    """

    spec: Value
    read: Callable[[Row], Any]
    columns: tuple[str, ...]
    number: int = 0

    @cached_property
    def refers(self) -> bool:
        """Whether the value can be a reference."""
        return bool(self.kinds)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that a reference may lead to."""
        return frozenset(one.refers_to for one in specs_in(self.spec) if one.refers_to)

    @cached_property
    def by(self) -> str:
        """By what a reference is found: `key`, or a field of the record it means."""
        return next((one.by for one in specs_in(self.spec) if "by" in one.model_fields_set), "key")

    @cached_property
    def missing(self) -> str:
        """What is to be done about a reference that leads nowhere."""
        return next((one.missing for one in specs_in(self.spec) if "missing" in one.model_fields_set), "refuse")

    @cached_property
    def column(self) -> str:
        """The column that reports name; empty if there is none."""
        return self.columns[0] if self.columns else ""

    def raw(self, row: Row, columns: Columns) -> dict[str, object]:
        """The untouched cells behind the value, by column, without the empty ones."""
        found = {name: row.cells[columns.places[name]] for name in self.columns}
        return {custom_name(name): cell for name, cell in found.items() if cell not in (None, "")}


def specs_in(spec: Value) -> Iterable[Value]:
    """The value and those inside it."""
    yield spec
    for inner in [*(case.then for case in spec.case or []), *(spec.first_of or [])]:
        yield from specs_in(inner)


def custom_name(column: str) -> str:
    """The name of the custom field that keeps a column; a long name is cut and stays its own."""
    if len(column) <= LONGEST_FIELD_NAME:
        return column
    return f"{column[: LONGEST_FIELD_NAME - 9]}~{blake2b(column.encode(), digest_size=4).hexdigest()}"
