"""What can be asked about goals: their numbers, their trend, the records behind them, and all of them in a table."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import Field

from septet.kernel import listing
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict
from septet.kernel.fields import Text
from septet.kernel.models import Verb
from septet.kernel.policy import visible_to
from septet.kernel.readings import procedure, reading, report
from septet.kernel.registry import Cluster, registry
from septet.lib.periods import name_of
from septet.team.goals import dirty, following
from septet.team.goals import reading as told
from septet.team.goals.indicators import declared
from septet.team.goals.models import Goal
from septet.team.goals.reading import GoalPoint, GoalValue
from septet.team.goals.rules import Standing
from septet.team.goals.sets import Which, asked_period, name_of_set
from septet.team.goals.specs import Spec, of_goals, specs

Limit = Annotated[int, Field(ge=1, le=listing.LARGEST_PAGE)]
Points = Annotated[int, Field(ge=1, le=400)]
ClusterName = Literal["release", "infrastructure", "support", "operations", "partner", "security", "service", "team"]


@dataclass(frozen=True, slots=True)
class GoalRecords:
    """A page of the records behind a goal's number; `among` narrows an ordinary list to them."""

    among: str
    types: str
    period: str
    items: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One goal in the table of all."""

    number: str
    title: str
    cluster: str
    attainment: str
    comparison: str
    target: str
    state: str
    budget_left: str
    numerator: int
    denominator: int
    period: str


@dataclass(frozen=True, slots=True)
class GoalTable:
    """All goals that the reader may see."""

    items: list[GoalRow]


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator: what can be measured."""

    key: str
    label: str
    cluster: str
    types: str
    sort: str
    unit: str
    help: str
    formula: str
    source: str
    limited_by: list[str]


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """Everything that can be measured."""

    items: list[IndicatorRow]


@dataclass(frozen=True, slots=True)
class Measuring:
    """Whether everything is measured up to the end of the journal."""

    complete: bool
    resumed: int


def _spec(goal: Goal) -> Spec:
    found = of_goals([goal])
    if not found:
        raise Conflict(f"{goal.number}: the indicator {goal.indicator!r} no longer exists; choose another one.")
    following.keep_up()
    return found[0]


@reading(Goal, examples=[{}, {"period": "2026-10-05"}])
def value(goal: Goal, actor: Actor, *, period: Text = "") -> GoalValue:
    """Say what the goal has come to, in the present period or another, with numerator, denominator and formula."""
    spec, now = _spec(goal), timezone.now()
    return told.whole_value(spec, actor, asked_period(spec, period, now), now)


@reading(Goal, examples=[{}, {"points": 3}])
def trend(goal: Goal, actor: Actor, *, points: Points = told.POINTS) -> list[GoalPoint]:
    """Show what the goal came to in the present period and in those before it, the oldest first."""
    spec = _spec(goal)
    return [told.point_of(spec, row) for row in told.rows_of([spec], timezone.now(), points)[spec.pk]]


@reading(Goal, examples=[{}, {"limit": 10}])
def missed(goal: Goal, actor: Actor, *, period: Text = "", limit: Limit = 50, cursor: Text = "") -> GoalRecords:
    """List the records that count against the goal."""
    return _records(goal, actor, "missed", period, limit, cursor)


@reading(Goal, examples=[{}])
def made(goal: Goal, actor: Actor, *, period: Text = "", limit: Limit = 50, cursor: Text = "") -> GoalRecords:
    """List the records that count for the goal."""
    return _records(goal, actor, "made", period, limit, cursor)


@reading(Goal, examples=[{}])
def counted(goal: Goal, actor: Actor, *, period: Text = "", limit: Limit = 50, cursor: Text = "") -> GoalRecords:
    """List all records that the goal's number is made of."""
    return _records(goal, actor, "counted", period, limit, cursor)


def _records(goal: Goal, actor: Actor, which: Which, period: str, limit: int, cursor: str) -> GoalRecords:
    spec, it = _spec(goal), registry.types[of_goals([goal])[0].one.kind]
    asked = asked_period(spec, period, timezone.now())
    among = name_of_set(spec, which, asked)
    params = {"among": among, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
    found = listing.page(listing.Query.parse(it, params, zone=actor.zone), actor)
    return GoalRecords(among, it.path, name_of(asked, spec.rhythm), found.items, found.next)


@report(kind="goal", examples=[{}, {"cluster": "support"}])
def goals(actor: Actor, *, cluster: ClusterName | None = None, fresh: bool = False) -> GoalTable:
    """Show all goals: attainment, target, what is left of the error budget, numerator and denominator.

    `fresh`: where no worker runs, measure everything first, however long that takes.
    """
    if fresh and actor.has(Verb.MANAGE, "goal"):
        following.catch_up()
    else:
        following.keep_up()
    rows = visible_to(actor, Goal.objects.all(), registry.types["goal"])
    found = specs(rows.filter(cluster=cluster) if cluster else rows)
    now = timezone.now()
    values = told.rows_of(found, now, points=1)
    places = {str(one): place for place, one in enumerate(Cluster)}
    ordered = sorted(found, key=lambda spec: (places.get(spec.cluster, 99), spec.title))
    return GoalTable([_row(spec, values[spec.pk][-1] if values[spec.pk] else None) for spec in ordered])


def _row(spec: Spec, row: Any) -> GoalRow:
    budget = told.budget_of(spec, row) if row is not None else None
    now = timezone.now()
    target, _ = spec.target_on(spec.today(now))
    return GoalRow(
        number=f"GOAL-{spec.pk}",
        title=spec.title,
        cluster=spec.cluster,
        attainment=told.shown(spec, told.value_of(spec, row)) if row is not None else "",
        comparison=spec.comparison,
        target=told.shown(spec, target),
        state=row.state if row is not None else str(Standing.UNMEASURED),
        budget_left=f"{budget.left:g}" if budget is not None else "",
        numerator=told.quotient(spec, row)[0] if row is not None else 0,
        denominator=row.denominator if row is not None else 0,
        period=name_of(spec.period_with(spec.today(now)), spec.rhythm),
    )


@report(kind="goal")
def indicators(actor: Actor) -> IndicatorTable:
    """List everything that can be measured, with its formula."""
    return IndicatorTable(
        [
            IndicatorRow(
                key=one.key,
                label=str(one.label),
                cluster=str(one.cluster),
                types=one.it.path,
                sort=str(one.sort),
                unit=str(one.unit),
                help=str(one.help),
                formula=str(one.formula),
                source=one.source,
                limited_by=list(one.scopes()),
            )
            for one in sorted(declared.values(), key=lambda one: one.key)
        ]
    )


@procedure(verb=Verb.MANAGE, kind="goal")
def measure_goals(actor: Actor, *, via: str, request: str) -> Measuring:
    """Measure what was marked and not measured so far, also where a recomputation was cancelled or failed."""
    resumed = dirty.release_held()
    return Measuring(complete=following.catch_up(), resumed=resumed)
