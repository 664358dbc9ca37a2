"""How a goal gets another target, ends and is taken up again."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Day
from septet.kernel.models import Verb
from septet.kernel.registry import action
from septet.lib.periods import day_of
from septet.team.goals.models import Goal, GoalTarget
from septet.team.goals.records import check_target

Amount = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Threshold = Annotated[str, StringConstraints(max_length=32)]
# From when a goal's first target has been valid: as far back as records go.
ALWAYS = date(1900, 1, 1)


@action(Goal, verb=Verb.MANAGE, examples=[{"title": "Few incidents are opened again"}])
def edit(goal: Goal, actor: Actor, **values: Any) -> None:
    """Change fields of the goal; it is measured anew if that changes what it counts."""
    for name in ("target", "threshold"):
        if name in values and values[name] != getattr(goal, name):
            raise Invalid(fields={name: "Use set-target, which says from when the new one is valid."})
    common.edit(goal, actor, **values)


@action(
    Goal,
    from_=("active",),
    verb=Verb.MANAGE,
    examples=[{"target": "4 %", "threshold": "6 %", "valid_from": "2026-01-01"}],
)
def set_target(
    goal: Goal, actor: Actor, *, target: Amount, threshold: Threshold = "", valid_from: Day | None = None
) -> None:
    """Set another target, valid from today or from the day that you name; earlier days are judged by the one before.

    A day that lies in the past judges anew what has been since; one that lies ahead takes effect when it comes.
    """
    check_target(goal, target, threshold)
    day = valid_from or day_of(parts.current().at, ZoneInfo(goal.zone))
    held = {row.valid_from: row for row in GoalTarget.objects.filter(record_id=goal.pk)}
    first = goal.valid_from or ALWAYS
    if not held and first < day:
        parts.add(GoalTarget(valid_from=first, target=goal.target, threshold=goal.threshold))
    if day in held:
        parts.change(held[day], target=target, threshold=threshold)
    else:
        parts.add(GoalTarget(valid_from=day, target=target, threshold=threshold))
    take_effect(goal, actor)


def target_today(goal: Goal, now: datetime) -> tuple[str, str]:
    """Target and threshold that are in force on the goal's present day."""
    rows = GoalTarget.objects.filter(record_id=goal.pk, valid_from__lte=day_of(now, ZoneInfo(goal.zone)))
    row = rows.order_by("-valid_from").first()
    return (row.target, row.threshold) if row is not None else (goal.target, goal.threshold)


@action(Goal, from_=("active",), verb=Verb.MANAGE, when=lambda one: False, examples=[])
def take_effect(goal: Goal, actor: Actor) -> None:
    """Show the target that is in force today as the goal's own."""
    goal.target, goal.threshold = target_today(goal, parts.current().at)


@action(Goal, from_=("active",), verb=Verb.MANAGE, examples=[])
def drop_target(goal: Goal, actor: Actor, *, valid_from: Day) -> None:
    """Take back a target that was to be valid from a day on."""
    row = GoalTarget.objects.filter(record_id=goal.pk, valid_from=valid_from).first()
    if row is None:
        raise Conflict(f"{goal.number} has no target that is valid from {valid_from}.")
    parts.remove(row)
    take_effect(goal, actor)


@action(Goal, from_=("active",), to="retired", verb=Verb.MANAGE)
def retire(goal: Goal, actor: Actor) -> None:
    """It is no longer measured; what it came to stays."""


@action(Goal, from_=("retired",), to="active", verb=Verb.MANAGE)
def reinstate(goal: Goal, actor: Actor) -> None:
    """Measure it again, and make up for the time between."""
