"""Nobody gives rights that they do not have."""

from septet.kernel.actors import Actor
from septet.kernel.errors import Refused
from septet.kernel.registry import registry
from septet.kernel.scopes import covers
from septet.team.assignments.grants import scope_of
from septet.team.assignments.models import Assignment
from septet.team.assignments.roles import ROLES


def check_may_give(actor: Actor, assignment: Assignment) -> None:
    """Refuse to give, prolong or pass on an assignment whose rights the actor does not have there. Raises Refused."""
    scope = scope_of(assignment)
    for verb, kind in () if actor.all_rights else ROLES[assignment.role].grants:
        if not any(covers(one.scope, scope) for one in actor.rights_to(verb, kind)):
            what = registry.types[kind].label_plural.lower() if kind in registry.types else "everything"
            raise Refused(
                f"You can give only rights that you have yourself: the role {ROLES[assignment.role].label.lower()} may "
                f"{verb} {what} there, and you may not."
            )
