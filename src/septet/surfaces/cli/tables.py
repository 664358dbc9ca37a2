"""Plain text for people: tables and facts that fit the terminal, with nothing in them that could steer it."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

GAP = "  "
NARROWEST = 6


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Aligned columns below their heads; on a terminal the widest ones are cut until a row fits its width."""
    cells = [[shown(one) for one in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(heads, *cells, strict=True)] if heads else []
    if (room := line_room()) is not None:
        _narrow(widths, room)
    lines = [heads, *cells]
    return "\n".join(
        GAP.join(fit(text, wide) for text, wide in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def facts(pairs: Iterable[tuple[str, Any]], indent: str = "") -> str:
    """One line for each name and value; a long value goes on below, under its own beginning."""
    found = [(name, lines(value)) for name, value in pairs]
    widest = max((width(name) for name, _ in found), default=0)
    said = []
    for name, values in found:
        said.append(f"{indent}{fit(name, widest)}{GAP}{values[0]}".rstrip())
        said += [f"{indent}{' ' * widest}{GAP}{line}" for line in values[1:]]
    return "\n".join(said)


def lines(value: Any) -> list[str]:
    """A value as lines; line breaks in a text are kept."""
    return [shown(line) for line in value.splitlines()] or [""] if isinstance(value, str) else [shown(value)]


def shown(value: Any) -> str:
    """A value of a record's body in a few characters: a reference by its title, a moment to the minute."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case {"number": number, "title": title}:
            return harmless(f"{number} {title}" if number else str(title))
        case dict():
            return ", ".join(f"{harmless(str(name))}={shown(one)}" for name, one in value.items())
        case list():
            return ", ".join(shown(one) for one in value)
        case str() if _is_moment(value):
            return f"{value[:10]} {value[11:16]}"
    return harmless(str(value))


def _is_moment(text: str) -> bool:
    return len(text) >= 20 and text[-1] == "Z" and text[4:5] == "-" and text[10:11] == "T" and text[:4].isdigit()


def harmless(text: str) -> str:
    """The text without control characters, which a terminal would obey, and without marks that turn its direction."""
    return "".join(one if unicodedata.category(one) not in {"Cc", "Cf", "Zl", "Zp"} else " " for one in text)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, columns: int) -> str:
    """The text in exactly so many columns, cut with an ellipsis or filled with blanks."""
    missing = columns - width(text)
    if missing >= 0:
        return text + " " * missing
    kept = ""
    for one in text:
        if width(kept + one) > columns - 1:
            break
        kept += one
    return fit(f"{kept}…", columns)


def line_room() -> int | None:
    """How wide a line may be; None where nobody looks at it on a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _narrow(widths: list[int], room: int) -> None:
    """Take columns from the widest ones until the row fits, as far as that leaves something to read."""
    while sum(widths) + len(GAP) * (len(widths) - 1) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1
