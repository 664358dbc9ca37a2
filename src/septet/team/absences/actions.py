"""How an absence begins, changes and ends."""

from typing import Annotated, Any

from django.utils import timezone

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.absences.models import Absence
from septet.team.absences.records import check_may_delegate

APerson = Annotated[Record, Ref("person")]
WHY_NOT = "Rights were in force meanwhile; change the absence instead."


@action(Absence, undoable=False, why_not=WHY_NOT, examples=[{"title": "Summer holidays"}])
def edit(absence: Absence, actor: Actor, **values: Any) -> None:
    """Change fields of the absence."""
    common.edit(absence, actor, **values)
    check_may_delegate(actor, absence)


@action(
    Absence,
    from_=("planned", "running"),
    verb=Verb.MANAGE,
    requester=True,
    undoable=False,
    why_not=WHY_NOT,
    examples=[{"deputy": None}],
)
def name_deputy(absence: Absence, actor: Actor, *, deputy: APerson | None = None) -> None:
    """Say who takes over everything; without anybody it is the deputy of each assignment."""
    absence.deputy_id = deputy.pk if deputy else None
    check_may_delegate(actor, absence)


@action(
    Absence,
    from_=("planned", "running"),
    verb=Verb.MANAGE,
    requester=True,
    undoable=False,
    why_not=WHY_NOT,
    examples=[{"ends_at": "2035-08-20T00:00:00Z"}],
)
def move(absence: Absence, actor: Actor, *, starts_at: Moment | None = None, ends_at: Moment | None = None) -> None:
    """It begins or ends at another time."""
    if starts_at is not None and absence.state == "running":
        raise Invalid(fields={"starts_at": "It has begun already."})
    absence.starts_at, absence.ends_at = starts_at or absence.starts_at, ends_at or absence.ends_at
    check_may_delegate(actor, absence)


@action(Absence, from_=("planned",), to="running", verb=Verb.MANAGE, undoable=False, why_not=WHY_NOT, examples=[])
def begin(absence: Absence, actor: Actor) -> None:
    """It has begun."""
    if absence.starts_at > parts.current().now:
        raise Conflict(f"It begins on {absence.starts_at:%Y-%m-%d}; move it if it begins before.")


@action(
    Absence,
    from_=("planned", "running"),
    to="over",
    verb=Verb.MANAGE,
    requester=True,
    undoable=False,
    why_not=WHY_NOT,
    when=lambda one: one.starts_at <= timezone.now(),
)
def come_back(absence: Absence, actor: Actor) -> None:
    """The person is back; what deputies inherited ends now."""
    at = parts.current().at
    if at <= absence.starts_at:
        raise Conflict("It has not begun; cancel it instead.")
    absence.ends_at = min(absence.ends_at, at)


@action(
    Absence,
    from_=("planned",),
    to="cancelled",
    verb=Verb.MANAGE,
    requester=True,
    undoable=False,
    why_not="Plan it anew instead.",
)
def cancel(absence: Absence, actor: Actor) -> None:
    """The person will not be away."""
