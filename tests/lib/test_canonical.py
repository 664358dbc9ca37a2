import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.canonical import canonical, loads


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 2


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"a": {"z": 1, "y": 2}}, '{"a":{"y":2,"z":1}}'),
        ((1, "é"), '[1,"é"]'),
        (datetime(2012, 3, 1, 10, 0, tzinfo=UTC), '"2012-03-01T10:00:00.000000Z"'),
        (datetime(2012, 3, 1, 10, 0, 0, 7, timezone(timedelta(hours=2))), '"2012-03-01T08:00:00.000007Z"'),
        (date(2012, 3, 1), '"2012-03-01"'),
        (time(8, 30), '"08:30:00"'),
        (Decimal("10.50"), '"10.50"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Colour.RED, '"red"'),
        (Level.HIGH, "2"),
        (1.0, "1.0"),
        ("\\u0000", '"\\\\u0000"'),
        ("null", '"null"'),
    ],
)
def test_each_plain_value_has_one_spelling(value: object, text: str) -> None:
    assert canonical(value) == text.encode()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"checks": [1, 2, {"note": "a\0b"}]}, "checks.2.note: holds a NUL character"),
        ({"a\0": 1}, "a\\0: holds a NUL character"),
        ("\0", "the value: holds a NUL character"),
        ({"load": float("nan")}, "load: is not a finite number"),
        ([1, float("inf")], "1: is not a finite number"),
        ({"cost": Decimal("NaN")}, "cost: is not a finite number"),
        ({"at": datetime.fromisoformat("2012-03-01")}, "at: is a time without a zone"),
        ({"id": 2**64}, "id: is an integer of more than 64 bits"),
        ({"raw": b"x"}, "raw: cannot be written as JSON (bytes)"),
        ({"tags": {1, 2}}, "tags: cannot be written as JSON (set)"),
        ({"p": Point(1)}, "p: cannot be written as JSON (Point)"),
        ({"a": {1: 2}}, "a.1: has a key that is not text"),
        ({"a": "\ud800"}, "a: holds half a surrogate pair, which is not valid text"),
        ({"a": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))}, "a: date value out of range"),
    ],
)
def test_what_has_no_spelling_is_refused_with_its_path(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        canonical(value)


def test_nesting_without_end_is_refused() -> None:
    endless: list[object] = []
    for _ in range(300):
        endless = [endless]
    with pytest.raises(ValueError, match="Recursion limit"):
        canonical(endless)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_what_is_read_back_is_equal_and_written_the_same_again(value: object) -> None:
    text = canonical(value)
    assert loads(text) == value
    assert canonical(loads(text)) == text


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(st.datetimes(timezones=st.timezones()))
def test_one_instant_has_one_spelling_in_every_zone(at: datetime) -> None:
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        return
    assert canonical(at) == canonical(utc)
    assert datetime.fromisoformat(loads(canonical(at))) == utc
