"""Names with the values that go with each."""

from typing import Any

from septet.kernel.shapes import Lists
from septet.surfaces.web.forms.shaped.cells import Cells


def asked(shape: Lists, value: Any) -> dict[str, Any]:
    """The names there are to choose from, and each name in use with its values on a line."""
    names = list(shape.names()) if shape.names else []
    if names and set(value) - {name for name, _ in names}:
        raise ValueError(value)
    return {"names": names, "rows": _lines(shape, value)}


def shown(shape: Lists, value: Any) -> dict[str, Any]:
    """The same with each name in words."""
    words = dict(shape.names()) if shape.names else {}
    return {"rows": [(words.get(name, name), text) for name, text in _lines(shape, value)]}


def _lines(shape: Lists, value: Any) -> list[tuple[str, str]]:
    """Each name with its values on a line. Raises ValueError for what would not read back as the same."""
    lines = [(name, ", ".join(_written(one) for one in values)) for name, values in value.items()]
    if not all(name.strip() and _read_line(shape, text) == value[name] for name, text in lines):
        raise ValueError(value)
    return lines


def _written(one: Any) -> str:
    return str(one).lower() if isinstance(one, bool) else str(one)


def sent(shape: Lists, cells: Cells) -> dict[str, Any]:
    """The names that were given, each with its values."""
    return {name: _read_line(shape, values) for name, values in cells.rows("name", "values")}


def _read_line(shape: Lists, text: str) -> list[Any]:
    return [_read(shape, part.strip()) for part in text.split(",") if part.strip()]


def _read(shape: Lists, text: str) -> Any:
    if shape.texts:
        return text
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.lstrip("-").isdecimal() and text.isascii() else text


def words(shape: Lists, value: Any) -> list[str]:
    """Each name with its values."""
    return [f"{name}: {text}" for name, text in shown(shape, value)["rows"]]
