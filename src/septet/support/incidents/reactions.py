"""What follows from the end of an incident, and from the answer it waited for.

A reaction runs some time after its entry, so each looks whether what it follows still holds.
"""

from septet.kernel.actions import perform
from septet.kernel.models import Entry, Record, Relation
from septet.kernel.reactions import because, reaction
from septet.support.incidents.actions import ON_THE_WAY
from septet.support.incidents.models import Incident
from septet.support.interactions.models import Interaction


@reaction("incident.resolve")
def resolve_children(entry: Entry) -> None:
    """Resolve the parts of an incident with the cause and the resolution of the whole."""
    parent = Incident.objects.get(pk=entry.record_id)
    if parent.state not in {"resolved", "closed"}:
        return
    children = Incident.objects.filter(pk__in=_leading_to(entry.record_id, "child-of"), state__in=ON_THE_WAY)
    for child in children.filter(withdrawn_at=None).order_by("pk"):
        perform(
            child,
            "resolve",
            **because(entry),
            note=f"Resolved with {parent.number}.",
            cause=parent.cause,
            resolution=parent.resolution or None,
            resolution_code=parent.resolution_code or None,
        )


@reaction("incident.comment")
def resume_at_the_answer(entry: Entry) -> None:
    """Resume an incident that waits for its user when the requester says something."""
    incident = Incident.objects.get(pk=entry.record_id)
    if (incident.state, incident.waiting_for) != ("waiting", "user") or entry.actor_id != incident.requester_id:
        return
    asked = Entry.objects.filter(record_id=incident.pk, action="wait").order_by("-number").first()
    if incident.requester_id and incident.withdrawn_at is None and asked is not None and asked.number < entry.number:
        perform(incident, "resume", **because(entry), note="The requester has answered.")


@reaction("incident.close")
def close_interactions(entry: Entry) -> None:
    """Close the contacts that were about an incident when it is closed."""
    incident = Record.objects.get(pk=entry.record_id)
    if incident.state != "closed":
        return
    contacts = Interaction.objects.filter(pk__in=_leading_to(entry.record_id, "about"), state="linked")
    for contact in contacts.filter(withdrawn_at=None).order_by("pk"):
        perform(contact, "close", **because(entry), note=f"{incident.number} is closed.")


def _leading_to(record: int, relation: str) -> list[int]:
    rows = Relation.objects.filter(target_id=record, type=relation, valid_to=None)
    return list(rows.values_list("record_id", flat=True))
