"""An entry proves from what is stored of it, whatever kinds of values went in."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from septet.kernel.journal import digests_of, hash_of, never_personal, read_changes, seal
from septet.kernel.models import Entry


class Level(IntEnum):
    """A choice of numbers, as models declare it."""

    LOW = 3


class Mood(StrEnum):
    """A choice of words, one of them empty."""

    NONE = ""
    GOOD = "good"


KEYS = [
    "state", "title", "impact", "due_at", "extra.floor", "relations.5.target", "relations.5.type", "attachments.5.size",
    ":comment", "votes.3.decision",
]  # fmt: skip
VALUES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Level.LOW, Mood.NONE, Mood.GOOD, Decimal("1.50"), "", "Ann", {}, {"a": [1]}, [None]])
)  # fmt: skip
CHANGES = st.dictionaries(st.sampled_from(KEYS), st.lists(VALUES, min_size=2, max_size=2), min_size=1)


def sealed(changes: dict[str, Any], note: str = "") -> Entry:
    """An entry with these changes, as if it had been read from the database."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    header = {"kind": "incident", "number": 1, "action": "edit", "at": at, "recorded_at": at, "via": "cli"}
    return seal(Entry(record_id=1, actor_name="Ann", request="r", note=note, **header), changes, b"")


@given(CHANGES, st.sampled_from(["", "By phone"]))
def test_what_is_stored_proves(changes: dict[str, Any], note: str) -> None:
    entry = sealed(changes, note)
    assert hash_of(entry, b"") == entry.hash
    stored = read_changes(entry.changes)
    assert {key for key in changes if never_personal(key, changes[key])} == {
        key for key in stored if never_personal(key, stored[key])
    }


@given(CHANGES, st.sampled_from(KEYS))
def test_another_value_does_not(changes: dict[str, Any], key: str) -> None:
    entry = sealed(changes)
    for after in (7, "other", None):
        other = {**read_changes(entry.changes), key: [None, after]}
        if other != read_changes(entry.changes):
            entry.changes = sealed(other).changes
            assert hash_of(entry, b"") != entry.hash
            entry.changes = sealed(changes).changes


def test_custom_values_files_and_comments_can_always_be_erased() -> None:
    entry = sealed(
        {"extra.floor": [None, 3], "attachments.5.size": [None, 1], ":comment": [None, ""], "impact": [1, 2]}
    )
    assert set(digests_of(entry)) == {"extra.floor", "attachments.5.size", ":comment"}
