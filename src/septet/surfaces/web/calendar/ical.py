"""The calendar as other programs read it: iCalendar, RFC 5545.

It holds what a list shows to everybody who sees the records, and no more: a feed lies with whoever runs the calendar
that reads it. So who is away, and what is restricted to those named, is not in it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from septet.kernel.calendar.events import CalendarEvent, Found
from septet.kernel.models import Confidentiality
from septet.kernel.registry import RecordType
from septet.lib import windows

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Septet//Septet//EN"
REFRESH = timedelta(minutes=15)
MEANS = {"settled": "CONFIRMED", "tentative": "TENTATIVE", "called-off": "CANCELLED"}


def may_be_fed(it: RecordType) -> bool:
    """Whether records of a type may stand in a feed."""
    return not it.about_people


def written(found: Sequence[Found], name: str, around: tuple[date, date]) -> bytes:
    """Events as a calendar file, the same bytes as long as nothing has changed. `around` are the days of which it
    tells when clocks change."""
    from icalendar import Calendar  # a megabyte that only feeds need

    uid = uuid5(NAMESPACE_URL, f"{settings.PUBLIC_URL}/calendar/{name}")
    made = Calendar.new(name=name, prodid=PRODUCT, refresh_interval=REFRESH, uid=uid)
    made.add("x-published-ttl", "PT15M")
    for one in found:
        if may_be_fed(one.it) and one.item.get("confidentiality") != Confidentiality.RESTRICTED:
            made.add_component(_event(one))
    made.add_missing_timezones(*around)
    return bytes(made.to_ical())


def _event(one: Found) -> "Event":
    from icalendar import STATUS, TRANSP, Event

    event, it = one.event, one.it
    changed = datetime.fromisoformat(one.item["updated_at"]).replace(microsecond=0)
    part = f"-{event.part}" if event.part else ""
    made = Event.new(
        uid=f"{event.number}{part}@{urlsplit(settings.PUBLIC_URL).hostname}",
        summary=_summary(event),
        description=_description(one),
        url=f"{settings.PUBLIC_URL}/r/{event.number}/",
        categories=[it.label],
        # Nothing here says whether the reader is free.
        transparency=TRANSP.TRANSPARENT,
        status=STATUS(MEANS[event.standing]),
        # Published, not sent: the stamp is when this was last so.
        stamp=changed,
        last_modified=changed,
        sequence=event.version,
    )
    for name, value in _times(one).items():
        made.add(name, value)
    return made


def _times(one: Found) -> dict[str, Any]:
    """When it is, in UTC; what comes again at the same time of the clock in its own zone, with the rule for it."""
    event, span, item = one.event, one.span, one.item
    lasts = {"duration": event.ends_at - event.starts_at} if event.ends_at is not None else {}
    if span.rule and item[span.rule]:
        from icalendar import vRecur

        closed = item.get("closed_at")
        start, zone = datetime.fromisoformat(item[span.start]), ZoneInfo(item[span.zone] if span.zone else "UTC")
        coming = windows.written(item[span.rule], start, zone, datetime.fromisoformat(closed) if closed else None)
        if coming is not None:
            first, rule = coming
            whole = datetime.fromisoformat(item[span.end]) - start
            return {"dtstart": first, "duration": whole, "rrule": vRecur.from_ical(rule)}
    return {"dtstart": event.starts_at.astimezone(UTC), **lasts}


def _summary(event: CalendarEvent) -> str:
    parts = (event.what, event.title) if event.governs else (f"{event.number} {event.title}", event.what)
    return " · ".join(filter(None, parts))


def _description(one: Found) -> str:
    event = one.event
    lines = [
        f"{one.it.label}: {one.it.states.label(event.state)}",
        _("Service: %(name)s") % {"name": event.service.title} if event.service else "",
        _("Team: %(name)s") % {"name": event.team.title} if event.team else "",
        event.why,
    ]
    return "\n".join(filter(None, lines))
