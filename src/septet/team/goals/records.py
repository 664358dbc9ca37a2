"""How goals appear."""

from typing import Any, ClassVar

from septet.kernel.errors import Invalid
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.kernel.shapes import Kept
from septet.lib.periods import LONGEST_ROLLING
from septet.team.goals.indicators import SCOPES, Indicator, Sort, Unit, named
from septet.team.goals.models import Comparison, Goal, GoalTarget, Statistic
from septet.team.goals.rules import AT_LEAST, read_amount
from septet.team.goals.specs import unit_of


@register
class GoalType(RecordType):
    """A quality goal."""

    model, prefix = Goal, "GOAL"
    cluster = Cluster.TEAM
    states = States("active", final("retired"))
    columns = ("number", "title", "cluster", "indicator", "comparison", "target", "period", "owner", "state")
    filters = ("state", "cluster", "indicator", "period", "owner", "service", "customer", "team", "site", "priority")
    hidden = ("due_at", "requester")
    personal = ()
    internal = ("extra",)
    parts: ClassVar[dict[str, Any]] = {"targets": GoalTarget}
    kept: ClassVar[dict[str, Kept]] = {
        "targets": Kept(add="set-target", change="set-target", remove="drop-target", anew=("valid_from",))
    }
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    order = "title"
    example: ClassVar[dict[str, Any]] = {
        "title": "Incidents are rarely opened again",
        "indicator": "incident.reopened",
        "target": "5 %",
        "threshold": "8 %",
        "period": "rolling",
        "days": 30,
    }

    def settle(self, record: Goal, before: dict[str, Any] | None, now: Any) -> None:
        try:
            one = named(record.indicator)
        except ValueError as error:
            raise Invalid(fields={"indicator": str(error)}) from None
        record.cluster = record.cluster or str(one.cluster)
        _settle_statistic(record, one)
        # Of values that should be low, many should lie within the limit.
        higher = one.higher or record.statistic == Statistic.WITHIN
        record.comparison = record.comparison or str(Comparison.AT_LEAST if higher else Comparison.AT_MOST)
        _check_scope(record, one)
        check_zone(record.zone)
        if not 1 <= record.days <= LONGEST_ROLLING:
            raise Invalid(fields={"days": f"A period has between 1 and {LONGEST_ROLLING} days."})
        check_target(record, record.target, record.threshold)


def _settle_statistic(record: Goal, one: Indicator) -> None:
    """What is taken of a distribution, the median if nobody said; nothing of others."""
    has_values = one.sort == Sort.DISTRIBUTION or (one.sort == Sort.GAUGE and bool(one.value))
    if not has_values:
        if record.statistic or record.limit:
            name = "statistic" if record.statistic else "limit"
            raise Invalid(fields={name: f"{one.label} is a {one.sort}, of which no statistic is taken; leave it out."})
        return
    record.statistic = record.statistic or str(Statistic.WITHIN if record.limit else Statistic.MEDIAN)
    if record.statistic != Statistic.WITHIN:
        if record.limit:
            raise Invalid(fields={"limit": "Only a share within a limit has one; leave it out."})
        return
    if not record.limit:
        raise Invalid(fields={"limit": "Say within what, such as 4h."})
    _amount("limit", record.limit, one.unit)


def _check_scope(record: Goal, one: Indicator) -> None:
    for name in SCOPES:
        value = getattr(record, name if name in {"priority", "category"} else f"{name}_id")
        if value not in (None, "") and name not in one.scopes():
            raise Invalid(fields={name: f"{one.it.label_plural} have no {name}, so a goal cannot be limited by it."})


def check_target(goal: Goal, target: str, threshold: str) -> None:
    """Refuse a target that is not understood, and a threshold on the wrong side of it. Raises Invalid."""
    unit = unit_of(named(goal.indicator), goal.statistic)
    aim = _amount("target", target, unit)
    if not threshold:
        return
    bound = _amount("threshold", threshold, unit)
    if (bound > aim) if goal.comparison == AT_LEAST else (bound < aim):
        side = "below" if goal.comparison == AT_LEAST else "above"
        raise Invalid(fields={"threshold": f"Beyond it a goal is missed, so it must lie {side} the target."})


def _amount(name: str, text: str, unit: Unit) -> Any:
    try:
        return read_amount(text, unit)
    except ValueError as error:
        raise Invalid(fields={name: str(error)}) from None
