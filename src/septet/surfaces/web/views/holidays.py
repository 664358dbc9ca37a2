"""The public holidays behind a business calendar: on its page, and while somebody fills in its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from babel.dates import format_date
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.governing.calendars import WEEKDAYS, holiday_places, holidays_of
from septet.kernel.governing.models import BusinessCalendar
from septet.kernel.shapes import SpecialDays, WeeklyHours
from septet.surfaces.web.forms.shaped import sent
from septet.surfaces.web.forms.shaped.hours import as_text
from septet.surfaces.web.locales import locale
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.panels import panel
from septet.surfaces.web.requests import Asked

LONGEST_PLACE = 16
# What of the form of a calendar matters besides.
SHAPES: tuple[tuple[str, Any], ...] = (("exceptions", SpecialDays()), ("weekly", WeeklyHours()))


@dataclass(frozen=True, slots=True)
class Day:
    """A public holiday or an exception: `name` is empty for what is only the latter, `hours` what the exception says,
    `usually_closed` whether that weekday has no hours anyway."""

    day: date
    weekday: str
    name: str
    is_exception: bool
    hours: str
    usually_closed: bool


@require_http_methods(["GET", "HEAD", "POST"])
@page
def preview(request: Asked) -> HttpResponse:
    """The holidays of a country or region this year and the next; sent from the form of a calendar, with its
    exceptions."""
    if not request.actor.is_staff:
        raise NotFound(_("There is no such page, or you may not see it."))
    given = request.POST if request.method == "POST" else request.GET
    place = given.get("holidays_of", "").strip()[: LONGEST_PLACE + 1]
    problem, days = "", []
    try:
        days = days_of(place, *(_read(shape, name, request) for name, shape in SHAPES))
    except Invalid as error:
        problem = " ".join(error.fields.values()) or error.detail
    context = {"place": place, "days": days, "problem": problem, "places": _suggested(place)}
    return show(request, "web/holidays.html", context, status=422 if problem and not request.htmx else 200)


def _suggested(place: str) -> list[str]:
    """Every country, and the regions of the one that is named."""
    known, country = holiday_places(), place.partition("-")[0]
    return [*known, *(f"{country}-{region}" for region in known.get(country, ()))]


def _read(shape: Any, name: str, request: Asked) -> dict[str, Any]:
    """A table of the form as far as it can be read already; what cannot is refused when the form is sent."""
    try:
        found = orjson.loads(sent(shape, name, request.POST) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def days_of(place: str, exceptions: Mapping[str, Any], weekly: Mapping[str, Any]) -> list[Day]:
    """Public holidays and exceptions of this year and the next, in their order. Raises Invalid."""
    this_year = timezone.localdate().year
    years = (this_year, this_year + 1)
    names = holidays_of(place, years)
    differing = {day: hours for text, hours in exceptions.items() if (day := _date(text)) and day.year in years}
    return [
        Day(
            day=day,
            weekday=format_date(day, "EEE", locale=locale()),
            name=names.get(day, ""),
            is_exception=day in differing,
            hours=_hours(differing.get(day)),
            usually_closed=bool(weekly) and not weekly.get(WEEKDAYS[day.weekday()]),
        )
        for day in sorted({*names, *differing})
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hours(intervals: Any) -> str:
    try:
        return as_text(intervals) if intervals else ""
    except (TypeError, ValueError):
        return ""


@panel(BusinessCalendar, "web/holidays_panel.html")
def holidays(record: Any, actor: Actor) -> dict[str, Any] | None:
    """The days on which the calendar differs from its week."""
    days = days_of(record.holidays_of, record.exceptions, record.weekly)
    return {"days": days, "place": record.holidays_of} if days else None
