"""What a goal has come to, read from what was measured; one query for one goal, two for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import ngettext

from septet.kernel.actors import Actor
from septet.kernel.fields import moment_text
from septet.kernel.models import Run, RunState
from septet.kernel.reading import titles_of
from septet.kernel.registry import number_of
from septet.lib.periods import Period, before, name_of
from septet.team.goals import rules
from septet.team.goals.dirty import TASK
from septet.team.goals.indicators import Sort
from septet.team.goals.models import Dirty, PeriodValue, Statistic
from septet.team.goals.rules import Standing
from septet.team.goals.specs import Spec
from septet.team.goals.tallies import Tally

REFERENCES = frozenset({"service", "customer", "team", "site"})
POINTS = 13


@dataclass(frozen=True, slots=True)
class GoalBudget:
    """The error budget of a share, in records: how many may miss the goal in the period, how many did, how many are
    left (below zero if too many did), and what is left in percent of the budget."""

    allowed: float
    spent: int
    left: float
    left_percent: float | None


@dataclass(frozen=True, slots=True)
class GoalBurn:
    """How fast the error budget was spent over the last days of a short and a long window; 1 spends it exactly."""

    short_days: int
    short: float | None
    long_days: int
    long: float | None


@dataclass(frozen=True, slots=True)
class GoalPublished:
    """What a period came to when it was published."""

    at: str
    value: float | None
    shown: str
    numerator: int
    denominator: int
    state: str
    changed: bool


@dataclass(frozen=True, slots=True)
class GoalPoint:
    """What a goal came to in one period."""

    period: str
    first: str
    last: str
    numerator: int
    denominator: int
    value: float | None
    shown: str
    state: str
    target: float
    published: GoalPublished | None


@dataclass(frozen=True, slots=True)
class GoalValue:
    """What a goal has come to in a period, how it was computed, and of what."""

    number: str
    title: str
    cluster: str
    indicator: str
    label: str
    formula: str
    source: str
    filter: dict[str, str]
    unit: str
    statistic: str
    comparison: str
    target: float
    target_shown: str
    threshold: float | None
    period: str
    first: str
    last: str
    numerator: int
    denominator: int
    value: float | None
    shown: str
    state: str
    budget: GoalBudget | None
    burn: GoalBurn | None
    published: GoalPublished | None
    measured_at: str | None
    recomputing: str


def rows_of(specs: Iterable[Spec], now: datetime, points: int = POINTS) -> dict[int, list[PeriodValue]]:
    """What was measured of the present period of goals and of so many before it, the oldest first: one query.

    Of rolling periods those are taken that lie a seventh of their length, or a day, apart: a line of them is smooth
    without a row for each day.
    """
    wanted = {spec.pk: {period.last for period in line_of(spec, now, points)} for spec in specs}
    ends = set().union(*wanted.values()) if wanted else set()
    found: dict[int, list[PeriodValue]] = {pk: [] for pk in wanted}
    for row in PeriodValue.objects.filter(goal_id__in=list(wanted), last__in=ends).order_by("last"):
        if row.last in wanted[row.goal_id]:
            found[row.goal_id].append(row)
    return found


def trends_of(specs: Iterable[Spec], now: datetime, points: int) -> dict[int, list[float | None]]:
    """The same, values alone, which costs a third; None for periods of which nothing was measured."""
    lines = {spec.pk: [period.last for period in line_of(spec, now, points)] for spec in specs}
    ends = {last for line in lines.values() for last in line}
    rows = PeriodValue.objects.filter(goal_id__in=list(lines), last__in=ends)
    held = {(goal, last): value for goal, last, value in rows.values_list("goal_id", "last", "value")}
    return {pk: [held.get((pk, last)) for last in line] for pk, line in lines.items()}


def line_of(spec: Spec, now: datetime, points: int) -> list[Period]:
    """The periods of a trend, the oldest first, the present one last."""
    found = [spec.period_with(spec.today(now))]
    step = max(spec.days // 7, 1) if spec.rhythm == "rolling" else 1
    while len(found) < points:
        if spec.rhythm == "rolling":
            found.append(spec.period_with(found[-1].last - timedelta(days=step)))
        else:
            found.append(before(found[-1], spec.rhythm))
    return found[::-1]


def row_of(spec: Spec, period: Period) -> PeriodValue | None:
    """What was measured of one period."""
    return PeriodValue.objects.filter(goal_id=spec.pk, first=period.first, last=period.last).first()


def value_of(spec: Spec, row: PeriodValue) -> Fraction | None:
    """The number of a row, exactly where it is a quotient."""
    if row.value is None:
        return None
    if spec.percentile or (spec.is_gauge and spec.one.value and not spec.is_share):
        return Fraction(row.value)
    return spec.value_of(Tally(row.numerator, row.denominator, row.total))


def quotient(spec: Spec, row: PeriodValue) -> tuple[int, int]:
    """Numerator and denominator of a row: records of a share, the sum of the values of a mean, and of how many records
    a percentile is."""
    if spec.one.sort == Sort.MEAN or spec.statistic == Statistic.MEAN:
        return row.total, row.denominator
    return (row.denominator if spec.percentile else row.numerator), row.denominator


def shown(spec: Spec, value: Fraction | float | None) -> str:
    """A number of a goal for people."""
    return rules.written(value, spec.unit, spec.comparison)


def budget_of(spec: Spec, row: PeriodValue) -> GoalBudget | None:
    """The error budget of a goal in a period, if it has one."""
    if not spec.is_share:
        return None
    found = rules.budget_of(row.numerator, row.denominator, spec.comparison, Fraction(str(row.target)))
    if found is None:
        return None
    percent = found.left_percent
    left = None if percent is None else round(float(percent), 2)
    return GoalBudget(round(float(found.allowed), 3), found.spent, round(float(found.left), 3), left)


def burn_of(spec: Spec, row: PeriodValue) -> GoalBurn | None:
    """How fast its error budget burns, if it has one."""
    if not spec.is_share:
        return None
    return GoalBurn(spec.burn_windows[0], row.burn_short, spec.burn_windows[1], row.burn_long)


def published_of(spec: Spec, row: PeriodValue) -> GoalPublished | None:
    """What a period came to when it was published."""
    if row.published_at is None:
        return None
    numerator, denominator = row.published_numerator or 0, row.published_denominator or 0
    return GoalPublished(
        at=moment_text(row.published_at),
        value=row.published_value,
        shown=shown(spec, row.published_value),
        numerator=numerator,
        denominator=denominator,
        state=row.published_state,
        changed=(row.published_value, numerator, denominator) != (row.value, row.numerator, row.denominator),
    )


def point_of(spec: Spec, row: PeriodValue) -> GoalPoint:
    """One point of a trend."""
    return GoalPoint(
        period=name_of(Period(row.first, row.last), spec.rhythm),
        first=row.first.isoformat(),
        last=row.last.isoformat(),
        numerator=quotient(spec, row)[0],
        denominator=row.denominator,
        value=row.value,
        shown=shown(spec, value_of(spec, row)),
        state=row.state,
        target=row.target,
        published=published_of(spec, row),
    )


def period_in_words(spec: Spec, period: Period) -> str:
    """`last 30 days`, `November 2026`, or the name of another calendar period."""
    if spec.rhythm == "rolling":
        return ngettext("last day", "last %(days)s days", spec.days) % {"days": spec.days}
    if spec.rhythm == "month":
        return date_format(period.first, "F Y")
    return name_of(period, spec.rhythm)


def scope_words(specs: Iterable[Spec], actor: Actor, *, numbered: bool = True) -> dict[int, dict[str, str]]:
    """To which part of the work goals are limited, in words: one query. `numbered`: records with their numbers."""
    given = {spec.pk: {n: v for n, v in spec.scope.given.items() if v is not None} for spec in specs}
    titles = titles_of({v for one in given.values() for n, v in one.items() if n in REFERENCES}, actor)
    return {
        pk: {
            name: " ".join(_called(titles, value)[0 if numbered else 1 :]) if name in REFERENCES else str(value)
            for name, value in one.items()
        }
        for pk, one in given.items()
    }


def _called(titles: Mapping[int, tuple[str, str]], pk: int) -> tuple[str, str]:
    kind, title = titles.get(pk, ("", ""))
    return number_of(kind, pk), title


def whole_value(spec: Spec, actor: Actor, period: Period, now: datetime) -> GoalValue:
    """Everything about what a goal came to in a period."""
    row, one = row_of(spec, period), spec.one
    target, threshold = spec.target_on(min(period.last, spec.today(now)))
    value = value_of(spec, row) if row is not None else None
    return GoalValue(
        number=f"GOAL-{spec.pk}",
        title=spec.title,
        cluster=spec.cluster,
        indicator=one.key,
        label=str(one.label),
        formula=str(one.formula),
        source=one.source,
        filter=scope_words([spec], actor)[spec.pk],
        unit=str(spec.unit),
        statistic=spec.statistic,
        comparison=spec.comparison,
        target=float(target),
        target_shown=shown(spec, target),
        threshold=None if threshold is None else float(threshold),
        period=name_of(period, spec.rhythm),
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        numerator=quotient(spec, row)[0] if row else 0,
        denominator=row.denominator if row else 0,
        value=None if value is None else float(value),
        shown=shown(spec, value) if row else "not measured yet",
        state=row.state if row else str(Standing.UNMEASURED),
        budget=budget_of(spec, row) if row else None,
        burn=burn_of(spec, row) if row else None,
        published=published_of(spec, row) if row else None,
        measured_at=moment_text(row.measured_at) if row else None,
        recomputing=recomputing([spec]).get(spec.pk, ""),
    )


def recomputing(specs: Iterable[Spec]) -> dict[int, str]:
    """For goals of which a background run is to measure days: what to say about it."""
    rows = Dirty.objects.exclude(batch=None).order_by().values_list("indicator", "zone", "goal_id", "batch").distinct()
    waiting = {(indicator, zone, goal): batch for indicator, zone, goal, batch in rows}
    if not waiting:
        return {}
    runs = {run.arguments.get("batch"): run for run in Run.objects.filter(task=TASK)}
    found = {}
    for spec in specs:
        for goal in (0, spec.pk):
            batch = waiting.get((spec.one.key, spec.zone.key, goal))
            if batch is not None:
                found[spec.pk] = _of_run(runs.get(str(batch)))
    return found


def _of_run(run: Run | None) -> str:
    if run is not None and run.state in {RunState.QUEUED, RunState.RUNNING}:
        how_far = f", {run.done:,} of {run.total:,} days done" if run.total else ""
        return f"It is measured anew in the background{how_far}; until then this is what it came to before."
    return "Measuring it anew was stopped; what it came to before still stands. Run measure-goals to go on."
