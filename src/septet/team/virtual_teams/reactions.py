"""What becomes of virtual teams when somebody leaves."""

from septet.kernel.actions import perform
from septet.kernel.models import Entry
from septet.kernel.reactions import because, reaction
from septet.team.virtual_teams.models import Contact, VirtualTeam


@reaction("person.leave")
def remove_contacts(entry: Entry) -> None:
    """Take somebody who has left out of the virtual teams whose contact they were."""
    held = Contact.objects.filter(person_id=entry.record_id).values("record_id")
    for team in VirtualTeam.objects.filter(pk__in=held, withdrawn_at=None).order_by("pk"):
        perform(team, "remove-contact", **because(entry), person=entry.record_id)
