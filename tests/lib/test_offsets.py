"""Distances from an event, in minutes, hours, days and working days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.calendars import Calendar
from septet.lib.offsets import Offset, parse_offset

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(
    "Europe/Berlin",
    {day: [(time(8), time(17))] for day in range(5)},
    closed=frozenset({date(2026, 12, 25)}),
    exceptions={date(2026, 12, 26): [(time(9), time(12))]},
)
EVENT = datetime(2026, 10, 23, 15, 30, tzinfo=UTC)  # a Friday, 17:30 in Berlin; clocks go back on Sunday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T0", EVENT),
        ("T", EVENT),
        ("T+1h", EVENT + timedelta(hours=1)),
        ("t-90min", EVENT - timedelta(minutes=90)),
        ("T-5d", EVENT - timedelta(days=5)),
        ("T + 2 w".replace(" ", ""), EVENT + timedelta(weeks=2)),
    ],
)
def test_without_a_calendar_a_day_has_24_hours(text: str, expected: datetime) -> None:
    assert parse_offset(text).of(EVENT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "T+3d",
            datetime(2026, 10, 26, 17, 30, tzinfo=BERLIN),
        ),  # the same time by the clocks of the zone, though an hour longer
        ("T+1w", datetime(2026, 10, 30, 17, 30, tzinfo=BERLIN)),
        ("T+1wd", datetime(2026, 10, 26, 17, 30, tzinfo=BERLIN)),
        ("T+6wd", datetime(2026, 11, 2, 17, 30, tzinfo=BERLIN)),
        ("T-1wd", datetime(2026, 10, 22, 17, 30, tzinfo=BERLIN)),
        ("T-5wd", datetime(2026, 10, 16, 17, 30, tzinfo=BERLIN)),
    ],
)
def test_with_a_calendar_days_go_by_its_zone(text: str, expected: datetime) -> None:
    assert parse_offset(text).of(EVENT, OFFICE) == expected


def test_holidays_are_no_working_days_and_exceptions_are() -> None:
    eve = datetime(2026, 12, 24, 12, tzinfo=BERLIN)
    assert Offset(1, "wd").of(eve, OFFICE) == datetime(2026, 12, 26, 11, tzinfo=UTC)
    assert Offset(-1, "wd").of(datetime(2026, 12, 27, 12, tzinfo=BERLIN), OFFICE).date() == date(2026, 12, 26)


@pytest.mark.parametrize("text", ["", "5d", "T-5", "T+x", "T+5 years", "T+1.5h", "T+9999999d", "T--1d", "T0\n1"])
def test_what_is_no_distance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no distance|ten years"):
        parse_offset(text)


def test_working_days_need_a_calendar_that_opens() -> None:
    with pytest.raises(ValueError, match="need a business calendar"):
        Offset(1, "wd").of(EVENT)
    with pytest.raises(ValueError, match="not open on 2 days"):
        Offset(2, "wd").of(EVENT, Calendar("UTC", {}))
    with pytest.raises(ValueError, match="ten years"):
        parse_offset("T+600w")


counts, units = st.integers(-300, 300), st.sampled_from(["min", "h", "d", "w", "wd"])
events = st.integers(0, 10 * 365 * 1440).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(counts, units)
def test_what_is_written_is_read_again(count: int, unit: str) -> None:
    offset = Offset(count, unit)
    again = parse_offset(str(offset))
    assert again == offset or (count == 0 == again.count)


@given(events, counts, counts, units)
def test_farther_is_later(event: datetime, one: int, other: int, unit: str) -> None:
    first, second = Offset(one, unit).of(event, OFFICE), Offset(other, unit).of(event, OFFICE)
    assert (first < second) == (one < other) or first == second


@given(events, st.integers(-60, 60).filter(bool))
def test_working_days_are_counted_one_by_one(event: datetime, count: int) -> None:
    found = Offset(count, "wd").of(event, OFFICE).astimezone(BERLIN).date()
    day = event.astimezone(BERLIN).date()
    low, high = (day + timedelta(days=1), found) if count > 0 else (found, day - timedelta(days=1))
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert OFFICE.opens_on(found)
    assert sum(OFFICE.opens_on(one) for one in between) == abs(count)
