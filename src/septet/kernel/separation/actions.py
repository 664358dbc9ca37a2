"""Separation rules go out of force and come back."""

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import action
from septet.kernel.separation.models import SeparationRule
from septet.kernel.separation.rules import forget


@action(SeparationRule, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(rule: SeparationRule, actor: Actor) -> None:
    """Take the rule out of force: from now on it keeps nobody from anything."""
    forget()


@action(SeparationRule, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(rule: SeparationRule, actor: Actor) -> None:
    """Put the rule in force again."""
    forget()
