"""A goal on its page: what it came to, of what, over time, and the records that count against it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from types import ModuleType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from septet.kernel import listing
from septet.kernel.actors import Actor
from septet.kernel.registry import RecordType, registry
from septet.lib.periods import Period, name_of
from septet.surfaces.web import charts
from septet.surfaces.web.locales import number
from septet.surfaces.web.navigation import list_address
from septet.surfaces.web.panels import panel
from septet.surfaces.web.times import short_day
from septet.team.goals import marks, rules
from septet.team.goals import reading as told
from septet.team.goals.indicators import Unit
from septet.team.goals.models import Correction, DayValue, Goal, GoalTarget, PeriodValue
from septet.team.goals.reading import GoalPoint, GoalValue
from septet.team.goals.sets import Which, name_of_set
from septet.team.goals.specs import Spec, of_goals

POINTS = 30
PERIODS = 12
MOST = 8
HOUR, DAYS_FROM = 3600, 48 * 3600


@dataclass(frozen=True, slots=True)
class Line:
    """One period in the table: what it came to, where its records are, and how it was corrected once published."""

    point: GoalPoint
    missed: str
    counted: str
    corrections: list[Correction]


@dataclass(frozen=True, slots=True)
class Measured:
    """All that the page shows of what a goal came to. `against` are records that count against it, with `by_clock`
    because of a clock; `made`, `missed` and `counted` are addresses of the lists that hold all of them."""

    value: GoalValue
    goal: RecordType
    it: RecordType
    over: str
    trend: Markup
    budget: Markup | None
    lines: list[Line]
    targets: list[GoalTarget]
    against: list[dict[str, Any]]
    by_clock: bool
    made: str
    missed: str
    counted: str
    marks: ModuleType = marks


@panel(
    Goal,
    "goals/measured.html",
    shows=("targets", "description"),
    actions=("set-target", "drop-target", "retire", "reinstate"),
    place=5,
)
def measured(goal: Goal, actor: Actor) -> Measured | None:
    """What the goal came to."""
    found = of_goals([goal])
    if not found:
        return None
    spec, now = found[0], timezone.now()
    period = spec.period_with(spec.today(now))
    rows = told.rows_of([spec], now, POINTS)[spec.pk]
    return Measured(
        value=told.whole_value(spec, actor, period, now),
        goal=registry.types["goal"],
        it=spec.one.it,
        over=told.period_in_words(spec, period),
        trend=_trend(spec, rows),
        budget=_budget(spec, period, rows),
        lines=_lines(spec, rows[: -PERIODS - 1 : -1]),
        targets=list(GoalTarget.objects.filter(record_id=goal.pk).order_by("valid_from")),
        against=_against(spec, actor, period),
        by_clock="clocks" in spec.one.reads,
        made=_address(spec, "made", period),
        missed=_address(spec, "missed", period),
        counted=_address(spec, "counted", period),
    )


def _address(spec: Spec, which: Which, period: Period) -> str:
    return f"{list_address(spec.one.it)}?among={name_of_set(spec, which, period)}"


def _against(spec: Spec, actor: Actor, period: Period) -> list[dict[str, Any]]:
    asked = {"among": name_of_set(spec, "missed", period), "limit": str(MOST)}
    return listing.page(listing.Query.parse(spec.one.it, asked, zone=actor.zone), actor).items


def _trend(spec: Spec, rows: Sequence[PeriodValue]) -> Markup:
    target = float(rows[-1].target) if rows else 0.0
    size, written = _scale(spec, max([target, *(row.value or 0 for row in rows)]))
    values = [None if row.value is None else row.value / size for row in rows]
    return charts.line(charts.Series(_labels(spec, rows), values, spec.title, aim=target / size, written=written))


def _scale(spec: Spec, largest: float) -> tuple[int, Callable[[float], str]]:
    """In what a chart counts, and how that is written: times in hours or days, so that its grid is round."""
    if spec.unit == Unit.PERCENT:
        return 1, lambda value: f"{number(round(value, 2))} %"
    if spec.unit == Unit.SECONDS:
        if largest >= DAYS_FROM:
            return 24 * HOUR, lambda value: _("%(days)s d") % {"days": number(round(value, 2))}
        return HOUR, lambda value: _("%(hours)s h") % {"hours": number(round(value, 2))}
    return 1, lambda value: number(round(value, 2))


def _labels(spec: Spec, rows: Sequence[PeriodValue]) -> list[str]:
    if spec.rhythm == "rolling":
        return [short_day(row.last) for row in rows]
    return [name_of(Period(row.first, row.last), spec.rhythm) for row in rows]


def _budget(spec: Spec, period: Period, rows: Sequence[PeriodValue]) -> Markup | None:
    """What was left of the error budget: of a calendar period day by day, of a rolling one at the end of each."""
    if not spec.is_share:
        return None
    if spec.rhythm == "rolling" or spec.is_gauge:
        figures = [(row.last, row.numerator, row.denominator) for row in rows]
    else:
        figures = _so_far(spec, period)
    labels, left = [], []
    for day, numerator, denominator in figures:
        budget = rules.budget_of(numerator, denominator, spec.comparison, spec.target_on(day)[0])
        percent = budget.left_percent if budget else None
        labels.append(short_day(day))
        left.append(None if percent is None else float(max(percent, Fraction(0))))
    return charts.burn(
        charts.Series(
            labels, left, _("Error budget left"), written=lambda value: f"{number(round(value, 1))} %", most=100.0
        )
    )


def _so_far(spec: Spec, period: Period) -> list[tuple[date, int, int]]:
    rows = DayValue.objects.filter(goal_id=spec.pk, day__range=(period.first, period.last)).order_by("day")
    days = list(rows.values_list("day", "numerator", "denominator"))
    sums = [list(accumulate(one[place] for one in days)) for place in (1, 2)]
    return list(zip([one[0] for one in days], *sums, strict=True))


def _lines(spec: Spec, rows: Sequence[PeriodValue]) -> list[Line]:
    corrections: dict[int, list[Correction]] = {}
    for one in Correction.objects.filter(period_id__in=[row.pk for row in rows]).order_by("at"):
        corrections.setdefault(one.period_id, []).append(one)
    return [_line(spec, row, corrections.get(row.pk, [])) for row in rows]


def _line(spec: Spec, row: PeriodValue, corrections: list[Correction]) -> Line:
    period = Period(row.first, row.last)
    missed, counted = _address(spec, "missed", period), _address(spec, "counted", period)
    return Line(told.point_of(spec, row), missed, counted, corrections)
