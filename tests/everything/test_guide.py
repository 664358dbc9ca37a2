"""The guide is true: every command in it does what it says, on the demo."""

import re
import shlex
from pathlib import Path

import pytest

from septet.demo.load import load
from septet.surfaces.cli.program import run

GUIDES = (
    "support.md",
    "release.md",
    "service.md",
    "agreements-and-clocks.md",
    "reviews-and-tasks.md",
    "goals.md",
    "team.md",
)
FOLDER = Path(__file__).parents[2] / "docs/guide"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPENED = re.compile(r"([A-Z]+-\d+) is open\.")


def commands(page: str) -> list[str]:
    """The lines that a page tells its reader to type."""
    return [line for block in BLOCK.findall((FOLDER / page).read_text()) for line in block.splitlines() if line]


def test_every_command_of_the_guide_works(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    load(0.05)
    for guide in GUIDES:
        numbers: dict[str, str] = {}
        assert commands(guide)
        for line in commands(guide):
            typed, _, comment = line.partition("  # ")
            for written, actual in numbers.items():
                typed = typed.replace(written, actual)
            capsys.readouterr()
            code = run(shlex.split(typed)[1:])
            said = capsys.readouterr()
            assert code == 0, f"{guide}: {line}\n{said.out}{said.err}"
            if comment:
                opened = OPENED.match(said.out)
                assert opened, said.out
                numbers[comment.removesuffix(" is open.")] = opened[1]
