from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from septet.lib.calendars import ALWAYS, Calendar
from septet.lib.moments import microseconds, moment
from tests.effort import examples

HOUR = 3600
OFFICE = Calendar(
    "Europe/Amsterdam",
    {weekday: [(time(8), time(12)), (time(13), time(17))] for weekday in range(5)},
    closed=[date(2012, 4, 30)],
    exceptions={date(2012, 4, 7): [(time(10), time(12))]},
)


def nights(zone: str, opens: time, closes: time) -> Calendar:
    return Calendar(zone, {weekday: [(opens, closes)] for weekday in range(7)})


def local(zone: str, *parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


def amsterdam(*parts: int) -> datetime:
    return local("Europe/Amsterdam", *parts)


def business_seconds(calendar: Calendar, start: datetime, end: datetime) -> float:
    """How many seconds it is open between two moments; negative when the second is the earlier one."""
    first, last = microseconds(start), microseconds(end)
    return calendar.passed(first, last) / 1e6 if first <= last else -calendar.passed(last, first) / 1e6


def open_intervals(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches of open time between two moments, in order, cut at both."""
    return [(moment(a), moment(b)) for a, b in calendar.pieces(microseconds(start), microseconds(end))]


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """The first moment from `at` on at which it is open, `at` itself included, or None if it stays closed."""
    found = calendar.opening(microseconds(at))
    return None if found is None else moment(found)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ((2012, 3, 1, 8), (2012, 3, 1, 17), 8),
        ((2012, 3, 1, 11, 30), (2012, 3, 1, 13, 30), 1),
        ((2012, 3, 2, 16), (2012, 3, 5, 9), 2),
        ((2012, 3, 3), (2012, 3, 5), 0),
        ((2012, 3, 23, 8), (2012, 3, 27, 8), 16),
        ((2012, 4, 30), (2012, 5, 1), 0),
        ((2012, 4, 7), (2012, 4, 8), 2),
        ((2011, 12, 31), (2012, 1, 3), 8),
        ((2012, 3, 1, 17), (2012, 3, 1, 8), -8),
    ],
)
def test_office_hours(start: tuple[int, ...], end: tuple[int, ...], hours: float) -> None:
    assert business_seconds(OFFICE, amsterdam(*start), amsterdam(*end)) == hours * HOUR


@pytest.mark.parametrize(
    ("calendar", "day", "hours"),
    [
        (nights("Europe/Amsterdam", time(1), time(6)), date(2012, 3, 25), 4),
        (nights("Europe/Amsterdam", time(1), time(6)), date(2012, 10, 28), 6),
        (nights("Europe/Amsterdam", time(2, 30), time(6)), date(2012, 3, 25), 3),
        (nights("Europe/Amsterdam", time(1), time(2, 30)), date(2012, 3, 25), 1),
        (nights("Europe/Amsterdam", time(2, 10), time(2, 50)), date(2012, 3, 25), 0),
        (nights("Europe/Amsterdam", time(2), time(2, 30)), date(2012, 10, 28), 0.5),
        (nights("Europe/Amsterdam", time(2, 30), time(3)), date(2012, 10, 28), 1.5),
        (nights("America/Sao_Paulo", time(0), time(6)), date(2017, 10, 15), 5),
        (nights("America/Sao_Paulo", time(22), time(0)), date(2018, 2, 17), 3),
        (nights("Australia/Lord_Howe", time(1), time(6)), date(2012, 10, 7), 4.5),
        (nights("Pacific/Apia", time(8), time(16)), date(2011, 12, 30), 0),
    ],
)
def test_days_on_which_the_clocks_change(calendar: Calendar, day: date, hours: float) -> None:
    only = Calendar(calendar.zone, {}, exceptions={day: calendar.weekly[0]})
    assert business_seconds(only, datetime(2011, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)) == hours * HOUR


def test_hours_over_midnight_belong_to_the_day_on_which_they_open() -> None:
    calendar = Calendar("UTC", {4: [(time(22), time(6))]}, closed=[date(2012, 3, 9)])
    assert calendar.is_open(datetime(2012, 3, 3, 5, 59, tzinfo=UTC))
    assert not calendar.is_open(datetime(2012, 3, 3, 6, tzinfo=UTC))
    assert not calendar.is_open(datetime(2012, 3, 10, 5, tzinfo=UTC))


def test_open_intervals_are_cut_at_both_ends_and_joined_at_new_year() -> None:
    assert open_intervals(OFFICE, amsterdam(2012, 3, 1, 9), amsterdam(2012, 3, 1, 14)) == [
        (amsterdam(2012, 3, 1, 9), amsterdam(2012, 3, 1, 12)),
        (amsterdam(2012, 3, 1, 13), amsterdam(2012, 3, 1, 14)),
    ]
    start, end = datetime(2010, 5, 1, tzinfo=UTC), datetime(2012, 5, 1, tzinfo=UTC)
    assert open_intervals(ALWAYS, start, end) == [(start, end)]


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ((2012, 3, 1, 9), 1 * HOUR, (2012, 3, 1, 10)),
        ((2012, 3, 1, 9), 8 * HOUR, (2012, 3, 2, 9)),
        ((2012, 3, 1, 8), 8 * HOUR, (2012, 3, 1, 17)),
        ((2012, 3, 3, 9), 0, (2012, 3, 3, 9)),
        ((2012, 3, 3, 9), 1 * HOUR, (2012, 3, 5, 9)),
        ((2012, 12, 31, 16), 2 * HOUR, (2013, 1, 1, 9)),
    ],
)
def test_adding(start: tuple[int, ...], seconds: float, end: tuple[int, ...]) -> None:
    assert OFFICE.add(amsterdam(*start), seconds) == amsterdam(*end)


def test_next_opening() -> None:
    assert next_opening(OFFICE, amsterdam(2012, 3, 2, 17)) == amsterdam(2012, 3, 5, 8)
    assert next_opening(OFFICE, amsterdam(2012, 3, 2, 16)) == amsterdam(2012, 3, 2, 16)
    once = Calendar("UTC", {}, exceptions={date(2012, 3, 1): [(time(8), time(9))]})
    assert next_opening(once, datetime(2010, 1, 1, tzinfo=UTC)) == datetime(2012, 3, 1, 8, tzinfo=UTC)
    assert next_opening(once, datetime(2012, 3, 1, 9, tzinfo=UTC)) is None


def test_a_calendar_that_never_opens_for_so_long_says_so() -> None:
    with pytest.raises(ValueError, match="is not open for 60 seconds"):
        Calendar("UTC", {}).add(datetime(2012, 3, 1, tzinfo=UTC), 60)


@pytest.mark.parametrize(
    ("at", "message"),
    [
        (datetime.fromisoformat("2012-03-01"), "has no time zone"),
        (datetime(1, 6, 1, tzinfo=UTC), "know the years 1900 to 2199, not 1"),
    ],
)
def test_moments_it_cannot_judge(at: datetime, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OFFICE.is_open(at)


def test_wrong_declarations() -> None:
    with pytest.raises(ValueError, match="no time zone 'Europe/Atlantis'"):
        Calendar("Europe/Atlantis", {})
    with pytest.raises(ValueError, match="not 7"):
        Calendar("UTC", {7: []})


# Stretches of a few days around clock changes, among them a change at midnight, one of half an hour and a lost day.
CHANGES = {
    "UTC": datetime.fromisoformat("2011-12-30"),
    "Europe/Amsterdam": datetime.fromisoformat("2012-03-23"),
    "Europe/London": datetime.fromisoformat("2012-10-26"),
    "America/Sao_Paulo": datetime.fromisoformat("2018-02-16"),
    "America/Havana": datetime.fromisoformat("2012-03-31"),
    "Australia/Lord_Howe": datetime.fromisoformat("2012-04-02"),
    "Pacific/Apia": datetime.fromisoformat("2011-12-28"),
}
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
hours = st.lists(st.tuples(times, times), max_size=3)
calendars = st.builds(
    lambda change, weekly, closed, exceptions: Calendar(
        change,
        dict(enumerate(weekly)),
        [CHANGES[change].date() + timedelta(days=day) for day in closed],
        {CHANGES[change].date() + timedelta(days=day): hours for day, hours in exceptions.items()},
    ),
    st.sampled_from(sorted(CHANGES)),
    st.lists(hours, min_size=7, max_size=7),
    st.lists(st.integers(0, 5), max_size=2),
    st.dictionaries(st.integers(0, 5), hours, max_size=2),
)


def at(calendar: Calendar, minutes: float) -> datetime:
    return CHANGES[calendar.zone].replace(tzinfo=UTC) + timedelta(minutes=minutes)


def minutes_open(calendar: Calendar, length: int) -> int:
    """The slow truth: a clock that never goes back is read every minute and looked up in the hours."""
    count, reached, zone = 0, datetime.fromisoformat("0001-01-01"), ZoneInfo(calendar.zone)
    for minute in range(-2 * 1440, length):
        reached = max(reached, at(calendar, minute).astimezone(zone).replace(tzinfo=None))
        for day in (reached.date(), reached.date() - timedelta(days=1)):
            usual = [] if day in calendar.closed else calendar.weekly[day.weekday()]
            spans = [
                (datetime.combine(day, o), datetime.combine(day + timedelta(days=int(c <= o)), c))
                for o, c in calendar.exceptions.get(day, usual)
            ]
            if minute >= 0 and any(opens <= reached < closes for opens, closes in spans):
                count += 1
                break
    return count


@settings(max_examples=examples(30))
@given(calendars, st.integers(0, 5 * 1440))
def test_business_seconds_equal_a_count_minute_by_minute(calendar: Calendar, length: int) -> None:
    assert business_seconds(calendar, at(calendar, 0), at(calendar, length)) == minutes_open(calendar, length) * 60


positions = st.integers(0, 6 * 1440 * 4).map(lambda quarter: quarter / 4)


@given(calendars, positions, positions, positions)
def test_business_seconds_add_up_and_never_fall(calendar: Calendar, one: float, two: float, three: float) -> None:
    first, middle, last = (at(calendar, minutes) for minutes in sorted((one, two, three)))
    before, after = business_seconds(calendar, first, middle), business_seconds(calendar, middle, last)
    assert before + after == business_seconds(calendar, first, last)
    assert before >= 0
    assert after >= 0


@given(calendars, positions, positions)
def test_intervals_hold_exactly_the_open_moments(calendar: Calendar, one: float, two: float) -> None:
    first, last = (at(calendar, minutes) for minutes in sorted((one, two)))
    stretches = open_intervals(calendar, first, last)
    assert sum((b - a).total_seconds() for a, b in stretches) == business_seconds(calendar, first, last)
    for opens, closes in stretches:
        assert calendar.is_open(opens)
        assert next_opening(calendar, opens) == opens
        assert closes == last or not calendar.is_open(closes)


@given(calendars.filter(lambda calendar: any(map(any, calendar.weekly.values()))), positions, st.integers(1, 400_000))
def test_adding_is_the_inverse_of_counting(calendar: Calendar, start: float, seconds: int) -> None:
    first = at(calendar, start)
    last = calendar.add(first, seconds)
    assert business_seconds(calendar, first, last) == seconds
    assert business_seconds(calendar, first, last - timedelta(seconds=1)) < seconds
    assert calendar.add(first, seconds + 1) > last
