"""The calendar for every surface."""

from datetime import timedelta
from typing import Annotated

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.calendar.events import CalendarEvents, Wanted, events_between
from septet.kernel.fields import Moment, Text
from septet.kernel.models import Record
from septet.kernel.readings import report
from septet.kernel.registry import Ref

Team = Annotated[Record, Ref("function-team")]
Service = Annotated[Record, Ref("service")]
Anything = Annotated[Record, Ref("*")]
USUAL = timedelta(days=31)


@report(
    verb=None,
    examples=[
        {},
        {"since": "2035-01-01", "until": "2035-02-01", "kinds": "change,window"},
        {"team": "@function-team", "service": "@service", "mine": True},
    ],
)
def calendar(
    actor: Actor,
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    kinds: Text = "",
    team: Team | None = None,
    service: Service | None = None,
    item: Anything | None = None,
    mine: bool = False,
) -> CalendarEvents:
    """List what stands in the calendar between two moments (the next 31 days, if none is given): changes, windows,
    reviews and whatever else has dates, with what is in the way of each."""
    start = since or timezone.now()
    wanted = Wanted(
        start,
        until or start + USUAL,
        tuple(filter(None, (one.strip() for one in kinds.split(",")))),
        team=team,
        service=service,
        item=item,
        mine=mine,
    )
    return events_between(actor, wanted)
