"""Business calendars: when somebody is at work, and how much working time lies between two moments."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from septet.lib.intervals import union
from septet.lib.moments import FIRST_YEAR, LAST_YEAR, microseconds, moment
from septet.lib.walltime import instant

Hours = Sequence[tuple[time, time]]

_DAY = timedelta(days=1)


class Timetable(Protocol):
    """What can be asked about open time. Moments and lengths are whole microseconds, moments those since 1970."""

    def passed(self, start: int, end: int) -> int:
        """How long it is open between two moments, of which the second is not the earlier one."""

    def reached(self, start: int, length: int) -> int | None:
        """The first moment at which it was open for so long since `start`; None if it never is."""

    def opening(self, at: int) -> int | None:
        """The first moment from `at` on, itself included, at which it is open; None if it stays closed."""

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of open time between two moments, in order, cut at both."""


@dataclass(frozen=True)
class Calendar:
    """Opening hours by local wall time in a zone, in force for the years 1900 to 2199; a `Timetable`.

    `weekly` has the hours of each weekday (0 is Monday), `closed` the dates without any, and `exceptions` the dates
    with hours of their own, which go before both. Hours that close at or before their opening time close on the next
    day, so midnight to midnight is the whole day; they belong to the day on which they open. When clocks go forward,
    a boundary in the skipped hour moves to the moment of the change; when they go back, a boundary in the doubled
    hour is its first occurrence. What is counted is always time that really passed.

    Moments must carry a zone; answers are in UTC. A naive moment or one outside those years raises ValueError.
    """

    zone: str
    weekly: Mapping[int, Hours]
    closed: Collection[date] = frozenset()
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    _years: dict[int, "_Year"] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"There is no time zone {self.zone!r}.") from error
        if strange := set(self.weekly) - set(range(7)):
            raise ValueError(f"Weekdays go from 0 (Monday) to 6 (Sunday), not {min(strange)}.")
        object.__setattr__(self, "closed", frozenset(self.closed))

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at a moment; at the moment of closing it is not."""
        count = microseconds(at)
        year = self._year(_year_of(count))
        index = bisect_right(year.starts, count) - 1
        return index >= 0 and count < year.ends[index]

    def opens_on(self, day: date) -> bool:
        """Whether any hours begin on a local date."""
        return any(True for _ in self._hours(day))

    def add(self, start: datetime, seconds: float) -> datetime:
        """The first moment at which so many open seconds have passed since `start`.

        That may be a moment of closing; with 0 seconds it is `start` itself. Raises ValueError when `seconds` is
        negative or the calendar never opens for so long.
        """
        if seconds < 0:
            raise ValueError(f"Cannot go back by {-seconds} seconds of opening time.")
        found = self.reached(microseconds(start), round(seconds * 1_000_000))
        if found is None:
            raise ValueError(f"The calendar is not open for {seconds:g} seconds from {start} until {LAST_YEAR}.")
        return moment(found)

    def usual_day(self) -> int | None:
        """How many seconds it is open on each weekday that has hours; None if they differ or there is none."""
        lengths = {sum(_length(opens, closes) for opens, closes in hours) for hours in self.weekly.values() if hours}
        return lengths.pop() if len(lengths) == 1 else None

    def passed(self, start: int, end: int) -> int:
        """How long it is open between two moments, of which the second is not the earlier one."""
        first, last = _year_of(start), _year_of(end)
        whole = sum(self._year(number).total for number in range(first, last))
        return whole + self._year(last).until(end) - self._year(first).until(start)

    def reached(self, start: int, length: int) -> int | None:
        """The first moment at which it was open for so long since `start`; None if it never is."""
        if length <= 0:
            return start
        first = _year_of(start)
        wanted = self._year(first).until(start) + length
        for number in range(first, LAST_YEAR + 1):
            year = self._year(number)
            if wanted <= year.total:
                index = bisect_left(year.before, wanted) - 1
                return year.starts[index] + wanted - year.before[index]
            wanted -= year.total
        return None

    def opening(self, at: int) -> int | None:
        """The first moment from `at` on, itself included, at which it is open; None if it stays closed."""
        for number in range(_year_of(at), LAST_YEAR + 1):
            year = self._year(number)
            index = bisect_right(year.ends, at)
            if index < len(year.starts):
                return max(at, year.starts[index])
        return None

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of open time between two moments, in order, cut at both."""
        found: list[tuple[int, int]] = []
        for number in range(_year_of(start), _year_of(end) + 1):
            year = self._year(number)
            low, high = bisect_right(year.ends, start), bisect_left(year.starts, end)
            found += [(max(year.starts[i], start), min(year.ends[i], end)) for i in range(low, high)]
        return union(found)

    def _year(self, number: int) -> "_Year":
        if number not in self._years:
            if not FIRST_YEAR <= number <= LAST_YEAR:
                raise ValueError(f"Calendars know the years {FIRST_YEAR} to {LAST_YEAR}, not {number}.")
            self._years[number] = _Year(self._stretches(number))
        return self._years[number]

    def _stretches(self, number: int) -> list[tuple[int, int]]:
        """The open time of one UTC year; the days around it matter because of zones and hours over midnight."""
        first = microseconds(datetime(number, 1, 1, tzinfo=UTC))
        last = microseconds(datetime(number + 1, 1, 1, tzinfo=UTC))
        days = (date(number, 1, 1) + index * _DAY for index in range(-3, 369))
        whole = union(stretch for day in days for stretch in self._hours(day))
        return [(max(start, first), min(end, last)) for start, end in whole if start < last and end > first]

    def _hours(self, day: date) -> Iterator[tuple[int, int]]:
        hours = self.exceptions.get(day)
        if hours is None:
            hours = () if day in self.closed else self.weekly.get(day.weekday(), ())
        zone = ZoneInfo(self.zone)
        for opens, closes in hours:
            start = datetime.combine(day, opens)
            end = datetime.combine(day if opens < closes else day + _DAY, closes)
            yield microseconds(instant(start, zone)), microseconds(instant(end, zone))


