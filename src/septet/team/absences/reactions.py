"""What becomes of absences when somebody leaves for good."""

from septet.kernel.actions import perform
from septet.kernel.models import Entry
from septet.kernel.reactions import because, reaction
from septet.team.absences.models import Absence


@reaction("person.leave")
def end_absences(entry: Entry) -> None:
    """End the absences of somebody who has left, and take them out of those in which they are the deputy."""
    rows = Absence.objects.filter(state__in=("planned", "running"), withdrawn_at=None).order_by("pk")
    for absence in rows.filter(person_id=entry.record_id):
        begun = absence.starts_at < entry.at
        perform(absence, "come-back" if begun else "cancel", **because(entry))
    for absence in rows.filter(deputy_id=entry.record_id):
        perform(absence, "name-deputy", **because(entry), deputy=None)
