"""Governing records go out of force and come back; the past stays judged by what was in force then."""

from septet.kernel.actors import Actor
from septet.kernel.governing.custom_fields import forget
from septet.kernel.governing.models import BusinessCalendar, CustomFields, Window
from septet.kernel.models import Record, Verb
from septet.kernel.registry import action


def _retire(record: Record, actor: Actor) -> None:
    """Take it out of force."""
    forget()


def _reinstate(record: Record, actor: Actor) -> None:
    """Put it in force again."""
    forget()


for model in (CustomFields, BusinessCalendar, Window):
    action(model, name="retire", from_=("in-force",), to="retired", verb=Verb.MANAGE)(_retire)
    action(model, name="reinstate", from_=("retired",), to="in-force", verb=Verb.MANAGE)(_reinstate)
