"""How rules go out of force, and how waivers are given and taken back."""

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Refused
from septet.kernel.fields import Words
from septet.kernel.models import Verb
from septet.kernel.registry import action
from septet.team.rules.models import CombinationRule, Waiver


@action(CombinationRule, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(rule: CombinationRule, actor: Actor) -> None:
    """Take the rule out of force."""


@action(CombinationRule, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(rule: CombinationRule, actor: Actor) -> None:
    """Put the rule in force again."""


@action(Waiver, from_=("requested",), to="approved", verb=Verb.APPROVE)
def authorise(waiver: Waiver, actor: Actor) -> None:
    """Allow it for its time, under its control; never for yourself."""
    if waiver.person_id in {actor.person, actor.for_person}:
        raise Refused("This waiver is for you; somebody else has to allow it.")
    if waiver.ends_at <= parts.current().now:
        raise Conflict("Its time is over; ask for another one.")
    waiver.approved_by_id = actor.for_person or actor.person


@action(Waiver, from_=("requested",), to="declined", verb=Verb.APPROVE, examples=[{"reason": "We hire somebody."}])
def decline(waiver: Waiver, actor: Actor, *, reason: Words) -> None:
    """Do not allow it, and say why."""
    parts.note_change(":reason", None, reason)


@action(Waiver, from_=("approved",), to="revoked", verb=Verb.MANAGE, examples=[{"reason": "The control is not done."}])
def revoke(waiver: Waiver, actor: Actor, *, reason: Words) -> None:
    """Take it back before its time; what it allowed is a conflict again."""
    parts.note_change(":reason", None, reason)


@action(Waiver, from_=("approved",), to="expired", verb=Verb.MANAGE, examples=[])
def expire(waiver: Waiver, actor: Actor) -> None:
    """Its time is over; what it allowed is a conflict again."""
    if waiver.ends_at > parts.current().now:
        raise Conflict(f"It lasts until {waiver.ends_at:%Y-%m-%d}; revoke it to end it before.")
