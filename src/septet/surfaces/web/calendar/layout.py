"""Where events stand in a month, in a week and in a list of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_interval, format_skeleton, format_time
from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel.calendar.events import CalendarEvent
from septet.kernel.registry import registry
from septet.surfaces.web.locales import locale

DAY = timedelta(days=1)
# So many events one above the other has a week of a month, so many beside each other a day of a week.
LANES, BESIDE = 8, 4
MINUTES_A_ROW = 30
# So many rows takes what is short, so that it can be read.
LEAST_ROWS = 2
ROWS = 24 * 60 // MINUTES_A_ROW


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it is written: the days on which it begins and ends; at what time it begins, and ends if that is on
    the same day; and all of it together."""

    event: CalendarEvent
    starts_at: datetime
    ends_at: datetime
    first: date
    last: date
    begins: str
    ends: str
    when: str
    look: str

    @property
    def is_long(self) -> bool:
        """Whether it fills whole days."""
        return self.ends_at - self.starts_at >= DAY


@dataclass(frozen=True, slots=True)
class Bar:
    """An event in a week: in which column of it it begins, and how many days of it it takes."""

    shown: Shown
    column: int
    days: int
    goes_on_before: bool
    goes_on_after: bool


@dataclass(frozen=True, slots=True)
class Block:
    """An event in a day: from which row to which, in which lane. Rows are written with two digits."""

    shown: Shown
    top: str
    bottom: str
    lane: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day, with why it is special; `more` events have no room."""

    day: date
    name: str
    label: str
    is_today: bool
    is_outside: bool
    is_free: bool
    is_frozen: bool
    holiday: str
    more: int
    blocks: tuple[Block, ...] = ()
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days and the events above them."""

    number: int
    days: tuple[Day, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """What is known of days, whichever events they hold: which is today, which month is meant, which are free."""

    today: date
    month: int
    holidays: dict[date, str]
    weekend: frozenset[int]

    def day(
        self, one: date, events: Iterable[Shown], more: int = 0, blocks: tuple[Block, ...] = (), lanes: int = 1
    ) -> Day:
        """A day with what it holds."""
        frozen = any(each.event.forbids and each.first <= one <= each.last for each in events)
        return Day(
            one,
            name=str(format_skeleton("EEEd", one, locale=locale())),
            label=str(format_date(one, "full", locale=locale())),
            is_today=one == self.today,
            is_outside=bool(self.month) and one.month != self.month,
            is_free=one in self.holidays or one.weekday() in self.weekend,
            is_frozen=frozen,
            holiday=self.holidays.get(one, ""),
            more=more,
            blocks=blocks,
            lanes=lanes,
        )


def shown(event: CalendarEvent) -> Shown:
    """An event in the reader's zone and form."""
    starts = timezone.localtime(event.starts_at)
    ends = timezone.localtime(event.ends_at or event.starts_at)
    first, last = starts.date(), ends.date()
    if event.ends_at is not None and ends.time() == time() and last > first:
        last -= DAY
    return Shown(event, starts, ends, first, last, *_in_words(starts, ends, first, last), _look(event))


def _in_words(starts: datetime, ends: datetime, first: date, last: date) -> tuple[str, str, str]:
    begin, end = (str(format_time(at, "short", tzinfo=at.tzinfo, locale=locale())) for at in (starts, ends))
    day = str(format_skeleton("MMMEd", first, locale=locale()))
    if starts == ends:
        return begin, "", f"{day}, {begin}"
    if first == last:
        if starts.time() == time() and ends.time() == time():
            return _("all day"), "", f"{day}, {_('all day')}"
        return begin, end, f"{day}, {begin}–{end}"
    until = str(format_skeleton("MMMEd", ends.date(), locale=locale()))
    return begin, "", f"{day}, {begin} – {until}, {end}"


def _look(event: CalendarEvent) -> str:
    state = registry.types[event.kind].states.by_key.get(event.state)
    marks = {
        "governs": event.governs,
        "forbids": event.forbids,
        "tentative": event.standing == "tentative",
        "clashes": bool(event.conflicts),
        "over": state is not None and state.final,
    }
    return " ".join(("event", *(name for name, holds in marks.items() if holds)))


def month(events: Sequence[Shown], first: date, until: date, days: Days) -> list[Week]:
    """The weeks of a month, each with its events as bars."""
    return [_week(events, first + DAY * place, days) for place in range(0, (until - first).days, 7)]


def _week(events: Sequence[Shown], first: date, days: Days) -> Week:
    held, hidden = _bars(events, first)
    week = tuple(days.day(one, events, more=hidden[place]) for place, one in enumerate(_seven(first)))
    return Week(first.isocalendar().week, week, tuple(held))


def week(events: Sequence[Shown], first: date, days: Days) -> Week:
    """A week: what fills whole days as bars, everything else at its time."""
    held, hidden = _bars([one for one in events if one.is_long], first)
    found = []
    for place, one in enumerate(_seven(first)):
        blocks, lanes, more = _blocks([each for each in events if not each.is_long], one)
        found.append(days.day(one, events, more=more + hidden[place], blocks=tuple(blocks), lanes=lanes))
    return Week(first.isocalendar().week, tuple(found), tuple(held))


def _seven(first: date) -> list[date]:
    return [first + DAY * place for place in range(7)]


def _bars(events: Sequence[Shown], first: date) -> tuple[list[Bar], list[int]]:
    """The bars of a week, the longest first, and how many of each day have no room."""
    last = first + 6 * DAY
    here = [one for one in events if one.first <= last and one.last >= first]
    here.sort(key=lambda one: (max(one.first, first), one.first - one.last, not one.event.governs, one.starts_at))
    lanes: list[set[int]] = []
    bars, hidden = [], [0] * 7
    for one in here:
        begins, ends = max(one.first, first), min(one.last, last)
        taken = set(range((begins - first).days, (ends - first).days + 1))
        place = next((place for place, lane in enumerate(lanes) if not lane & taken), len(lanes))
        if place == len(lanes):
            lanes.append(set())
        lanes[place] |= taken
        if place < LANES:
            bars.append(Bar(one, (begins - first).days + 1, len(taken), one.first < first, one.last > last))
        else:
            for day in taken:
                hidden[day] += 1
    return bars, hidden


def _blocks(events: Sequence[Shown], day: date) -> tuple[list[Block], int, int]:
    """What stands at its time on a day, in how many lanes, and how many more have no room."""
    blocks: list[Block] = []
    free_from: list[int] = []
    more = 0
    for one in events:
        if not one.first <= day <= one.last:
            continue
        top = _row(one.starts_at) if one.first == day else 0
        bottom = min(ROWS, max(top + LEAST_ROWS, _row(one.ends_at, up=True))) if one.ends_at.date() == day else ROWS
        if one.event.governs:
            blocks.append(Block(one, f"{top:02}", f"{bottom:02}", 0))
            continue
        lane = next((place for place, row in enumerate(free_from) if row <= top), len(free_from))
        if lane == BESIDE:
            more += 1
            continue
        free_from[lane : lane + 1] = [bottom]
        blocks.append(Block(one, f"{top:02}", f"{bottom:02}", lane + 1))
    return blocks, max(1, len(free_from)), more


def _row(at: datetime, *, up: bool = False) -> int:
    minutes = at.hour * 60 + at.minute
    return min(ROWS - LEAST_ROWS, minutes // MINUTES_A_ROW) if not up else -(-minutes // MINUTES_A_ROW)


def by_day(events: Sequence[Shown], first: date, until: date, days: Days) -> list[tuple[Day, list[Shown]]]:
    """The days on which something begins, or before which it began; each with its events."""
    groups: dict[date, list[Shown]] = {}
    for one in events:
        groups.setdefault(max(one.first, first), []).append(one)
    return [(days.day(day, events), groups[day]) for day in sorted(groups) if day < until]


def title(view: str, day: date, first: date, until: date) -> str:
    """What is shown, in words: a month, or a week from its first to its last day."""
    if view == "week":
        return str(format_interval(first, until - DAY, "yMMMd", locale=locale()))
    return str(format_skeleton("yMMMM", day, locale=locale()))


def hours() -> list[tuple[str, str]]:
    """The hours of a day, each with its row."""
    form = locale()
    return [
        (f"{hour * 60 // MINUTES_A_ROW:02}", str(format_time(time(hour), "short", locale=form))) for hour in range(24)
    ]
