"""What follows when a goal is missed or its error budget is spent: a task for its owner, or an item for the next
review; once for each period, and for rolling periods once in as many days as they have."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from septet.kernel.actions import create, perform
from septet.kernel.actors import SYSTEM
from septet.kernel.models import ExternalKey
from septet.kernel.registry import Cluster
from septet.lib.periods import Period, before, name_of
from septet.team.goals import reading as told
from septet.team.goals import rules
from septet.team.goals.models import Consequence, Goal, PeriodValue
from septet.team.goals.rules import Standing
from septet.team.goals.specs import Spec, specs
from septet.team.reviews.models import Review, ReviewItem
from septet.team.reviews.sorts import GATES
from septet.team.tasks.models import Task

SOURCE = "goal-missed"
AREA = "Quality goals"
# So long the owner has to see to it.
TIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Missed:
    """A period in which a goal was missed, or in which its budget is spent already."""

    spec: Spec
    row: PeriodValue

    @property
    def period(self) -> str:
        """The name of the period."""
        return name_of(Period(self.row.first, self.row.last), self.spec.rhythm)

    @property
    def key(self) -> str:
        """What tells this time from other times that the goal was missed."""
        rolling = self.spec.rhythm == "rolling"
        when = self.row.last.toordinal() // self.spec.days if rolling else self.period
        return f"GOAL-{self.spec.pk}:{when}"

    @property
    def sentence(self) -> str:
        """What it came to, in words."""
        target = rules.aim(self.spec.comparison, told.shown(self.spec, self.row.target))
        value = told.shown(self.spec, told.value_of(self.spec, self.row))
        return f"{self.spec.title}: {value} where {target} is the target, {self.period}"


def follow(now: datetime) -> int:
    """See to every goal that asks for a consequence; the result is how many tasks and items that made."""
    wanted = specs(Goal.objects.exclude(consequence=Consequence.NONE))
    made = 0
    for spec in wanted:
        row = _missed(spec, now)
        if row is not None:
            act = _give_task if spec.consequence == Consequence.TASK else _bring_up
            made += act(Missed(spec, row), now)
    return made


def _missed(spec: Spec, now: datetime) -> PeriodValue | None:
    """The present period if its budget is spent, or else the one before if it ended missed."""
    today = spec.today(now)
    present = spec.period_with(today)
    row = told.row_of(spec, present)
    # At the beginning of a period a single record makes or breaks it.
    is_old_enough = (today - present.first).days + 1 >= spec.burn_windows[1]
    if row is not None and is_old_enough and _is_spent(spec, row):
        return row
    ended = told.row_of(spec, before(present, spec.rhythm))
    return ended if ended is not None and ended.published_at and ended.state == Standing.MISSED else None


def _is_spent(spec: Spec, row: PeriodValue) -> bool:
    budget = told.budget_of(spec, row)
    return budget is not None and budget.left < 0


def _give_task(one: Missed, now: datetime) -> bool:
    """A task for the owner, unless there was one for this period or an earlier one is still to do."""
    if ExternalKey.objects.filter(source=SOURCE, kind="task", key=one.key).exists():
        return False
    own = ExternalKey.objects.filter(source=SOURCE, kind="task", key__startswith=f"GOAL-{one.spec.pk}:")
    if Task.objects.filter(pk__in=own.values("record_id"), closed_at=None, withdrawn_at=None).exists():
        return False
    fields: dict[str, Any] = {
        "title": one.sentence[:255],
        "description": "Look at the records that count against the goal, and see to what they have in common.",
        "subject": f"GOAL-{one.spec.pk}",
        "mandatory": False,
        "due_at": (now + TIME).isoformat(),
    }
    if one.spec.owner is not None:
        fields["owner"] = f"PER-{one.spec.owner}"
    if one.spec.cluster and one.spec.cluster != Cluster.TEAM:
        fields["cluster"] = one.spec.cluster
    create("task", SYSTEM, via="worker", key=(SOURCE, one.key), fields=fields)
    return True


def _bring_up(one: Missed, now: datetime) -> bool:
    """An item for the next review that looks back; where none is planned, it waits for one."""
    known = ReviewItem.objects.filter(target_id=one.spec.pk, area=AREA, element=one.key)
    review = _next_review(now)
    if review is None or known.exists():
        return False
    question = f"{one.sentence}. What do we do about it?"
    params: dict[str, Any] = {"area": AREA, "element": one.key, "question": question, "target": f"GOAL-{one.spec.pk}"}
    if one.spec.cluster and one.spec.cluster != Cluster.TEAM:
        params["cluster"] = one.spec.cluster
    return perform(review, "add-item", SYSTEM, via="worker", params=params) is not None


def _next_review(now: datetime) -> Review | None:
    coming = Q(state__in=("planned", "prepared"), planned_at__gte=now, withdrawn_at=None)
    return Review.objects.filter(coming).exclude(type__in=GATES).order_by("planned_at", "pk").first()
