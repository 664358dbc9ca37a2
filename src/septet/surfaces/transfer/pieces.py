"""Small functions of which the reading of a value is put together."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from septet.lib.text import slug
from septet.surfaces.transfer.profile import Profile, Value
from septet.surfaces.transfer.rows import Reader, Row
from septet.surfaces.transfer.typed import Bad

REMEMBERED = 50_000
LONGEST_REMEMBERED = 200
LONGEST_SEARCHED = 100_000


def compared(value: Any, limit: Any, sign: int) -> bool:
    if value is None or limit is None or type(limit) is Bad:
        return False
    return bool(value >= limit) if sign > 0 else bool(value <= limit)


def items_of(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return orjson.dumps(raw).decode() if isinstance(raw, list | dict) else str(raw)


def all_columns(readers: Iterable[Reader]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for reader in readers for name in reader.columns))


def first_of(readers: list[Reader]) -> Callable[[Row], Any]:
    def read(row: Row) -> Any:
        return next((value for value in (reader.read(row) for reader in readers) if value is not None), None)

    return read


def plain_text_reader(spec: Value, profile: Profile, convert: Callable[[Any], Any]) -> Callable[[Any], Any] | None:
    """The short way for a text that is only stripped; None where more is asked, and for keys, which are remembered."""
    simple = (spec.type or (None if spec.refers_to else "text")) == "text" and spec.clean in (None, ["strip"])
    if not simple or spec.replace or spec.extract or spec.map is not None or spec.split:
        return None
    if spec.min is not None or spec.max is not None:
        return None
    nulls = frozenset(spec.null or ()) | {""}
    longest = spec.max_length or profile.read.longest_text

    def quick(raw: Any) -> Any:
        if type(raw) is not str:
            return None if raw is None else convert(raw)
        text = raw.strip()
        if text in nulls:
            return None
        return convert(raw) if len(text) > longest else text

    return quick


def after(origin: Callable[[Row], Any], convert: Callable[[Any], Any]) -> Callable[[Row], Any]:
    return lambda row: convert(origin(row))


def remembering(origin: Callable[[Row], Any], convert: Callable[[Any], Any]) -> Callable[[Row], Any]:
    """Conversion is a function of the text alone, and files repeat themselves."""
    memory: dict[str, Any] = {}

    def read(row: Row) -> Any:
        raw = origin(row)
        try:
            return memory[raw]
        except (KeyError, TypeError):
            return remembered(memory, raw, convert(raw))

    return read


def remembered(memory: dict[str, Any], raw: Any, value: Any) -> Any:
    if type(raw) is str and len(raw) <= LONGEST_REMEMBERED:
        if len(memory) >= REMEMBERED:
            memory.clear()
        memory[raw] = value
    return value


def per_item(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A list in the file (JSON) is converted item by item."""

    def whole(raw: Any) -> Any:
        return gathered(convert(one) for one in raw) if isinstance(raw, list) else convert(raw)

    return whole


def searches(spec: Value) -> list[Callable[[str], str | Bad]]:
    """Text -> text for each `replace` and for `extract`."""

    def replacing(pattern: re.Pattern[str], by: str) -> Callable[[str], str | Bad]:
        return lambda text: short_enough(text) or pattern.sub(by, text)

    def extracting(pattern: re.Pattern[str]) -> Callable[[str], str | Bad]:
        def extract(text: str) -> str | Bad:
            found = pattern.search(text[:LONGEST_SEARCHED])
            if found is not None:
                return found[1 if pattern.groups else 0] or ""
            return text if spec.otherwise == "pass" else Bad(text, f"it does not look like `{spec.extract}`")

        return extract

    searches = [replacing(re.compile(pattern), by) for pattern, by in (spec.replace or {}).items()]
    return [*searches, extracting(re.compile(spec.extract))] if spec.extract is not None else searches


def short_enough(text: str) -> Bad | None:
    too_long = len(text) > LONGEST_SEARCHED
    return Bad(text, f"it is longer than {LONGEST_SEARCHED:,} characters, too long for `replace`") if too_long else None


def splitting(separator: str, convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda raw: gathered(convert(piece) for piece in text_of(raw).split(separator))


def gathered(values: Iterable[Any]) -> Any:
    found: list[Any] = []
    for value in values:
        if type(value) is Bad:
            return value
        for one in value if isinstance(value, list) else [value]:
            if one is not None and one not in found:
                found.append(one)
    return found or None


def never_empty(read: Callable[[Row], Any], default: Any) -> Callable[[Row], Any]:
    def filled(row: Row) -> Any:
        value = read(row)
        if value is not None:
            return value
        return default if default is not None else Bad("", "it is empty but required", fatal=True)

    return filled


def cleaner(steps: list[Any]) -> Callable[[str], str]:
    known: dict[str, Callable[[str], str]] = {
        "strip": str.strip,
        "collapse": lambda text: " ".join(text.split()),
        "lower": str.lower,
        "upper": str.upper,
        "slug": slug,
    }
    functions = [known[name] for name in steps]
    if len(functions) == 1:
        return functions[0]

    def clean(text: str) -> str:
        for function in functions:
            text = function(text)
        return text

    return clean
