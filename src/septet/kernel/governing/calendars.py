"""From calendar records to the arithmetic of lib."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django.utils.translation import gettext

from septet.kernel.errors import Invalid
from septet.kernel.governing.models import BusinessCalendar
from septet.kernel.governing.zones import check_zone
from septet.lib.calendars import Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_YEARS = range(2000, 2051)


def read_calendar(record: BusinessCalendar) -> Calendar:
    """The calendar that a record describes. Raises Invalid with the field and what is wrong in it."""
    return calendar_of({name: getattr(record, name) for name in ("zone", "weekly", "holidays_of", "exceptions")})


def days_off(record: BusinessCalendar, since: date, until: date) -> dict[date, str]:
    """The public holidays and the single days on which it is closed, from one day up to another, each with its name."""
    named = holidays_of(record.holidays_of, range(since.year, until.year + 1))
    for text, intervals in record.exceptions.items():
        day = date.fromisoformat(text)
        if intervals:
            named.pop(day, None)
        else:
            named.setdefault(day, gettext("Closed"))
    return {day: name for day, name in sorted(named.items()) if since <= day < until}


def calendar_of(values: Mapping[str, Any]) -> Calendar:
    """The calendar that values of a record describe. Raises Invalid with the field and what is wrong in it."""
    check_zone(values["zone"])
    weekly = {}
    for day, intervals in values["weekly"].items():
        if day not in WEEKDAYS:
            raise Invalid(fields={"weekly": f"There is no weekday {day!r}; write {', '.join(WEEKDAYS)}."})
        weekly[WEEKDAYS.index(day)] = _intervals("weekly", intervals)
    exceptions = {}
    for text, intervals in values["exceptions"].items():
        try:
            exceptions[date.fromisoformat(text)] = _intervals("exceptions", intervals)
        except ValueError:
            raise Invalid(fields={"exceptions": f"{text!r} is no date; write 2026-12-24."}) from None
    closed = frozenset(holidays_of(values["holidays_of"], HOLIDAY_YEARS))
    return Calendar(zone=values["zone"], weekly=weekly, closed=closed, exceptions=exceptions)


def _intervals(field: str, given: object) -> list[tuple[time, time]]:
    try:
        return [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in given]  # type: ignore[attr-defined]  # JSON
    except (TypeError, ValueError):
        raise Invalid(fields={field: 'Write intervals as [["08:00", "12:00"], ["13:00", "17:00"]].'}) from None


def holidays_of(place: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of a country or a region of it, such as DE-BY, by day, with their names. Raises Invalid."""
    if not place:
        return {}
    import holidays  # half of all other loading together, and most commands need no holiday

    country, _, region = place.partition("-")
    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=years, language="en_US"))
    except (NotImplementedError, KeyError):
        raise Invalid(fields={"holidays_of": f"No holidays are known for {place!r}; write DE or DE-BY."}) from None


def holiday_places() -> dict[str, list[str]]:
    """Every country of which holidays are known, by its code, with the codes of its regions."""
    import holidays

    return holidays.list_supported_countries(include_aliases=False)
