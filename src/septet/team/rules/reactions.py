"""When assignments, rules or waivers change, those whom it concerns are judged anew."""

from django.db.models import Q

from septet.kernel.actions import perform
from septet.kernel.models import Entry
from septet.kernel.reactions import because, reaction
from septet.team.assignments.models import Assignment
from septet.team.rules.models import Waiver


@reaction("assignment.activate", "assignment.end", "assignment.edit", "assignment.withdraw", "assignment.undo")
def reassess_the_others(entry: Entry) -> None:
    """Judge the other assignments of the person anew."""
    person = Assignment.objects.values_list("person_id", flat=True).get(pk=entry.record_id)
    _reassess(Q(person_id=person) & ~Q(pk=entry.record_id), entry)


@reaction("waiver.authorise", "waiver.expire", "waiver.revoke", "waiver.withdraw", "waiver.undo")
def reassess_the_holder(entry: Entry) -> None:
    """Judge the assignments anew of whoever has a waiver, or has it no longer."""
    _reassess(Q(person_id=Waiver.objects.values_list("person_id", flat=True).get(pk=entry.record_id)), entry)


@reaction("combination-rule.*", follows_imports=True)
def reassess_everybody(entry: Entry) -> None:
    """Judge all assignments anew by a rule that changed."""
    _reassess(Q(), entry)


def _reassess(which: Q, entry: Entry) -> None:
    for assignment in Assignment.objects.filter(which, state="active", withdrawn_at=None).order_by("pk"):
        perform(assignment, "reassess", **because(entry))


@reaction("person.leave")
def revoke_waivers(entry: Entry) -> None:
    """Take back the waivers of somebody who has left."""
    for waiver in Waiver.objects.filter(person_id=entry.record_id, state="approved", withdrawn_at=None).order_by("pk"):
        perform(waiver, "revoke", **because(entry), reason="The person has left.")
