"""Measuring in the worker: all the time, and in runs with progress what takes long."""

from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.loops import loop
from septet.kernel.schedule import every
from septet.kernel.work import progress, task
from septet.team.goals import consequences, dirty
from septet.team.goals.actions import target_today
from septet.team.goals.following import Measurer, measure_groups
from septet.team.goals.models import Goal, GoalTarget
from septet.team.goals.specs import specs


@loop("measuring")
def measuring(worker: str) -> Callable[[], bool]:
    """Follow the journal and measure what it marks."""
    return Measurer(worker, measure_goals).step


@task(name=dirty.TASK)
def measure_goals(batch: str) -> int:
    """Measure the marks of a batch, one indicator after the other; the result is how many days of goals came to
    something else. Goals show what they came to before until their indicator is done."""
    now = timezone.now()
    found = dirty.groups(specs(), now, UUID(batch))
    total = sum(group.length for group in found)
    done = changed = 0
    for group in found:
        progress(done, total, str(group.specs[0].one.label))
        changed += measure_groups([group], now)
        done += group.length
    progress(done, total)
    return changed


@every("hourly")
@task(name="goal-targets-take-effect")
def take_effect() -> int:
    """Show targets that were set for a day to come once that day has begun; the result is how many."""
    dated = Goal.objects.filter(pk__in=GoalTarget.objects.values("record_id"), state="active", withdrawn_at=None)
    now = timezone.now()
    changed = 0
    for goal in dated.order_by("pk"):
        if target_today(goal, now) != (goal.target, goal.threshold):
            changed += perform(goal, "take-effect", SYSTEM, via="worker") is not None
    return changed


@every("hourly")
@task(name="goal-consequences")
def see_to_missed() -> int:
    """Give tasks and bring up items for goals that were missed; the result is how many."""
    return consequences.follow(timezone.now())
