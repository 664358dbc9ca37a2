"""A level for each pair of two things."""

from typing import Any

from septet.kernel.shapes import Grid
from septet.surfaces.web.forms.shaped.cells import Cells


def asked(shape: Grid, value: Any) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Each row with its label, and its cells with the key under which each is sent."""
    held = value or [[None for _ in shape.columns] for _ in shape.rows]
    if len(held) != len(shape.rows) or any(len(line) != len(shape.columns) for line in held):
        raise ValueError(held)
    levels = [None, *(level for level, _ in shape.values)]
    if not all(type(level) in (int, type(None)) and level in levels for line in held for level in line):
        raise ValueError(held)
    return [
        (label, [(f"{row}-{column}", level) for (column, _), level in zip(shape.columns, line, strict=True)])
        for (row, label), line in zip(shape.rows, held, strict=True)
    ]


def sent(shape: Grid, cells: Cells) -> list[list[Any]]:
    """The level of each pair; what is missing or no number stays as it was sent, for the kernel to refuse."""
    return [[_level("".join(cells.column(f"{row}-{column}"))) for column, _ in shape.columns] for row, _ in shape.rows]


def _level(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() else text


def words(shape: Grid, value: Any) -> list[str]:
    """Each row with its levels."""
    return [f"{label}: {', '.join(str(level) for _key, level in line)}" for label, line in asked(shape, value)]
