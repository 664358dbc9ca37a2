"""The clocks of a record, for every surface."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.clocks.explain import ClockShown, explained
from septet.kernel.errors import Invalid
from septet.kernel.fields import Text
from septet.kernel.models import Record
from septet.kernel.readings import reading
from septet.lib.moments import parse_moment


@reading(Record, examples=[{}, {"as_of": "2035-01-01"}])
def clocks(record: Record, actor: Actor, *, as_of: Text = "", known_at: Text = "") -> list[ClockShown]:
    """Say how much of what was promised is used, when the record is due, and why, interval by interval."""
    times = {}
    for name, text in (("as_of", as_of), ("known_at", known_at)):
        try:
            times[name] = parse_moment(text, ZoneInfo(actor.zone), timezone.now()) if text else None
        except ValueError as error:
            raise Invalid(fields={name: str(error)}) from None
    return explained(record, actor, times["as_of"], times["known_at"])
