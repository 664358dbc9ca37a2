from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.windows import occurrences

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2012, 3, 4, 2, 30, tzinfo=AMSTERDAM)
YEAR = (datetime(2012, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC))
TWO_HOURS = timedelta(hours=2)


def starts(rule: str, since: datetime = YEAR[0], until: datetime = YEAR[1]) -> list[str]:
    return [f"{at:%m-%d %H:%M}" for at, _ in occurrences(rule, START, TWO_HOURS, AMSTERDAM, since, until)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", ["03-04 01:30"]),
        ("FREQ=WEEKLY;COUNT=5", ["03-04 01:30", "03-11 01:30", "03-18 01:30", "03-25 01:00", "04-01 00:30"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=1SU;COUNT=2", ["03-04 01:30", "04-01 00:30"]),
        ("freq=daily;until=20120305", ["03-04 01:30", "03-05 01:30"]),
        ("FREQ=DAILY;UNTIL=20120305T013000Z", ["03-04 01:30", "03-05 01:30"]),
        ("FREQ=DAILY;UNTIL=20120305T012959Z", ["03-04 01:30"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", []),
    ],
)
def test_rules(rule: str, expected: list[str]) -> None:
    assert starts(rule) == expected


def test_a_window_that_began_before_and_one_that_ends_after_count_whole() -> None:
    since, until = datetime(2012, 3, 4, 3, tzinfo=UTC), datetime(2012, 3, 6, 1, 31, tzinfo=UTC)
    assert starts("FREQ=DAILY", since, until) == ["03-04 01:30", "03-05 01:30", "03-06 01:30"]
    assert starts("FREQ=DAILY", datetime(2012, 3, 4, 3, 30, tzinfo=UTC), until) == ["03-05 01:30", "03-06 01:30"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("FREQ=DAYLY", "needs FREQ"),
        ("FREQ=MINUTELY", "needs FREQ"),
        ("COUNT=3", "needs FREQ"),
        ("every Sunday", "not understood"),
        ("FREQ=DAILY;BYHOUR=1,2", "not understood"),
        ("FREQ=DAILY;FREQ=WEEKLY", "not understood"),
        ("FREQ=DAILY\nRRULE:FREQ=WEEKLY", "not understood"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL in a rule goes from 1 to 1000, not 0"),
        ("FREQ=DAILY;COUNT=many", "COUNT in a rule is a number"),
        ("FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=31", "never comes true"),
        ("FREQ=WEEKLY;BYDAY=XX", "not understood"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL in a rule looks like"),
    ],
)
def test_wrong_rules_are_refused_with_a_sentence(rule: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        starts(rule)


def test_too_many_windows_and_windows_without_length() -> None:
    with pytest.raises(ValueError, match="More than 10000 windows"):
        starts("FREQ=DAILY", until=datetime(2100, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="longer than nothing"):
        occurrences("", START, timedelta(), AMSTERDAM, *YEAR)


moments = st.integers(0, 400 * 24).map(lambda hours: YEAR[0] + timedelta(hours=hours))


@given(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=DAILY;INTERVAL=3"]),
    st.integers(1, 100),
    moments,
    moments,
)
def test_a_part_of_the_time_shows_the_windows_that_overlap_it(
    rule: str, hours: int, since: datetime, until: datetime
) -> None:
    def ask(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        return occurrences(rule, START, timedelta(hours=hours), AMSTERDAM, since, until)

    whole = ask(YEAR[0], YEAR[0] + timedelta(days=800))
    assert ask(since, until) == [(one, other) for one, other in whole if one < until and other > since]
