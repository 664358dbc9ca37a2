"""The records behind a number: those that a goal counted, and of them those that made it and those that missed it.

They are found by the conditions that made the number, so that a list of them is as long as the number says.
"""

import re
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Any, Literal, get_args

from django.db.models import Q, QuerySet
from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.named_sets import NamedSet, named_set
from septet.kernel.policy import visible_to
from septet.kernel.references import find_id
from septet.kernel.registry import RecordType, registry
from septet.lib.periods import DAY, Period, day_start, name_of, read_period
from septet.team.goals import events, stock
from septet.team.goals.conditions import at_moment
from septet.team.goals.indicators import Sort
from septet.team.goals.models import Goal, Statistic
from septet.team.goals.rules import AT_LEAST
from septet.team.goals.specs import Spec, of_goals

Which = Literal["counted", "made", "missed"]
_NAME = re.compile(rf"goal:(?P<goal>.+):(?P<which>{'|'.join(get_args(Which))})(:(?P<period>[^:]*))?")
INSTANT = timedelta(microseconds=1)


def name_of_set(spec: Spec, which: Which, period: Period) -> str:
    """The name under which a list is narrowed to records of a goal."""
    return f"goal:GOAL-{spec.pk}:{which}:{name_of(period, spec.rhythm)}"


@named_set("goal")
def behind_a_goal(name: str, it: RecordType) -> NamedSet:
    """`goal:GOAL-12:missed:2026-10`: what a goal counted, made or missed in a period, in the present one without."""
    asked = _NAME.fullmatch(name)
    if asked is None:
        raise Invalid(fields={"among": "Write goal:NUMBER:missed:PERIOD; made and counted serve as well."})
    written, which, when = asked["goal"], asked["which"], asked["period"] or ""
    goal = Goal.objects.filter(pk=find_id(written)).first()
    found = of_goals([goal]) if goal else []
    if not found:
        raise NotFound(f"There is no goal {written!r}, or nothing is measured for it.")
    spec = found[0]
    if spec.one.kind != it.kind:
        raise Invalid(fields={"among": f"{goal} is about {spec.one.it.label_plural.lower()}."})
    now = timezone.now()
    period = asked_period(spec, when, now)
    return NamedSet(
        name=name,
        label=f"{which} by {spec.title}, {name_of(period, spec.rhythm)}",
        narrow=partial(_narrow, spec, which, period, now),  # type: ignore[arg-type]  # one of WHICH
        withdrawn=(spec.is_gauge or bool(spec.one.standing)) and period.last < spec.today(now),
    )


def _narrow(spec: Spec, which: Which, period: Period, now: datetime, rows: QuerySet[Any], actor: Actor) -> Any:
    if not visible_to(actor, Goal.objects.filter(pk=spec.pk), registry.types["goal"]).exists():
        raise NotFound(f"There is no goal GOAL-{spec.pk}, or you may not see it.")
    return rows.filter(behind(spec, which, period, now))


def asked_period(spec: Spec, text: str, now: datetime) -> Period:
    """The period of a goal that a text names; the present one if it is empty. Raises Invalid."""
    if not text:
        return spec.period_with(spec.today(now))
    try:
        return read_period(text, spec.rhythm, spec.days)
    except ValueError as error:
        raise Invalid(fields={"period": str(error)}) from None


def behind(spec: Spec, which: Which, period: Period, now: datetime) -> Q:
    """Which records a goal counted, made or missed in a period, as a condition on records of its kind."""
    good = _good(spec, which)
    if spec.is_gauge:
        return _in_stock(spec, which, good, period, now)
    start, end = day_start(period.first, spec.zone), day_start(period.last + DAY, spec.zone)
    if spec.valid_from is not None:
        start = max(start, day_start(spec.valid_from, spec.zone))
    rows = events.within(spec.one, start, end).filter(**spec.scope.given)
    found = Q(pk__in=_judged(spec, rows, which, good, period, now).values("pk"))
    if spec.one.left_over is not None and good is not True:
        found |= stock.members(spec.one.left_over, _end(spec, period, now), now, Q(**spec.scope.given))
    return found


def _good(spec: Spec, which: Which) -> bool | None:
    """Whether the records in the numerator are asked for, or the others, or both (None)."""
    if which == "counted":
        return None
    return (which == "made") == (spec.comparison == AT_LEAST)


def _judged(
    spec: Spec, rows: QuerySet[Any], which: Which, good: bool | None, period: Period, now: datetime
) -> QuerySet[Any]:
    if good is None:
        return rows
    if spec.one.good is not None:
        fitting = rows.filter(at_moment(spec.one.good, now))
        return fitting if good else rows.exclude(pk__in=fitting.values("pk"))
    if spec.statistic or spec.one.sort == Sort.MEAN:
        low, bound = _bound(spec, which, min(period.last, spec.today(now)))
        return rows.filter(**{f"{spec.one.value}__{'lte' if low else 'gte'}": bound})
    # Each record counts the same: it is for the goal if there should be many of them, else against it.
    return rows if good else rows.none()


def _bound(spec: Spec, which: Which, day: date) -> tuple[bool, int]:
    """Which whole values made or missed it: those up to a bound (True), or those from a bound on."""
    if spec.statistic == Statistic.WITHIN:
        made_low, aim = True, Fraction(spec.scope.limit or 0)
    else:
        made_low, aim = spec.comparison != AT_LEAST, spec.target_on(day)[0]
    if which == "made":
        return made_low, floor(aim) if made_low else ceil(aim)
    return not made_low, floor(aim) + 1 if made_low else ceil(aim) - 1


def _end(spec: Spec, period: Period, now: datetime) -> datetime:
    """The last moment of a period so far."""
    return min(day_start(min(period.last, spec.today(now)) + DAY, spec.zone) - INSTANT, now)


def _in_stock(spec: Spec, which: Which, good: bool | None, period: Period, now: datetime) -> Q:
    one, day = spec.one, min(period.last, spec.today(now))
    at = _end(spec, period, now)
    counted = partial(stock.members, one, at, now, Q(**spec.scope.given))
    if good is None or one.good is not None:
        return counted(good=good)
    if not one.value:
        return counted() if good else Q(pk__in=[])
    young, bound = _bound(spec, which, day)
    since = at - timedelta(seconds=bound + 1 if young else bound)
    return counted(beside=Q(**{f"{one.value}__{'gt' if young else 'lte'}": since}))
