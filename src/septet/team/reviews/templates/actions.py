"""Review templates go out of force and come back; reviews keep the questions they were planned with."""

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import action
from septet.team.reviews.templates.models import ReviewTemplate


@action(ReviewTemplate, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(template: ReviewTemplate, actor: Actor) -> None:
    """Take it out of force."""


@action(ReviewTemplate, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(template: ReviewTemplate, actor: Actor) -> None:
    """Put it in force again."""
