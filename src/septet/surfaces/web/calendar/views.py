"""The page of the calendar."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.actors import Actor
from septet.kernel.calendar.events import CalendarEvent, dated_types, events_between
from septet.kernel.governing.calendars import WEEKDAYS, days_off
from septet.kernel.governing.models import BusinessCalendar
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.surfaces.web.calendar import asked, layout, lines
from septet.surfaces.web.calendar.asked import Look
from septet.surfaces.web.forms import Input
from septet.surfaces.web.locales import locale
from septet.surfaces.web.navigation import CLUSTERS, section_of
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.filters import Chip, address


@require_safe
@page
def calendar(request: Asked) -> HttpResponse:
    """Changes, windows, reviews and whatever else has dates, by month, week or day."""
    today = timezone.localdate()
    look = asked.read(request.GET, request.actor, today)
    found = events_between(request.actor, look.wanted())
    events = [layout.shown(one) for one in found.events]
    first, until = look.days
    hours_kept = _hours(request.actor, look)
    days = layout.Days(
        today,
        look.day.month if look.view == "month" else 0,
        days_off(hours_kept, first, until) if hours_kept is not None else {},
        _weekend(hours_kept),
    )
    context = {
        "look": look,
        "title": layout.title(look.view, look.day, first, until),
        "found": found,
        "events": events,
        "clashes": [one for one in events if one.event.conflicts],
        "weeks": layout.month(events, first, until, days) if look.view == "month" else [],
        "week": layout.week(events, first, days) if look.view == "week" else None,
        "groups": layout.by_day(events, first, until, days) if look.view == "list" else [],
        "hours": layout.hours(),
        "iso_weeks": locale().first_week_day == 0,
        "hours_kept": hours_kept,
        "more": [registry.types[kind].label_plural for kind in found.more],
        "types": registry.types,
        "icons": {kind: CLUSTERS[section_of(it)][1] for kind, it in dated_types().items()},
        "kinds": _kinds(request, look, found.events),
        "narrowed": _narrowed(request.GET, look),
        "inputs": inputs(look.named, asked.NAMED),
        "kept": [(name, value) for name in ("view", "date", "kinds") for value in request.GET.getlist(name) if value],
        "line": lines.line,
        "words": lines.words,
        "link": lambda **changes: address(request.GET, **changes),
    }
    return show(request, "web/calendar/calendar.html", context)


def _kinds(request: Asked, look: Look, events: Iterable[CalendarEvent]) -> list[tuple[str, bool, int, str]]:
    """The kinds that can be chosen: name, whether it is shown, how many events, and the address that changes it."""
    counts = Counter(one.kind for one in events)
    on = look.shown_kinds
    found = []
    for it in asked.offered(request.actor):
        others = [kind for kind in on if kind != it.kind] if it.kind in on else [*on, it.kind]
        usual = set(others) == set(asked.usual_kinds())
        href = address(request.GET, kinds=None if usual or not others else ",".join(others))
        found.append((it.label_plural, it.kind in on, counts[it.kind], href))
    return found


def _narrowed(params: QueryDict, look: Look) -> list[Chip]:
    """What the calendar is narrowed to, each with the address without it."""
    labels = {"team": _("Team"), "service": _("Service"), "item": _("Affects")}
    chips = [Chip(labels[name], record.title, address(params, **{name: None})) for name, record in look.filters.items()]
    if look.mine:
        chips.append(Chip(_("Whose"), _("mine and my teams'"), address(params, mine=None)))
    return chips


def inputs(named: Mapping[str, Any], kinds: Mapping[str, str]) -> list[Input]:
    """What the calendar can be narrowed to, as a form asks for it."""
    labels = {
        "team": _("Function team"),
        "service": _("Service"),
        "item": _("What is affected"),
        "calendar": _("Holidays of the calendar"),
    }
    return [
        Input(name, labels[name], "reference", nullable=True, kind=kind, text=str(named.get(name, "")))
        for name, kind in kinds.items()
    ]


def _hours(actor: Actor, look: Look) -> BusinessCalendar | None:
    """The business calendar whose free days are shown: the one that the address names, or one of the reader's zone."""
    rows = visible_to(actor, BusinessCalendar.objects.all(), registry.types["business-calendar"])
    if "calendar" in look.named:
        return rows.filter(pk=look.named["calendar"].pk).first()
    usual = rows.filter(state="in-force", withdrawn_at=None, zone=timezone.get_current_timezone_name())
    return usual.order_by("pk").first()


def _weekend(hours_kept: BusinessCalendar | None) -> frozenset[int]:
    """The weekdays that are free, as that calendar has them, else as the reader's country has."""
    if hours_kept is not None and hours_kept.weekly:
        return frozenset(place for place, name in enumerate(WEEKDAYS) if not hours_kept.weekly.get(name))
    form = locale()
    span = (form.weekend_end - form.weekend_start) % 7
    return frozenset((form.weekend_start + place) % 7 for place in range(span + 1))
