from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.text import duration, near, parse_duration, slug, suggestion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Closure Code", "closure-code"),
        ("  Größe (m²) ", "grosse-m2"),
        ("日本", ""),
        ("a" * 70, "a" * 64),
        ("Ä_b--c", "a-b-c"),
    ],
)
def test_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text(), st.integers(1, 20))
def test_a_slug_is_its_own_slug(text: str, length: int) -> None:
    once = slug(text, length)
    assert slug(once, length) == once
    assert len(once) <= length


def test_near_names() -> None:
    known = ["incidents", "interactions", "Changes"]
    assert near("incidnets", known) == ["incidents"]
    assert near("changs", known) == ["Changes"]
    assert near("zebra", known) == []
    assert suggestion("incidnets", known) == " Did you mean 'incidents'?"
    assert suggestion("zebra", known) == ""


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (86_400 * 3 + 4 * 3600 + 5, "3 d 4 h"),
        (86_400 + 60, "1 d"),
        (86_400 * 400, "400 d"),
        (-90, "-1 min 30 s"),
        (-0.5, "0 s"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h", timedelta(hours=1)),
        ("2 days", timedelta(days=2)),
        ("1H 30Min", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("1w2d", timedelta(days=9)),
        ("0 s", timedelta()),
    ],
)
def test_reading_durations(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "1 parsec", "1h and more", "-1h", "1h-", "99999999999999999999h", "\u0661h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        parse_duration(text)


def test_too_long_a_duration() -> None:
    with pytest.raises(ValueError, match="too long a time"):
        parse_duration("999999999w")


@given(st.integers(0, 10**8))
def test_a_duration_reads_as_it_is_written(seconds: int) -> None:
    text = duration(seconds)
    read = parse_duration(text).total_seconds()
    assert read <= seconds
    assert duration(read) == text
