"""Days and periods: they cover time without gap or overlap, whatever a zone does with its clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.periods import (
    DAY,
    Period,
    Rhythm,
    before,
    day_of,
    day_start,
    name_of,
    period_with,
    read_period,
    stretches,
)

# Clocks change at midnight, by half an hour, and a whole day is left out (Samoa, 2011-12-30).
ZONES = [
    ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia")
]
days = st.dates(date(1995, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("rhythm", "day", "first", "last", "name"),
    [
        ("week", date(2026, 10, 5), date(2026, 10, 5), date(2026, 10, 11), "2026-W41"),
        ("week", date(2027, 1, 2), date(2026, 12, 28), date(2027, 1, 3), "2026-W53"),
        ("month", date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
        ("quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
        ("year", date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("rolling", date(2026, 3, 30), date(2026, 3, 1), date(2026, 3, 30), "2026-03-30"),
    ],
)
def test_the_period_of_a_day(rhythm: str, day: date, first: date, last: date, name: str) -> None:
    found = period_with(day, rhythm)
    assert found == Period(first, last)
    assert name_of(found, rhythm) == name
    assert read_period(name, rhythm) == read_period(last.isoformat(), rhythm) == found


@given(days, st.sampled_from(Rhythm))
def test_periods_follow_each_other_without_a_gap(day: date, rhythm: Rhythm) -> None:
    found = period_with(day, rhythm, 28)
    assert found.first <= day <= found.last
    earlier = before(found, rhythm)
    assert earlier.last == found.last - DAY if rhythm == Rhythm.ROLLING else earlier.last == found.first - DAY
    assert read_period(name_of(found, rhythm), rhythm, 28) == found


@pytest.mark.parametrize("text", ["", "2026-13", "2026-W54", "2026-Q5", "next", "2026-02-30", "2026-10"])
def test_what_names_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no period here; write 2026-W41"):
        read_period(text, "week")


@given(days, st.sampled_from(ZONES), st.integers(0, 40), st.integers(1, 40))
def test_stretches_cover_the_days_and_name_each_moments_day(
    first: date, zone: ZoneInfo, count: int, longest: int
) -> None:
    wanted = [first + timedelta(days=n) for n in range(count)]
    found = list(stretches(wanted, zone, longest))
    assert [day for one in found for day in Period(one.first, one.last).days()] == wanted
    for one in found:
        assert (one.last - one.first).days < longest
        for at in (one.start, one.start + (one.end - one.start) / 2, one.end - timedelta(seconds=1)):
            if one.start <= at < one.end:
                told = (at + timedelta(seconds=one.offset)).date() if one.offset is not None else one.first
                assert told == day_of(at, zone)


@given(st.integers(800_000_000, 1_900_000_000), st.sampled_from(ZONES))
def test_a_moment_lies_within_its_day(second: int, zone: ZoneInfo) -> None:
    at = datetime.fromtimestamp(second, UTC)
    day = day_of(at, zone)
    assert day_start(day, zone) <= at < day_start(day + DAY, zone)
