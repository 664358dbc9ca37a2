"""What follows for clocks when a calendar changes."""

from septet.kernel.clocks.background import reckon_by_calendar
from septet.kernel.fields import moment_text
from septet.kernel.governing.timetables import HOURS
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry
from septet.kernel.reactions import reaction
from septet.kernel.work import enqueue


@reaction("business-calendar.*", follows_imports=True)
def reckon_what_runs_on_it(entry: Entry) -> None:
    """Reckon the clocks on a calendar anew from when its hours changed."""
    if entry.number > 1 and any(name in HOURS for name in read_changes(entry.changes)):
        enqueue(reckon_by_calendar, calendar=entry.record_id, since=moment_text(entry.at))
