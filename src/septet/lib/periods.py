"""Days, weeks, months, quarters, years and stretches of so many days, as the clocks of a zone divide time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from septet.lib.walltime import instant

DAY = timedelta(days=1)
LONGEST_ROLLING = 731
_NAME = re.compile(r"(\d{4})(?:-(?:W(\d{2})|Q([1-4])|(\d{2})(?:-(\d{2}))?))?")


class Rhythm(StrEnum):
    """How periods follow each other: a new one each day that looks so many days back, or those of the calendar."""

    ROLLING = "rolling"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Its days in order."""
        return (self.first + timedelta(days=n) for n in range(self.length))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that follow each other, from a moment to before another one. `offset` is what the zone's clocks are ahead
    of UTC all the while; None where they change, and then it is a single day."""

    first: date
    last: date
    start: datetime
    end: datetime
    offset: int | None


@lru_cache(maxsize=16_384)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a day begins in a zone; the day before ends then."""
    return instant(datetime.combine(day, time()), zone)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day on which a moment lies in a zone."""
    return at.astimezone(zone).date()


def stretches(days: list[date], zone: ZoneInfo, longest: int = 31) -> Iterator[Stretch]:
    """The given days, in order, in stretches of at most `longest` in which the zone's clocks are not changed."""
    placed = [(day - timedelta(days=place), _offset(day, zone), day) for place, day in enumerate(sorted(set(days)))]
    for (_, offset), found in groupby(placed, key=itemgetter(0, 1)):
        run = [day for *_, day in found]
        step = longest if offset is not None else 1
        for some in (run[n : n + step] for n in range(0, len(run), step)):
            yield Stretch(some[0], some[-1], day_start(some[0], zone), day_start(some[-1] + DAY, zone), offset)


def _offset(day: date, zone: ZoneInfo) -> int | None:
    """What the clocks are ahead of UTC, in seconds, during a whole day; None if they change during it."""
    ends = day_start(day, zone), day_start(day + DAY, zone) - timedelta(microseconds=1)
    offsets = [end.astimezone(zone).utcoffset() or timedelta() for end in ends]
    return int(offsets[0].total_seconds()) if offsets[0] == offsets[1] else None


def period_with(day: date, rhythm: str, length: int = 30) -> Period:
    """The period that holds a day; the rolling one that ends with it. `length` is that of a rolling period in days."""
    match Rhythm(rhythm):
        case Rhythm.ROLLING:
            return Period(day - timedelta(days=length - 1), day)
        case Rhythm.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6))
        case Rhythm.MONTH:
            return _months(day.year, day.month, 1)
        case Rhythm.QUARTER:
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
        case Rhythm.YEAR:
            return _months(day.year, 1, 12)


def _months(year: int, month: int, count: int) -> Period:
    after = month + count
    following = date(year + (after - 1) // 12, (after - 1) % 12 + 1, 1)
    return Period(date(year, month, 1), following - DAY)


def before(period: Period, rhythm: str) -> Period:
    """The period before one; of rolling periods the one that ends a day earlier."""
    end = period.last - DAY if rhythm == Rhythm.ROLLING else period.first - DAY
    return period_with(end, rhythm, period.length)


def name_of(period: Period, rhythm: str) -> str:
    """How a period is written: `2026-W41`, `2026-10`, `2026-Q4`, `2026`; a rolling one by its last day."""
    day = period.first
    match Rhythm(rhythm):
        case Rhythm.ROLLING:
            return period.last.isoformat()
        case Rhythm.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Rhythm.MONTH:
            return f"{day:%Y-%m}"
        case Rhythm.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Rhythm.YEAR:
            return f"{day.year}"


def read_period(text: str, rhythm: str, length: int = 30) -> Period:
    """The period of a rhythm that a name means: one of its own (`name_of`), or any day in it.

    Raises ValueError with a sentence for the user.
    """
    found = _NAME.fullmatch(text.strip().upper())
    try:
        if found is None:
            raise ValueError
        year, week, quarter, month, day = (int(part) if part else 0 for part in found.groups())
        if day:
            return period_with(date(year, month, day), rhythm, length)
        if week:
            own, start = Rhythm.WEEK, date.fromisocalendar(year, week, 1)
        elif quarter or month:
            own = Rhythm.QUARTER if quarter else Rhythm.MONTH
            start = date(year, quarter * 3 - 2 if quarter else month, 1)
        else:
            own, start = Rhythm.YEAR, date(year, 1, 1)
        if own != rhythm:
            raise ValueError
        return period_with(start, rhythm)
    except ValueError:
        shape = {"week": "2026-W41", "month": "2026-10", "quarter": "2026-Q4", "year": "2026"}.get(rhythm)
        usual = f"{shape}, or a day in it such as 2026-10-05" if shape else "its last day, such as 2026-10-05"
        raise ValueError(f"{text[:40]!r} names no period here; write {usual}.") from None
