"""What windows govern, for every surface and for calendars."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.fields import Moment
from septet.kernel.governing.windows import INSTANT, Occurrence, occurrences_between
from septet.kernel.models import Record
from septet.kernel.readings import reading, report
from septet.kernel.registry import Ref

Anything = Annotated[Record, Ref("*")]
Purpose = Literal["maintenance", "freeze", "blackout"]
USUAL, LONGEST = timedelta(days=31), timedelta(days=731)


@reading(Record, examples=[{}, {"since": "2035-01-01", "until": "2035-02-01", "purpose": "freeze"}])
def windows(
    record: Record,
    actor: Actor,
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    purpose: Purpose | None = None,
) -> list[Occurrence]:
    """Say which windows govern the record at a moment (now, if none is given) or between two, and why."""
    start = since or timezone.now()
    end = _checked(start, until) if until is not None else start + INSTANT
    return occurrences_between(actor, start, end, purposes=[purpose] if purpose else [], about=record)


@report(kind="window", name="windows", examples=[{}, {"since": "2035-01-01", "purpose": "maintenance"}])
def all_windows(
    actor: Actor,
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    purpose: Purpose | None = None,
    about: Anything | None = None,
) -> list[Occurrence]:
    """List when windows are open between two moments (the next 31 days, if none is given), or those over one record."""
    start = since or timezone.now()
    end = _checked(start, until or start + USUAL)
    return occurrences_between(actor, start, end, purposes=[purpose] if purpose else [], about=about)


def _checked(since: datetime, until: datetime) -> datetime:
    if until <= since:
        raise Invalid(fields={"until": "The end must come after the beginning."})
    if until - since > LONGEST:
        raise Invalid(fields={"until": "Ask for two years at most."})
    return until
