"""From the text in a cell to a value: each `Value` of a profile becomes one function of a row."""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from septet.surfaces.transfer.pieces import (
    LONGEST_SEARCHED,
    after,
    all_columns,
    cleaner,
    compared,
    first_of,
    items_of,
    never_empty,
    per_item,
    plain_text_reader,
    remembered,
    remembering,
    searches,
    splitting,
    text_of,
)
from septet.surfaces.transfer.profile import Case, Condition, Profile, Reading, Scalar, Value
from septet.surfaces.transfer.rows import NO_HINT, Columns, FieldHint, Reader, Row
from septet.surfaces.transfer.typed import Bad, reader_of
from septet.surfaces.transfer.yamltext import Path

DIGEST_HEX = 32
_READING = tuple(Reading.model_fields)
_INHERITED = (
    *_READING, "replace", "extract", "split", "map", "ignore_case", "type", "unit", "min", "max", "max_length",
    "refers_to", "source", "by", "missing", "create",
)  # fmt: skip


class Compiler:
    """Turns the values and conditions of one profile into functions. Raises `ProfileError` for what cannot work."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.columns = Columns()
        self.readers: list[Reader] = []

    def value(self, spec: Value, path: Path, hint: FieldHint = NO_HINT) -> Reader:
        """The function that `spec`, which stands at `path`, describes."""
        spec = self._filled(spec, hint)
        read, columns, converts = self._origin(spec, path, hint)
        if converts:
            convert = per_item(self._conversion(spec, path, hint))
            quick = None if hint.allowed is not None else plain_text_reader(spec, self.profile, convert)
            if quick is not None:
                read = after(read, quick)
            else:
                read = remembering(read, convert) if spec.column is None else self._from_column(spec.column, convert)
        default = None if spec.default is None else self._literal(spec, spec.default, (*path, "default"), hint)
        if spec.default is not None or spec.required:
            read = never_empty(read, default)
        self.readers.append(Reader(spec, read, columns, len(self.readers)))
        return self.readers[-1]

    def condition(self, specs: Iterable[Condition], path: Path) -> Callable[[Row], bool] | None:
        """Whether all conditions hold; None if there are none."""
        tests = [self._condition(spec, (*path, index)) for index, spec in enumerate(specs)]
        if not tests:
            return None
        if len(tests) == 2:
            one, two = tests
            return lambda row: one(row) and two(row)
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _filled(self, spec: Value, hint: FieldHint) -> Value:
        """The value with what the profile's `values` and the field itself say where it is silent."""
        change: dict[str, Any] = {
            name: getattr(self.profile.values, name)
            for name in _READING
            if getattr(spec, name) is None and getattr(self.profile.values, name) is not None
        }
        if spec.type is None and hint.type:
            change["type"] = hint.type
        if spec.refers_to is None and hint.refers_to and spec.type is None:
            change["refers_to"] = hint.refers_to
        if spec.max_length is None and hint.max_length:
            change["max_length"] = hint.max_length
        return spec.model_copy(update=change) if change else spec

    def _origin(self, spec: Value, path: Path, hint: FieldHint) -> tuple[Callable[[Row], Any], tuple[str, ...], bool]:
        """How the raw value is found, which columns it needs, and whether it still has to be converted."""
        if spec.column is not None:
            place = self.columns.place(spec.column, path)
            return (lambda row: row.cells[place]), (spec.column,), True
        if spec.template is not None:
            return *self._template(spec.template, path), True
        if spec.join is not None:
            places = [self.columns.place(name, path) for name in spec.join]
            glue = spec.with_
            return (
                lambda row: glue.join(t for t in (text_of(row.cells[p]).strip() for p in places) if t),
                tuple(spec.join),
                True,
            )
        if spec.digest is not None:
            return *self._digest(spec.digest, path), True
        if spec.row_number:
            return (lambda row: str(row.line)), (), True
        if spec.first_of is not None:
            readers = [
                self.value(inherit(one, spec), (*path, "first-of", i), hint) for i, one in enumerate(spec.first_of)
            ]
            return first_of(readers), all_columns(readers), False
        if spec.case is not None:
            return *self._case(spec, spec.case, path, hint), False
        fixed = self._literal(spec, spec.constant, (*path, "constant"), hint)
        return (lambda row: fixed), (), False

    def _from_column(self, name: str, convert: Callable[[Any], Any]) -> Callable[[Row], Any]:
        """As `_remembering`, in one call: most values of most rows are read here."""
        place = self.columns.place(name)
        memory: dict[str, Any] = {}

        def read(row: Row) -> Any:
            raw = row.cells[place]
            try:
                return memory[raw]
            except (KeyError, TypeError):
                return remembered(memory, raw, convert(raw))

        return read

    def _template(self, template: str, path: Path) -> tuple[Callable[[Row], Any], tuple[str, ...]]:
        pieces = re.split(r"(\{\{|\}\}|\{[^{}]*\})", template)
        parts: list[str | int] = []
        names: list[str] = []
        for piece in pieces:
            if piece in {"{{", "}}"}:
                parts.append(piece[0])
            elif piece.startswith("{"):
                names.append(piece[1:-1])
                parts.append(self.columns.place(piece[1:-1], path))
            elif "{" in piece or "}" in piece:
                raise self.profile.problem(
                    (*path, "template"), "A brace has no partner; write {{ or }} for a brace itself."
                )
            elif piece:
                parts.append(piece)
        if not names:
            raise self.profile.problem((*path, "template"), "The template names no {column}; use `constant`.")

        def fill(row: Row) -> str:
            cells = [part if isinstance(part, str) else text_of(row.cells[part]).strip() for part in parts]
            if not any(cell for cell, part in zip(cells, parts, strict=True) if isinstance(part, int)):
                return ""
            return "".join(cells)

        return fill, tuple(names)

    def _digest(self, names: list[str], path: Path) -> tuple[Callable[[Row], Any], tuple[str, ...]]:
        columns = self.columns
        fixed = None if names == ["all"] else [(name, columns.place(name, path)) for name in sorted(names)]

        def digest(row: Row) -> str:
            pairs = fixed or sorted((name, place) for name, place in columns.places.items() if place < len(row.cells))
            filled = [(name, text_of(row.cells[place])) for name, place in pairs if row.cells[place] not in (None, "")]
            return hashlib.sha256(orjson.dumps(filled)).hexdigest()[:DIGEST_HEX]

        return digest, () if fixed is None else tuple(names)

    def _case(
        self, spec: Value, cases: list[Case], path: Path, hint: FieldHint
    ) -> tuple[Callable[[Row], Any], tuple[str, ...]]:
        branches = []
        for index, one in enumerate(cases):
            here = (*path, "case", index)
            test = self.condition(one.where, (*here, "where"))
            branches.append((test, self.value(inherit(one.then, spec), (*here, "then"), hint)))

        def choose(row: Row) -> Any:
            return next((reader.read(row) for test, reader in branches if test is None or test(row)), None)

        return choose, all_columns([reader for _, reader in branches])

    def _literal(self, spec: Value, value: Scalar, path: Path, hint: FieldHint = NO_HINT) -> Any:
        """A value written in the profile itself, which has to be right."""
        if value is None:
            return None
        found = self._typed(spec, hint)(text_of(value) if spec.type != "json" else value)
        if isinstance(found, Bad):
            raise self.profile.problem(path, f"`{value}` cannot be used here: {found.reason}.")
        return found

    def _conversion(self, spec: Value, path: Path, hint: FieldHint) -> Callable[[Any], Any]:
        """Cell -> value: null markers, cleaning, replacing, extracting, map, type, limits, in this order."""
        clean = cleaner(spec.clean if spec.clean is not None else ["strip"])
        nulls = frozenset(spec.null or ()) | {""}
        changes = searches(spec)
        finish = self._finish(spec, path, hint)

        def convert(raw: Any) -> Any:
            text: Any = clean(text_of(raw))
            for change in changes:
                if text in nulls:
                    return None
                text = change(text)
                if type(text) is Bad:
                    return Bad(raw, text.reason)
            return None if text in nulls else finish(text)

        return splitting(spec.split, convert) if spec.split else convert

    def _finish(self, spec: Value, path: Path, hint: FieldHint) -> Callable[[str], Any]:
        """Text -> value by the map, or by type and limits."""
        typed = self._typed(spec, hint)
        lookup = self._map(spec, path, hint)
        low = self._literal(spec, spec.min, (*path, "min"))
        high = self._literal(spec, spec.max, (*path, "max"))

        def limited(text: str) -> Any:
            value = typed(text)
            if type(value) is Bad:
                return value
            if low is not None and value < low:
                return Bad(text, f"it is below {spec.min}")
            if high is not None and value > high:
                return Bad(text, f"it is above {spec.max}")
            return value

        if lookup is None:
            return limited
        unknown = limited if spec.otherwise == "pass" else lambda text: Bad(text, "it is not in the map")

        def mapped(text: str) -> Any:
            known, value = lookup(text)
            return value if known else unknown(text)

        return mapped

    def _map(self, spec: Value, path: Path, hint: FieldHint) -> Callable[[str], tuple[bool, Any]] | None:
        if spec.map is None:
            return None
        fold = str.casefold if spec.ignore_case else str
        table = {fold(text): self._literal(spec, value, (*path, "map", text), hint) for text, value in spec.map.items()}

        def lookup(text: str) -> tuple[bool, Any]:
            folded = fold(text)
            return (True, table[folded]) if folded in table else (False, None)

        return lookup

    def _typed(self, spec: Value, hint: FieldHint) -> Callable[[Any], Any]:
        typed, allowed = reader_of(spec, self.profile), hint.allowed
        if allowed is None:
            return typed
        known = ", ".join(sorted(str(one) for one in allowed))

        def checked(raw: Any) -> Any:
            value = typed(raw)
            return value if type(value) is Bad or value in allowed else Bad(raw, f"it is not one of {known}")

        return checked

    def _condition(self, spec: Condition, path: Path) -> Callable[[Row], bool]:
        if spec.any is not None:
            tests = [self._condition(one, (*path, "any", i)) for i, one in enumerate(spec.any)]
            return lambda row: any(test(row) for test in tests)
        if spec.not_ is not None:
            inner = self._condition(spec.not_, (*path, "not"))
            return lambda row: not inner(row)
        spec = spec.model_copy(update={"otherwise": spec.otherwise or "empty"})
        reader = self.value(spec, path)
        checks = list(self._checks(spec, path))

        if len(checks) == 1:
            check, read = checks[0], reader.read
            return lambda row: check(row, None if type(value := read(row)) is Bad else value)

        def holds(row: Row) -> bool:
            value = reader.read(row)
            if type(value) is Bad:
                value = None
            return all(check(row, value) for check in checks)

        return holds

    def _checks(self, spec: Condition, path: Path) -> Iterable[Callable[[Row, Any], bool]]:
        if spec.empty is not None:
            wanted = spec.empty
            yield lambda row, value: (value is None) is wanted
        if spec.is_ is not None:
            allowed = {self._literal(spec, text, (*path, "is")) for text in spec.is_}
            yield lambda row, value: any(one in allowed for one in items_of(value))
        if spec.is_not is not None:
            barred = {self._literal(spec, text, (*path, "is-not")) for text in spec.is_not}
            yield lambda row, value: not any(one in barred for one in items_of(value))
        if spec.matches is not None:
            search = re.compile(spec.matches).search
            yield lambda row, value: any(search(text_of(one)[:LONGEST_SEARCHED]) is not None for one in items_of(value))
        if spec.at_least is not None:
            low = self.value(inherit(spec.at_least, spec), (*path, "at-least")).read
            yield lambda row, value: compared(value, low(row), 1)
        if spec.at_most is not None:
            high = self.value(inherit(spec.at_most, spec), (*path, "at-most")).read
            yield lambda row, value: compared(value, high(row), -1)


def inherit(inner: Value, outer: Value) -> Value:
    """The inner value with what the outer one says about reading, where it is silent itself."""
    fields = inner.model_fields_set
    change = {n: getattr(outer, n) for n in _INHERITED if n not in fields and n in type(inner).model_fields}
    return inner.model_copy(update=change)
