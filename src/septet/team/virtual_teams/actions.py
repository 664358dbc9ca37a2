"""Who joins and leaves a virtual team, and its end."""

from typing import Annotated

from pydantic import StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.assignments.models import Assignment
from septet.team.virtual_teams.models import Contact, VirtualMember, VirtualTeam

AnAssignment = Annotated[Record, Ref("assignment")]
APerson = Annotated[Record, Ref("person")]
Task = Annotated[str, StringConstraints(max_length=255)]


@action(VirtualTeam, from_=("active",), verb=Verb.MANAGE, examples=[{"assignment": "@assignment", "task": "Rollout"}])
def add_assignment(team: VirtualTeam, actor: Actor, *, assignment: AnAssignment, task: Task = "") -> None:
    """Let an assignment belong to the team: its person sees what is shared with the team while it lasts."""
    if Assignment.objects.filter(pk=assignment.pk, state="ended").exists():
        raise Invalid(fields={"assignment": f"{assignment.number} has ended."})
    if VirtualMember.objects.filter(record_id=team.pk, assignment_id=assignment.pk).exists():
        raise Conflict(f"{assignment.number} belongs to {team.title} already.")
    parts.add(VirtualMember(assignment_id=assignment.pk, task=task))


@action(VirtualTeam, verb=Verb.MANAGE, examples=[])
def remove_assignment(team: VirtualTeam, actor: Actor, *, assignment: AnAssignment) -> None:
    """Take an assignment out of the team."""
    row = VirtualMember.objects.filter(record_id=team.pk, assignment_id=assignment.pk).first()
    if row is None:
        raise Conflict(f"{assignment.number} does not belong to {team.title}.")
    parts.remove(row)


@action(VirtualTeam, from_=("active",), verb=Verb.MANAGE, examples=[{"person": "@person", "task": "Lines"}])
def add_contact(team: VirtualTeam, actor: Actor, *, person: APerson, task: Task = "") -> None:
    """Let somebody outside belong to the team, such as a contact at a partner: they see what is shared with it."""
    if Contact.objects.filter(record_id=team.pk, person_id=person.pk).exists():
        raise Conflict(f"{person.title} belongs to {team.title} already.")
    parts.add(Contact(person_id=person.pk, task=task))


@action(VirtualTeam, verb=Verb.MANAGE, examples=[])
def remove_contact(team: VirtualTeam, actor: Actor, *, person: APerson) -> None:
    """Take somebody outside out of the team."""
    row = Contact.objects.filter(record_id=team.pk, person_id=person.pk).first()
    if row is None:
        raise Conflict(f"{person.title} is no contact of {team.title}.")
    parts.remove(row)


@action(VirtualTeam, from_=("active",), to="dissolved", verb=Verb.MANAGE)
def dissolve(team: VirtualTeam, actor: Actor) -> None:
    """Its work is done; nobody sees by it what was shared with it."""


@action(VirtualTeam, from_=("dissolved",), to="active", verb=Verb.MANAGE)
def revive(team: VirtualTeam, actor: Actor) -> None:
    """It works together again."""
