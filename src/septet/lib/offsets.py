"""Times told from an event: `T-5d`, `T0`, `T+1h`, `T+3wd`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from septet.lib.calendars import Calendar
from septet.lib.walltime import instant

_WRITTEN = re.compile(r"T(?:0|([+-])\s?(\d{1,6})\s?(min|h|d|w|wd))?", re.IGNORECASE)
_LENGTHS = {
    "min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1),
}  # fmt: skip
_DAY = timedelta(days=1)
FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Offset:
    """A distance from an event: so many of a unit, before it if negative; the units are min, h, d, w and wd (working
    days)."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"T{self.count:+d}{self.unit}" if self.count else "T0"

    def of(self, event: datetime, calendar: Calendar | None = None) -> datetime:
        """The moment at this distance from an event.

        With a calendar, days and weeks go by its zone and keep the time that its clocks show; without one a day has
        24 hours. A working day is one on which the calendar opens; `T+1wd` lies on the first after the day of the
        event. Raises ValueError for working days without a calendar, or with one that does not open so often.
        """
        if calendar is None or self.unit in ("min", "h") or not self.count:
            if self.unit == "wd" and self.count:
                raise ValueError("Working days need a business calendar.")
            return event + self.count * _LENGTHS.get(self.unit, _DAY)
        zone = ZoneInfo(calendar.zone)
        wall = event.astimezone(zone).replace(tzinfo=None)
        moved = self._working(wall, calendar) if self.unit == "wd" else wall + self.count * _LENGTHS[self.unit]
        return instant(moved, zone)

    def _working(self, wall: datetime, calendar: Calendar) -> datetime:
        step = _DAY if self.count > 0 else -_DAY
        moved, left = wall, abs(self.count)
        while left:
            moved += step
            left -= calendar.opens_on(moved.date())
            if abs(moved - wall) > FARTHEST:
                raise ValueError(f"The calendar is not open on {abs(self.count)} days within ten years of the event.")
        return moved


def parse_offset(text: str) -> Offset:
    """The distance that a text such as `T-5d` means. Raises ValueError with a sentence for the user."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        raise ValueError(f"{shown!r} is no distance from the event; write T0, T-5d, T+1h, T+2w or T+3wd.")
    if found[2] is None:
        return Offset(0, "min")
    unit = found[3].lower()
    offset = Offset(int(found[1] + found[2]), unit)
    if abs(offset.count) * _LENGTHS.get(unit, _DAY) > FARTHEST:
        raise ValueError("Stay within ten years of the event.")
    return offset
