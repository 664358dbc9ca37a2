"""Every example of the guide does what the guide says."""

import re
from pathlib import Path

import pytest

from septet.surfaces.transfer.profile import (
    Case,
    Condition,
    Profile,
    Read,
    RecordRule,
    Relation,
    StepRule,
    Value,
    Words,
)
from tests.transfer.telling import told

GUIDE = (Path(__file__).parents[2] / "docs/guide/import-profiles.md").read_text()
FENCE = re.compile(r"^```(yaml|csv|jsonl|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples() -> list[tuple[str, list[str], str]]:
    """(profile, files, what is told) of each example; a file may stand before or after its profile."""
    found = []
    profile, files = "", list[str]()
    for sort, text in FENCE.findall(GUIDE):
        if sort == "yaml":
            profile = text
        elif sort == "text":
            found.append((profile, files, text.rstrip("\n")))
            files = []
        else:
            files = [*files, text]
    return found


@pytest.mark.parametrize("number", range(len(_examples())))
def test_example(number: int) -> None:
    profile, files, expected = _examples()[number]
    assert told(profile, *files) == expected


def test_every_example_is_found() -> None:
    assert len(_examples()) == GUIDE.count("```text\n") >= 15


@pytest.mark.parametrize("part", [Profile, Read, Value, Condition, Case, RecordRule, Relation, StepRule])
def test_every_word_is_described(part: type[Words]) -> None:
    at_a_glance = GUIDE.split("## All words at a glance")[1]
    assert not [word for word in part.words() if f"`{word}`" not in at_a_glance]
