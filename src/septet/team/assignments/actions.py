"""How an assignment begins, changes and ends."""

from typing import Any

from septet.kernel import parts
from septet.kernel.actions import enter_state, perform
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.fields import Moment
from septet.kernel.models import Verb
from septet.kernel.registry import action, registry
from septet.team.assignments.giving import check_may_give
from septet.team.assignments.holders import other_holders
from septet.team.assignments.models import Accountability, Assignment
from septet.team.rules.combining import combine


@action(Assignment, examples=[{"share": 20}])
def edit(assignment: Assignment, actor: Actor, **values: Any) -> None:
    """Change fields of the assignment; once it gives rights, only its title, end, deputy and share of time."""
    check_may_give(actor, assignment)
    common.edit(assignment, actor, **values)
    check_may_give(actor, assignment)


@action(
    Assignment,
    from_=("proposed",),
    to="active",
    verb=Verb.MANAGE,
    undoable=False,
    why_not="Rights were in force meanwhile; end it instead.",
)
def activate(assignment: Assignment, actor: Actor, *, replace: bool = False) -> None:
    """Put it in force: the rights of its role hold from its beginning to its end. With `replace` whoever else was
    accountable no longer is."""
    check_may_give(actor, assignment)
    if replace and assignment.accountability == Accountability.ACCOUNTABLE:
        for other in other_holders(assignment):
            perform(other, "end", **parts.onward(), ends_at=max(assignment.starts_at, other.starts_at))


@action(
    Assignment,
    from_=("proposed", "active"),
    verb=Verb.MANAGE,
    undoable=False,
    why_not="Make a new assignment instead, so that it is clear from when on.",
)
def end(assignment: Assignment, actor: Actor, *, ends_at: Moment | None = None) -> None:
    """End it now or at another time; the rights that it gives end with it."""
    check_may_give(actor, assignment)
    act = parts.current()
    assignment.ends_at = max(ends_at or act.at, assignment.starts_at)
    if assignment.ends_at <= act.now or assignment.state == "proposed":
        enter_state(registry.types[assignment.kind], assignment, "ended", act.at)


@action(Assignment, from_=("active",), verb=Verb.MANAGE)
def reassess(assignment: Assignment, actor: Actor) -> None:
    """Judge anew how it goes together with the other assignments of its person."""
    combine(assignment, parts.current().at)