class _Year:
    """The open stretches of a UTC year in microseconds since 1970, with the open time before each."""

    def __init__(self, stretches: Sequence[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in stretches]
        self.ends = [end for _, end in stretches]
        *self.before, self.total = accumulate((end - start for start, end in stretches), initial=0)

    def until(self, at: int) -> int:
        """The open time from new year to a moment of the year."""
        index = bisect_right(self.starts, at) - 1
        return self.before[index] + min(at, self.ends[index]) - self.starts[index] if index >= 0 else 0


@dataclass(frozen=True)
class Succession:
    """Timetables that follow each other, each in force from its moment until the next one's; a `Timetable`.

    The first also holds for the time before its own moment.
    """

    since: tuple[int, ...]
    tables: tuple[Timetable, ...]

    def passed(self, start: int, end: int) -> int:
        """How long it is open between two moments, of which the second is not the earlier one."""
        return sum(table.passed(first, last) for table, first, last in self._between(start, end))

    def reached(self, start: int, length: int) -> int | None:
        """The first moment at which it was open for so long since `start`; None if it never is."""
        for index in range(self._at(start), len(self.tables)):
            found = self.tables[index].reached(start, length)
            if index + 1 == len(self.tables) or (found is not None and found <= self.since[index + 1]):
                return found
            length -= self.tables[index].passed(start, self.since[index + 1])
            start = self.since[index + 1]
        return None

    def opening(self, at: int) -> int | None:
        """The first moment from `at` on, itself included, at which it is open; None if it stays closed."""
        for index in range(self._at(at), len(self.tables)):
            found = self.tables[index].opening(at)
            if index + 1 == len(self.tables) or (found is not None and found < self.since[index + 1]):
                return found
            at = self.since[index + 1]
        return None

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of open time between two moments, in order, cut at both."""
        return union(piece for table, a, b in self._between(start, end) for piece in table.pieces(a, b))

    def _at(self, moment: int) -> int:
        return max(0, bisect_right(self.since, moment) - 1)

    def _between(self, start: int, end: int) -> Iterator[tuple[Timetable, int, int]]:
        for index in range(self._at(start), len(self.tables)):
            last = end if index + 1 == len(self.tables) else min(end, self.since[index + 1])
            if start < last:
                yield self.tables[index], start, last
            start = max(start, last)


def _length(opens: time, closes: time) -> int:
    start, end = datetime.combine(date.min, opens), datetime.combine(date.min, closes)
    return ((end if opens < closes else end + _DAY) - start) // timedelta(seconds=1)


_NEW_YEARS = [microseconds(datetime(number, 1, 1, tzinfo=UTC)) for number in range(FIRST_YEAR, LAST_YEAR + 2)]


def _year_of(count: int) -> int:
    place = bisect_right(_NEW_YEARS, count)
    return FIRST_YEAR + place - 1 if 0 < place < len(_NEW_YEARS) else moment(count).year


ALWAYS = Calendar("UTC", {weekday: [(time(), time())] for weekday in range(7)})
