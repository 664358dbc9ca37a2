"""Joining and leaving: of teams, and of the organisation."""

from typing import Annotated

from django.db.models import Q, QuerySet

from septet.kernel import parts
from septet.kernel.actions import create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict
from septet.kernel.fields import Moment
from septet.kernel.models import Account, Grant, Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.assignments.models import Assignment
from septet.team.assignments.roles import RoleName
from septet.team.people.models import FunctionTeam, Organisation, Person

APersonRef = Annotated[Record, Ref("person")]


@action(
    FunctionTeam,
    from_=("active",),
    verb=Verb.MANAGE,
    undoable=False,
    why_not="Rights were in force meanwhile; remove the member instead.",
    examples=[{"person": "@person"}],
)
def add_member(
    team: FunctionTeam, actor: Actor, *, person: APersonRef, role: RoleName | None = None, until: Moment | None = None
) -> None:
    """Let a person join the team, in its usual role unless you name one, from now on or until a time: an assignment for
    all of the team's work."""
    act = parts.current()
    if _current(team, person, act).exists():
        raise Conflict(f"{person.title} is a member of {team.title} already.")
    held = role or team.default_role or "agent"
    values = {"person": person.pk, "team": team.pk, "role": held, "starts_at": act.at, "ends_at": until}
    assignment = create("assignment", **parts.onward(), fields=values)
    perform(assignment, "activate", **parts.onward())
    parts.note_change(":assignment", None, assignment.number)


@action(
    FunctionTeam,
    verb=Verb.MANAGE,
    undoable=False,
    why_not="Add the member again instead, so that it is clear from when on.",
    examples=[],
)
def remove_member(team: FunctionTeam, actor: Actor, *, person: APersonRef) -> None:
    """Take a person out of the team: their assignments there end now, and the rights that came with them."""
    found = list(_current(team, person, parts.current()))
    if not found:
        raise Conflict(f"{person.title} is not a member of {team.title}.")
    for assignment in found:
        perform(assignment, "end", **parts.onward())
    parts.note_change(":assignment", None, ", ".join(one.number for one in found))


def _current(team: Record, person: Record, act: parts.Act) -> QuerySet[Assignment]:
    """The person's assignments in the team that have not ended."""
    lasting = Q(ends_at=None) | Q(ends_at__gt=act.at)
    rows = Assignment.objects.filter(lasting, team_id=team.pk, person_id=person.pk, state="active", withdrawn_at=None)
    return rows.order_by("pk")


@action(
    Person,
    from_=("active",),
    to="left",
    verb=Verb.MANAGE,
    undoable=False,
    why_not="The account was closed and its tokens revoked; let the person return instead.",
)
def leave(person: Person, actor: Actor) -> None:
    """The person has left: their account closes and every right ends now, those that deputies have from them too."""
    at = parts.current().at
    lasting = Q(until=None) | Q(until__gt=at)
    Grant.objects.filter(lasting, Q(person_id=person.pk) | Q(for_person_id=person.pk)).update(until=at)
    Account.objects.filter(person_id=person.pk).update(is_active=False)


@action(Person, from_=("left",), to="active", verb=Verb.MANAGE, undoable=False, why_not="Let the person leave again.")
def return_(person: Person, actor: Actor) -> None:
    """The person is back; rights come with new assignments."""
    Account.objects.filter(person_id=person.pk).update(is_active=True)


@action(Organisation, from_=("active",), to="ended", verb=Verb.MANAGE)
def end(organisation: Organisation, actor: Actor) -> None:
    """The relation with the organisation has ended."""


@action(Organisation, from_=("ended",), to="active", verb=Verb.MANAGE)
def resume(organisation: Organisation, actor: Actor) -> None:
    """The relation with the organisation is taken up again."""


@action(FunctionTeam, from_=("active",), to="dissolved", verb=Verb.MANAGE)
def dissolve(team: FunctionTeam, actor: Actor) -> None:
    """The team ends, and with it the assignments to it; it must have no open work left."""
    open_work = Record.objects.filter(team_id=team.pk, closed_at=None, withdrawn_at=None).exclude(kind="assignment")
    if open_work.exists():
        raise Conflict(f"{team.title} still has {open_work.count()} open records; hand them over first.")


@action(FunctionTeam, from_=("dissolved",), to="active", verb=Verb.MANAGE)
def revive(team: FunctionTeam, actor: Actor) -> None:
    """The team works again."""
