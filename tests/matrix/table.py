"""Tables as text: kept in a file that reviewers read, and compared with what was found."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
# `SEPTET_TEST_WRITE=1 pytest tests/matrix` writes the tables anew. Read what changed before you commit it.
WRITE = bool(os.environ.get("SEPTET_TEST_WRITE"))


def text_of(about: str, groups: Mapping[str, Sequence[str]], rows: Sequence[tuple[str, Sequence[str], str]]) -> str:
    """A table with aligned columns. `groups` are the columns under a common heading; a row is its label, its cells and
    what stands behind them."""
    label = max(len(one[0]) for one in rows) + 1
    spans = {name: max(len(name) + 1, 4 * len(some)) for name, some in groups.items()}
    first = " " * label + "".join(f"| {name:{spans[name]}}" for name in groups)
    second = _line("", [one for some in groups.values() for one in some], "", label, groups, spans)
    lines = [about.strip(), "", first.rstrip(), second, "-" * len(first)]
    lines += [_line(name, cells, behind, label, groups, spans) for name, cells, behind in rows]
    return "\n".join(lines) + "\n"


def _line(
    name: str,
    cells: Sequence[str],
    behind: str,
    label: int,
    groups: Mapping[str, Sequence[str]],
    spans: Mapping[str, int],
) -> str:
    line, at = f"{name:{label}}", 0
    for group, some in groups.items():
        line += "| " + "".join(f"{one:4}" for one in cells[at : at + len(some)]).ljust(spans[group])
        at += len(some)
    return f"{line}| {behind}".rstrip(" |") if behind else line.rstrip()


def compare(name: str, found: str) -> None:
    """What was found is what stands in the file, or the test fails with the lines that differ."""
    kept = FOLDER / name
    if WRITE:
        kept.write_text(found)
    expected = kept.read_text().splitlines() if kept.exists() else []
    wrong = [f"- {one}" for one in expected if one not in found.splitlines()]
    wrong += [f"+ {one}" for one in found.splitlines() if one not in expected]
    assert not wrong, f"{name} differs; if all of it is meant, write it anew (table.py):\n" + "\n".join(wrong)
    assert found.splitlines() == expected
