"""When people are at work, and when things happen: by hours, weekdays, holidays, months and years."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

import holidays

from septet.lib.calendars import Calendar
from septet.lib.moments import microseconds, moment

DAYS = 425
MINUTE = 60_000_000
# How much is reported in each hour of a day, and on each day of a week beginning with Monday.
BY_HOUR = (0, 0, 0, 0, 0, 1, 3, 22, 46, 52, 48, 42, 26, 36, 42, 38, 30, 14, 4, 2, 1, 1, 0, 0)
BY_WEEKDAY = (124, 108, 100, 98, 84, 4, 3)
ON_HOLIDAYS = 0.04
# People sit at their books then, and everything is slow.
AT_THE_TURN_OF_MONTHS, FIRST_DAYS, LAST_DAYS = 1.35, 3, 27
# By month: quieter in summer and around Christmas.
BY_MONTH = (1.10, 1.04, 1.02, 0.98, 0.97, 0.95, 0.82, 0.84, 1.03, 1.06, 1.05, 0.86)


# The closing of the year, in which nothing is changed: month and day of its first and of its last day.
FROZEN = ((12, 18), (1, 5))


@dataclass(frozen=True, slots=True)
class Place:
    """Where people work: its zone, its public holidays (country and region), its share of all people."""

    key: str
    zone: str
    country: str
    region: str
    share: float


PLACES = (
    Place("bremen", "Europe/Berlin", "DE", "HB", 0.46),
    Place("leeds", "Europe/London", "GB", "ENG", 0.24),
    Place("porto", "Europe/Lisbon", "PT", "", 0.18),
    Place("halifax", "America/Halifax", "CA", "NS", 0.12),
)
BY_KEY = {one.key: one for one in PLACES}


@cache
def free_days(place: str) -> frozenset[date]:
    """The public holidays of a place in the years around now."""
    one, year = BY_KEY[place], datetime.now(UTC).year
    found = holidays.country_holidays(one.country, subdiv=one.region or None, years=range(year - 3, year + 2))
    return frozenset(found)


def is_frozen(day: date) -> bool:
    """Whether a day lies in the closing of the year."""
    first, last = FROZEN
    return (day.month, day.day) >= first or (day.month, day.day) <= last


def outside_closing(at: datetime, now: datetime) -> datetime:
    """A moment as it is, or else so many weeks away that it lies outside the closing of the year: earlier if it is
    past, later if it is to come."""
    while is_frozen(at.date()):
        at += timedelta(weeks=1 if at > now else -1)
    return at


def hours_of(place: str, away: Iterable[date] = (), opens: time = time(8), closes: time = time(18)) -> Calendar:
    """When somebody at a place is at work, but for the days on which they are away."""
    weekly = dict.fromkeys(range(5), ((opens, closes),))
    return Calendar(BY_KEY[place].zone, weekly, frozenset(free_days(place)) | frozenset(away))


@cache
def usual_hours(place: str) -> Calendar:
    """When people at a place are at work who are not away."""
    return hours_of(place)


def after(hours: Calendar, at: datetime, minutes: float) -> datetime:
    """The moment after so many minutes of somebody's working time; always one at which they are at work."""
    begun = hours.opening(microseconds(at))
    assert begun is not None
    reached = hours.reached(begun, round(minutes * MINUTE))
    assert reached is not None
    # Who would be done at the very end of a day finishes in the next morning.
    found = hours.opening(reached)
    assert found is not None
    return moment(found)


class Openings:
    """Draws the moments at which people at a place report something, as their days and hours have it."""

    def __init__(self, chance: Random, now: datetime) -> None:
        self.chance, self.now = chance, now
        self._hours = list(accumulate(BY_HOUR))
        self._days: dict[str, tuple[list[date], list[float]]] = {}

    def at(self, place: str, since: float = DAYS, until: float = 0) -> datetime:
        """A moment between so many days ago and so many days ago."""
        days, sums = self._known(place)
        zone, first, last = ZoneInfo(BY_KEY[place].zone), days[0], len(days) - 1
        low = max(0, ((self.now - timedelta(days=since)).date() - first).days)
        high = min(last, ((self.now - timedelta(days=until)).date() - first).days)
        below = sums[low - 1] if low else 0.0
        while True:
            day = days[bisect_right(sums, below + self.chance.random() * (sums[high] - below), 0, last)]
            hour = bisect_right(self._hours, self.chance.random() * self._hours[-1])
            clock = time(hour, self.chance.randrange(60), self.chance.randrange(60))
            found = datetime.combine(day, clock, zone).astimezone(UTC)
            if found <= self.now - timedelta(minutes=3):
                return found
            high = max(low, high - (day == days[high] and self.chance.random() < 0.2))

    def _known(self, place: str) -> tuple[list[date], list[float]]:
        if place not in self._days:
            first, free = (self.now - timedelta(days=DAYS)).date(), free_days(place)
            days = [first + timedelta(days=number) for number in range(DAYS + 1)]
            self._days[place] = days, list(accumulate(_weight(day, free) for day in days))
        return self._days[place]


def _weight(day: date, free: frozenset[date]) -> float:
    busy = AT_THE_TURN_OF_MONTHS if day.day <= FIRST_DAYS or day.day > LAST_DAYS else 1.0
    return BY_WEEKDAY[day.weekday()] * BY_MONTH[day.month - 1] * busy * (ON_HOLIDAYS if day in free else 1.0)


class Decks:
    """Chooses among pieces of text: each once before any comes again, in an order of chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._decks: dict[int, tuple[Sequence[str], list[str]]] = {}

    def draw(self, pieces: Sequence[str]) -> str:
        """The next piece of these."""
        if len(pieces) == 1:
            return pieces[0]
        _, deck = self._decks.setdefault(id(pieces), (pieces, []))
        if not deck:
            deck += self.chance.sample(pieces, len(pieces))
        return deck.pop()


def first_at_work(people: Sequence[str], hours: Callable[[str], Calendar], at: datetime) -> tuple[str, datetime]:
    """Who of some people comes to work first from a moment on, and when."""
    begun = [(hours(one).opening(microseconds(at)), one) for one in people]
    found, who = min((when, one) for when, one in begun if when is not None)
    return who, moment(found)
