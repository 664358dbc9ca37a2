"""Weekly hours: a row for each day, with what opens and closes on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from septet.kernel.shapes import WeeklyHours
from septet.surfaces.web.forms.shaped.cells import Cells
from septet.surfaces.web.forms.shaped.hours import as_text, from_text, spans
from septet.surfaces.web.locales import locale

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: its name, its hours on a line, and where they stand on a bar of 24 hours."""

    key: str
    label: str
    hours: str
    spans: list[tuple[float, float]]


def asked(shape: WeeklyHours, value: Any) -> list[Day]:
    """The seven days."""
    if set(value) - set(DAYS) or not all(value.values()):
        raise ValueError(value)
    held = [value.get(key, []) for key in DAYS]
    return [
        Day(key, _name(place), as_text(hours), spans(hours))
        for place, (key, hours) in enumerate(zip(DAYS, held, strict=True))
    ]


def _name(place: int) -> str:
    # The first of January 2024 was a Monday.
    return format_date(date(2024, 1, 1 + place), "EEEE", locale=locale())


def sent(shape: WeeklyHours, cells: Cells) -> dict[str, Any]:
    """The hours of the days that have any."""
    found = {key: from_text(" ".join(cells.column(key))) for key in DAYS}
    return {key: hours for key, hours in found.items() if hours}


def words(shape: WeeklyHours, value: Any) -> list[str]:
    """The days that have hours."""
    return [f"{one.label} {one.hours}" for one in asked(shape, value) if one.hours]
