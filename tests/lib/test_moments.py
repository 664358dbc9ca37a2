from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.moments import check_year, parse_moment

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST, LAST = datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2199-12-31")
NOW = datetime(2012, 3, 25, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2012-03-01", "2012-02-29T23:00:00"),
        ("2012-03-01T10:00", "2012-03-01T09:00:00"),
        ("2012-03-01 10:00", "2012-03-01T09:00:00"),
        ("2012-03-01t10:00:05.25", "2012-03-01T09:00:05.250000"),
        ("2012-03-01T10:00Z", "2012-03-01T10:00:00"),
        ("2012-03-01T10:00:00-05:00", "2012-03-01T15:00:00"),
        ("2012-03-25T02:30", "2012-03-25T01:00:00"),
        ("2012-10-28T02:30", "2012-10-28T00:30:00"),
        ("now", "2012-03-25T22:30:00"),
        ("today", "2012-03-25T22:00:00"),
        (" Yesterday ", "2012-03-24T23:00:00"),
        ("tomorrow", "2012-03-26T22:00:00"),
        ("1h ago", "2012-03-25T21:30:00"),
        ("2 days ago", "2012-03-23T22:30:00"),
        ("1900-01-02", "1900-01-01T23:40:28"),
    ],
)
def test_moments(text: str, utc: str) -> None:
    assert parse_moment(text, AMSTERDAM, NOW) == datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01",
        "0-1-1",
        "99999-01-01",
        "999999999999999-01-01",
        "1899-12-31",
        "2200-01-01",
        "1900-01-01",
        "2199-12-31T23:30-05:00",
        "30000 weeks ago",
        "999999w ago",
    ],
)
def test_years_nobody_means(text: str) -> None:
    with pytest.raises(ValueError, match="Only the years 1900 to 2199"):
        parse_moment(text, AMSTERDAM, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2012-02-30",
        "2012-13-01",
        "2012-3-1",
        "2012-03-01T25:00",
        "20120301",
        "01/03/2012",
        "-2012-03-01",
        "x" * 9999,
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is not understood as a moment") as caught:
        parse_moment(text, AMSTERDAM, NOW)
    assert len(str(caught.value)) < 200


@given(st.datetimes(FIRST, LAST, timezones=st.timezones()))
def test_a_moment_with_its_offset_is_itself(at: datetime) -> None:
    offset = at.utcoffset()
    if offset is not None and not offset.microseconds:
        assert parse_moment(at.isoformat(), AMSTERDAM, NOW) == at.astimezone(UTC)


@given(st.text(max_size=20))
def test_any_text_is_a_moment_or_refused_with_a_sentence(text: str) -> None:
    try:
        shown = str(parse_moment(text, AMSTERDAM, NOW))
    except ValueError as error:
        shown = str(error)
    assert shown.endswith(("+00:00", "."))


def test_checking_years() -> None:
    assert check_year(NOW) == NOW
    with pytest.raises(ValueError, match="Only the years"):
        check_year(datetime(1, 1, 1, tzinfo=UTC))
