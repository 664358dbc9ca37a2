"""Clocks as tables say, as their properties demand, and as counting minute by minute finds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from septet.lib.calendars import ALWAYS, Calendar, Succession, Timetable
from septet.lib.clocks import Clock, History, Rule, Target, intervals, reckon, stretches
from septet.lib.moments import microseconds, moment
from tests.effort import examples

MINUTE = 60_000_000
HOUR = 60 * MINUTE
RESOLUTION = Rule(
    meeting=frozenset({"resolved", "closed"}), waiting=frozenset({"waiting"}), cancelling=frozenset({"cancelled"})
)
RESPONSE = Rule(
    meeting=frozenset({"working", "waiting", "resolved", "closed"}), cancelling=frozenset({"cancelled"}), once=True
)
OFFICE = Calendar("UTC", {weekday: [(time(8), time(17))] for weekday in range(5)})
MONDAY = microseconds(datetime(2026, 3, 2, tzinfo=UTC))


def at(hours: float, day: int = 0) -> int:
    """A moment of the week that begins on Monday, 2 March 2026."""
    return MONDAY + round((day * 24 + hours) * HOUR)


def history(*states: tuple[float, str]) -> list[tuple[int, str]]:
    """States from hours of that Monday on."""
    return [(at(hours), state) for hours, state in states]


def hours(length: int) -> float:
    return length / HOUR


def shown(found: int | None) -> str:
    return "" if found is None else f"{moment(found):%a %H:%M}"


@pytest.mark.parametrize(
    ("states", "now", "standing", "elapsed", "due", "met", "breached"),
    [
        pytest.param([(9, "new")], 11, "running", 2, "Mon 13:00", "", "", id="it runs from its start"),
        pytest.param([(9, "new")], 9, "running", 0, "Mon 13:00", "", "", id="it just began"),
        pytest.param([(9, "new"), (10, "working")], 13, "running", 4, "Mon 13:00", "", "", id="used up, not missed"),
        pytest.param([(9, "new")], 14, "running", 5, "Mon 13:00", "", "Mon 13:00", id="missed and still running"),
        pytest.param([(9, "new"), (10, "waiting")], 15, "paused", 1, "", "", "", id="a wait pauses it"),
        pytest.param([(9, "new"), (10, "waiting"), (14, "working")], 15, "running", 2, "Mon 17:00", "", "", id="on"),
        pytest.param([(9, "new"), (13, "resolved")], 20, "met", 4, "Mon 13:00", "Mon 13:00", "", id="on the dot"),
        pytest.param(
            [(9, "new"), (13.5, "closed")], 20, "missed", 4.5, "Mon 13:00", "Mon 13:30", "Mon 13:00", id="too late"
        ),
        pytest.param([(9, "new"), (10, "resolved")], 12, "met", 1, "Mon 13:00", "Mon 10:00", "", id="met"),
        pytest.param(
            [(9, "new"), (10, "resolved"), (11, "closed")], 12, "met", 1, "Mon 13:00", "Mon 10:00", "", id="then closed"
        ),
        pytest.param(
            [(9, "new"), (10, "resolved"), (12, "working")], 13, "running", 2, "Mon 15:00", "", "", id="reopened"
        ),
        pytest.param(
            [(9, "new"), (10, "resolved"), (12, "working"), (13, "resolved")],
            20, "met", 2, "Mon 15:00", "Mon 13:00", "", id="resolved again",
        ),
        pytest.param([(9, "new"), (10, "cancelled")], 12, "cancelled", 1, "", "", "", id="no verdict"),
        pytest.param(
            [(9, "new"), (10, "cancelled"), (11, "new")], 12, "running", 2, "Mon 14:00", "", "", id="uncancelled"
        ),
        pytest.param([(15, "new")], 20, "running", 2, "Tue 10:00", "", "", id="over night"),
        pytest.param([(20, "new")], 21, "running", 0, "Tue 12:00", "", "", id="opened in the evening"),
        pytest.param(
            [(9, "new"), (15, "resolved")], 20, "missed", 6, "Mon 13:00", "Mon 15:00", "Mon 13:00", id="missed"
        ),
        pytest.param([(9, "waiting"), (11, "new")], 12, "running", 1, "Mon 15:00", "", "", id="begins with a wait"),
    ],
)  # fmt: skip
def test_resolution_within_four_hours_of_the_office(
    states: Any, now: float, standing: str, elapsed: float, due: str, met: str, breached: str
) -> None:
    target = Target(4 * HOUR, OFFICE)
    found = reckon(history(*states), RESOLUTION, target, at(states[0][0]), at(now))
    assert (found.standing, hours(found.elapsed), shown(found.due), shown(found.met), shown(found.breached)) == (
        standing, elapsed, due, met, breached,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "answered", "now", "standing", "elapsed", "met"),
    [
        ([(9, "new"), (10, "working")], None, 12, "met", 1, "Mon 10:00"),
        ([(9, "new"), (10, "assigned")], None, 11, "running", 2, ""),
        ([(9, "new"), (12, "working")], None, 13, "missed", 3, "Mon 12:00"),
        ([(9, "new"), (10, "working"), (11, "new")], None, 20, "met", 1, "Mon 10:00"),
        ([(9, "new"), (10, "waiting")], None, 12, "met", 1, "Mon 10:00"),
        ([(9, "new"), (12, "working")], 9.5, 13, "met", 0.5, "Mon 09:30"),
        ([(9, "new")], 9.5, 13, "met", 0.5, "Mon 09:30"),
        ([(9, "new")], 9.5, 9.25, "running", 0.25, ""),
        ([(9, "new"), (10, "working")], 11, 13, "met", 1, "Mon 10:00"),
        ([(9, "new"), (9.25, "cancelled")], 9.5, 13, "cancelled", 0.25, ""),
        ([(9, "new")], 8, 13, "met", 0, "Mon 09:00"),
    ],
)
def test_a_response_within_two_hours_stays_given(
    states: Any, answered: float | None, now: float, standing: str, elapsed: float, met: str
) -> None:
    moment_answered = None if answered is None else at(answered)
    found = reckon(history(*states), RESPONSE, Target(2 * HOUR, OFFICE), at(9), at(now), moment_answered)
    assert (found.standing, hours(found.elapsed), shown(found.met)) == (standing, elapsed, met)


def test_thresholds_are_moments_of_the_time_in_which_it_runs() -> None:
    target = Target(4 * HOUR, OFFICE, thresholds=(50, 75))
    states = history((9, "new"), (11.5, "waiting"), (14, "working"))
    paused = reckon(states, RESOLUTION, target, at(9), at(12))
    assert [(percent, shown(one)) for percent, one in paused.marks] == [(50, "Mon 11:00"), (75, ""), (100, "")]
    running = reckon(states, RESOLUTION, target, at(9), at(14))
    assert [shown(one) for _, one in running.marks] == ["Mon 11:00", "Mon 14:30", "Mon 15:30"]


def test_a_target_that_runs_out_with_the_day_is_missed_when_the_next_one_begins() -> None:
    """Whoever resolves it in between has used just the target, and no more."""
    target = Target(9 * HOUR, OFFICE)
    open_all_night = history((8, "new"))
    evening = reckon(open_all_night, RESOLUTION, target, at(8), at(20))
    assert (shown(evening.due), evening.breached, shown(evening.marks[-1][1])) == ("Mon 17:00", None, "Tue 08:00")
    morning = reckon(open_all_night, RESOLUTION, target, at(8), at(33))
    assert (shown(morning.due), shown(morning.breached)) == ("Mon 17:00", "Tue 08:00")
    assert reckon(history((8, "new"), (20, "resolved")), RESOLUTION, target, at(8), at(99)).standing == "met"


def test_what_paused_when_its_time_was_used_up_is_missed_when_it_runs_on() -> None:
    target = Target(HOUR, OFFICE)
    states = history((9, "new"), (10, "waiting"), (12, "working"))
    assert reckon(states, RESOLUTION, target, at(9), at(11.5)).breached is None
    assert shown(reckon(states, RESOLUTION, target, at(9), at(12)).marks[-1][1]) == "Mon 12:00"
    found = reckon(states, RESOLUTION, target, at(9), at(13))
    assert (shown(found.due), shown(found.breached)) == ("Mon 10:00", "Mon 12:00")


def test_a_calendar_that_never_opens_has_no_due_time() -> None:
    found = reckon(history((9, "new")), RESOLUTION, Target(HOUR, Calendar("UTC", {})), at(9), at(99))
    assert (found.standing, found.elapsed, found.due, found.marks[-1]) == ("running", 0, None, (100, None))


def test_every_interval_says_why() -> None:
    states = history((7, "new"), (9, "waiting"), (10, "working"), (16, "resolved"), (18, "working"))
    found = intervals(states, RESOLUTION, Target(4 * HOUR, OFFICE), at(7), at(34))
    told = [(shown(one.since), shown(one.until), one.kind, one.state, hours(one.added)) for one in found]
    assert told == [
        ("Mon 07:00", "Mon 08:00", "outside-hours", "new", 0),
        ("Mon 08:00", "Mon 09:00", "running", "new", 1),
        ("Mon 09:00", "Mon 10:00", "waiting", "waiting", 0),
        ("Mon 10:00", "Mon 16:00", "running", "working", 6),
        ("Mon 16:00", "Mon 18:00", "stopped", "resolved", 0),
        ("Mon 18:00", "Tue 08:00", "outside-hours", "working", 0),
        ("Tue 08:00", "", "running", "working", 2),
    ]
    assert [hours(one.elapsed) for one in found] == [0, 1, 1, 7, 7, 7, 9]


def test_hours_that_change_count_from_their_change_on() -> None:
    longer = Calendar("UTC", {weekday: [(time(8), time(20))] for weekday in range(5)})
    both = Succession((at(0), at(0, 1)), (OFFICE, longer))
    assert hours(both.passed(at(0), at(0, 2))) == 9 + 12
    assert shown(both.reached(at(8), 21 * HOUR)) == "Tue 20:00"
    assert shown(both.reached(at(8), 9 * HOUR)) == "Mon 17:00"
    assert shown(both.opening(at(18))) == "Tue 08:00"
    assert hours(both.passed(at(-72), at(0))) == 9, "the first hours hold for the time before, too"
    assert both.pieces(at(16), at(34)) == [(at(16), at(17)), (at(32), at(34))]


# Histories of some days around a change of clocks, in minutes.

ZONES = {
    "Europe/Berlin": [date(2025, 3, 30), date(2025, 10, 26)],
    "America/New_York": [date(2025, 3, 9), date(2025, 11, 2)],
    "Australia/Lord_Howe": [date(2025, 4, 6), date(2025, 10, 5)],
    "America/Sao_Paulo": [date(2017, 10, 15), date(2018, 2, 18)],
    "Pacific/Apia": [date(2011, 12, 30), date(2012, 4, 1)],
    "Asia/Kolkata": [date(2025, 6, 1)],
}
STATES = ("new", "working", "waiting", "resolved", "cancelled")
LENGTH = 5 * 24 * 60


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, int]:
    """A calendar of a zone, and a moment a little before the clocks change there."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    change = draw(st.sampled_from(ZONES[zone]))
    edges = draw(st.lists(st.integers(0, 95), min_size=2, max_size=4, unique=True).map(sorted))
    spans = [(_time(a), _time(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    weekly = dict.fromkeys(draw(st.sets(st.integers(0, 6), min_size=3)), spans)
    start = datetime.combine(change - timedelta(days=2), time(), ZoneInfo(zone))
    return Calendar(zone, weekly), microseconds(start) // MINUTE * MINUTE


def _time(quarters: int) -> time:
    return time(quarters // 4, quarters % 4 * 15)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, str]]:
    """States by minutes from the start on."""
    minutes = sorted(draw(st.sets(st.integers(1, LENGTH), max_size=6)))
    return [(0, "new"), *((minute, draw(st.sampled_from(STATES))) for minute in minutes)]


def in_time(life: list[tuple[int, str]], start: int) -> list[tuple[int, str]]:
    return [(start + minute * MINUTE, state) for minute, state in life]


def open_minutes(calendar: Calendar, start: int) -> Iterator[bool]:
    """Minute by minute whether it is open, by looking at the clock on the wall; what it showed once is over."""
    zone, shown_so_far = ZoneInfo(calendar.zone), datetime.min  # noqa: DTZ901  a wall clock has no zone
    for minute in range(LENGTH + 1):
        wall = moment(start + minute * MINUTE).astimezone(zone).replace(tzinfo=None)
        shown_so_far = max(shown_so_far, wall)
        day = shown_so_far.date()
        hours = calendar.weekly.get(day.weekday(), ())
        yield any(opens <= shown_so_far.time() < closes for opens, closes in hours)


@settings(max_examples=examples(60))
@given(calendars(), lives(), st.integers(0, LENGTH), st.integers(1, 2000))
def test_a_clock_equals_a_count_minute_by_minute(
    where: tuple[Calendar, int], life: list[tuple[int, str]], now: int, target: int
) -> None:
    calendar, start = where
    elapsed, missed, used_up, state, states = 0, None, None, "", dict(life)
    for minute, is_open in enumerate(open_minutes(calendar, start)):
        if minute > now:
            break
        state = states.get(minute, state)
        if minute == now:
            break
        if is_open and state in {"new", "working"}:
            missed = minute if missed is None and elapsed == target else missed
            elapsed += 1
            used_up = minute + 1 if used_up is None and elapsed == target else used_up
    found = reckon(in_time(life, start), RESOLUTION, Target(target * MINUTE, calendar), start, start + now * MINUTE)
    assert found.elapsed == elapsed * MINUTE
    assert found.breached == (None if missed is None else start + missed * MINUTE)
    if used_up is not None and found.due is not None:
        assert found.due == start + used_up * MINUTE
    verdicts = {"resolved": "missed" if elapsed > target else "met", "waiting": "paused", "cancelled": "cancelled"}
    assert found.standing == verdicts.get(state, "running")


def reckoned(where: tuple[Calendar, int], life: list[tuple[int, str]], now: int, target: int = 600) -> Clock:
    calendar, start = where
    return reckon(in_time(life, start), RESOLUTION, Target(target * MINUTE, calendar), start, start + now * MINUTE)


@given(calendars(), lives(), st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_elapsed_time_never_runs_backwards(
    where: tuple[Calendar, int], life: list[tuple[int, str]], one: int, other: int
) -> None:
    earlier, later = (reckoned(where, life, now) for now in sorted((one, other)))
    assert earlier.elapsed <= later.elapsed
    assert earlier.breached is None or earlier.breached == later.breached


@given(calendars(), st.integers(0, LENGTH), st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_a_pause_never_shortens_the_time_that_remains(
    where: tuple[Calendar, int], one: int, other: int, now: int
) -> None:
    since, until = sorted((one, other))
    paused = [(0, "new"), (since, "waiting"), *([(until, "working")] if until > since else [])]
    without, with_it = reckoned(where, [(0, "new")], now), reckoned(where, paused, now)
    assert with_it.elapsed <= without.elapsed
    if with_it.due is not None and without.due is not None:
        assert with_it.due >= without.due


@given(calendars(), lives(), st.integers(0, LENGTH), st.sets(st.integers(1, LENGTH), max_size=4))
def test_splitting_an_interval_changes_nothing(
    where: tuple[Calendar, int], life: list[tuple[int, str]], now: int, cuts: set[int]
) -> None:
    split = dict(life)
    for cut in sorted(cuts):
        split.setdefault(cut, split[max(minute for minute in split if minute < cut)])
    again = sorted(split.items())
    assert reckoned(where, again, now) == reckoned(where, life, now)
    start = where[1]
    lines = [stretches(in_time(one, start), RESOLUTION, start, start + now * MINUTE) for one in (again, life)]
    assert lines[0] == lines[1]


@given(calendars(), lives(), st.integers(0, LENGTH))
def test_intervals_follow_each_other_and_add_up(
    where: tuple[Calendar, int], life: list[tuple[int, str]], now: int
) -> None:
    calendar, start = where
    end = start + now * MINUTE
    found = intervals(in_time(life, start), RESOLUTION, Target(HOUR, calendar), start, end)
    assert found[0].since == start
    assert all(one.until == other.since for one, other in pairwise(found))
    assert found[-1].until is None
    assert sum(one.added for one in found) == found[-1].elapsed == reckoned(where, life, now, 60).elapsed


@given(calendars(), lives(), st.integers(0, LENGTH), st.integers(1, 3000))
def test_what_is_foretold_comes_true(
    where: tuple[Calendar, int], life: list[tuple[int, str]], now: int, target: int
) -> None:
    """The due time and the marks that a running clock foretells are those at which they are reached."""
    calendar, start = where
    told: History = [one for one in in_time(life, start) if one[0] <= start + now * MINUTE]
    goal = Target(target * MINUTE, calendar)
    found = reckon(told, RESOLUTION, goal, start, start + now * MINUTE)
    if found.standing == "running" and found.due is not None:
        assert reckon(told, RESOLUTION, goal, start, found.due).elapsed == goal.length
        for percent, mark in found.marks[:-1]:
            assert mark is not None
            assert reckon(told, RESOLUTION, goal, start, mark).marks[: len(found.marks) - 1].count((percent, mark)) == 1
        last = found.marks[-1][1]
        if last is not None:
            assert reckon(told, RESOLUTION, goal, start, last).breached in {None, found.breached}
            assert reckon(told, RESOLUTION, goal, start, last + 1).breached == last


def test_everything_is_a_timetable() -> None:
    tables: list[Timetable] = [ALWAYS, OFFICE, Succession((0,), (OFFICE,))]
    assert [hours(one.passed(at(0), at(0, 7))) for one in tables] == [168, 45, 45]
