"""Pages of the written reference beside those of record types: each module adds its own when it is loaded."""

from collections.abc import Callable, Sequence

# File name, such as indicators.md -> what writes it, as Markdown.
more_pages: dict[str, Callable[[], str]] = {}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)
