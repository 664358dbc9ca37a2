"""Tables and the grammar: what fits where."""

import importlib
from pathlib import Path

import pytest

from septet import environment
from septet.surfaces.cli import tables
from septet.surfaces.cli.parser import build


def test_columns_align_and_shrink_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("INC-1", "A title that is far too long for a narrow terminal", None), ("INC-22", "表題", True)]
    wide = tables.table(("Number", "Title", "Open"), rows)
    assert "far too long for a narrow terminal" in wide
    monkeypatch.setattr(tables, "line_room", lambda: 30)
    narrow = tables.table(("Number", "Title", "Open"), rows).splitlines()
    assert max(map(tables.width, narrow)) <= 30
    assert "…" in narrow[1]
    assert narrow[2].startswith("INC-22  表題")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-31T12:34:56Z", "2026-01-31 12:34"),
        ({"number": "PER-1", "title": "Ann"}, "PER-1 Ann"),
        ([1, 2], "1, 2"),
        (None, ""),
        (False, "no"),
        ("a\tb\nc", "a b c"),
    ],
)
def test_values_in_few_characters(value: object, expected: str) -> None:
    assert tables.shown(value) == expected


def test_every_command_has_its_function() -> None:
    _, commands = build()
    for name, one in commands.items():
        module, _, function = one.get_default("run").partition(":")
        found = getattr(importlib.import_module(f"septet.surfaces.cli.{module}"), function)
        assert callable(found), name


def test_every_command_takes_json_and_as() -> None:
    for name, one in build()[1].items():
        assert {"--json", "--as"} <= set(one._option_string_actions), name


def test_the_guide_names_every_command_and_option_and_no_other() -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/command-line.md").read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    for line in guide.splitlines():
        if line.startswith("## `septet "):
            name = line.split("`")[1].split()[1]
            told[name] = set()
        elif line.startswith("| `--") and told:
            told[name].add(line.split("`")[1].split()[0])
    common = {"--help", "-h", "--json", "--as"}
    _, commands = build()
    assert told == {name: set(one._option_string_actions) - common for name, one in commands.items()}
    for one in ("--json", "--as"):
        assert f"| `{one}" in guide.partition("## `septet ")[0]


def test_the_install_guide_names_every_setting() -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/install.md").read_text(encoding="utf-8")
    settings = guide.partition("## Settings")[2].partition("\n## ")[0]
    named = {line.split("`")[1] for line in settings.splitlines() if line.startswith("| `")}
    assert named == environment.SETTINGS | environment.SECRETS
