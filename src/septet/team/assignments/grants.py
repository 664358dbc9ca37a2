"""Which rights an assignment gives."""

from septet.kernel.actors import Scope
from septet.kernel.models import Grant, Record, Verb
from septet.kernel.scopes import DIMENSIONS
from septet.team.assignments.models import Assignment
from septet.team.assignments.roles import ROLES


def scope_of(assignment: Assignment) -> Scope:
    """The part of the work for which an assignment is."""
    ids = ((name, getattr(assignment, f"{name}_id")) for name in DIMENSIONS)
    return tuple((name, pk) for name, pk in ids if pk is not None)


def granted_by(assignment: Assignment) -> list[Grant]:
    """The grants of an assignment: those of its role, where and while it lasts, and a seat in its team.

    None while it is only proposed; none beyond the day on which the person left.
    """
    person = assignment.person_id
    if person is None or assignment.state == "proposed" or assignment.withdrawn_at is not None:
        return []
    left = Record.objects.values_list("closed_at", flat=True).get(pk=person)
    until = min((at for at in (assignment.ends_at, left) if at is not None), default=None)
    if until is not None and until <= assignment.starts_at:
        return []
    when = {"person_id": person, "since": assignment.starts_at, "until": until}
    where = {f"{name}_id": pk for name, pk in scope_of(assignment)}
    rights = [Grant(verb=verb, kind=kind, **when, **where) for verb, kind in ROLES[assignment.role].grants]
    seat = [Grant(verb=Verb.MEMBER, team_id=assignment.team_id, **when)] if assignment.team_id else []
    return [*rights, *seat]
