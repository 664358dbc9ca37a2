"""The board as data: every role cluster with its goals, and what needs a person now."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel.actors import Actor
from septet.kernel.models import FailedReaction, Verb
from septet.kernel.policy import visible_to
from septet.kernel.readings import report
from septet.kernel.registry import Cluster, registry
from septet.lib.periods import name_of
from septet.team.assignments.vacancies import vacancies
from septet.team.board.needs import BoardNeed, BoardRecord, needs, urgent
from septet.team.clusters.model import ROLE_CLUSTERS
from septet.team.goals import following
from septet.team.goals import reading as told
from septet.team.goals.indicators import declared
from septet.team.goals.models import Goal, PeriodValue
from septet.team.goals.progress import FirstMeasuring, first_measuring
from septet.team.goals.rules import Standing
from septet.team.goals.sets import name_of_set
from septet.team.goals.specs import Spec, specs

POINTS = 9


@dataclass(frozen=True, slots=True)
class BoardGoal:
    """One goal: what it came to in its present period and before. `against` counts the records that count against a
    share; `among` narrows the list of `types` to them, or of other goals to all records behind the number. What is left
    of an error budget is in records and in percent of it."""

    number: str
    title: str
    state: str
    shown: str
    comparison: str
    target: str
    period: str
    over: str
    numerator: int
    denominator: int
    against: int | None
    budget_left: float | None
    budget_percent: float | None
    types: str
    among: str
    trend: list[float | None]
    aim: float
    recomputing: str


@dataclass(frozen=True, slots=True)
class BoardCluster:
    """A role cluster: `measures` counts the indicators that there are for it, `lists` the types of records; where both
    are 0 nothing of it is built. `vacant` counts services on offer for which nobody answers in it."""

    key: str
    label: str
    goal: str
    measures: int
    lists: int
    vacant: int
    goals: list[BoardGoal]


@dataclass(frozen=True, slots=True)
class Board:
    """All role clusters and what they share. `measuring`: whether a worker measures at present; `first` is how far it
    is while there are goals that were never measured. `parked` counts what failed in the background and is not tried
    again, for administrators."""

    at: datetime
    measuring: bool
    first: FirstMeasuring | None
    clusters: list[BoardCluster]
    needs: list[BoardNeed]
    urgent: list[BoardRecord]
    parked: int


@report()
def board(actor: Actor) -> Board:
    """Show how the role clusters stand: their goals with attainment, budget and trend, and what needs a person now."""
    now = timezone.now()
    following.keep_up()
    return whole(actor, now)


def whole(actor: Actor, now: datetime) -> Board:
    """The same without measuring anything first."""
    clusters, first = clusters_of(actor, now)
    return Board(
        at=now,
        measuring=following.somebody_measures(),
        first=first,
        clusters=clusters,
        needs=needs(actor, now),
        urgent=urgent(actor, now),
        parked=FailedReaction.objects.filter(retry_at=None).count() if actor.has_everywhere(Verb.ADMINISTER) else 0,
    )


def clusters_of(actor: Actor, now: datetime) -> tuple[list[BoardCluster], FirstMeasuring | None]:
    """Every role cluster, and what they share, with the goals that the actor may see: seven queries. Beside them how
    far measuring is where some of these were never measured."""
    found = specs(visible_to(actor, Goal.objects.all(), registry.types["goal"]))
    rows, trends = told.rows_of(found, now, points=1), told.trends_of(found, now, POINTS)
    anew = told.recomputing(found)
    vacant = vacancies(now)
    by_cluster: dict[str, list[BoardGoal]] = {}
    for spec in sorted(found, key=lambda one: one.title):
        by_cluster.setdefault(spec.cluster, []).append(
            _goal(spec, rows[spec.pk], trends[spec.pk], now, anew.get(spec.pk, ""))
        )
    clusters = [_cluster(one, by_cluster.get(one, []), vacant.get(one, 0)) for one in Cluster]
    return clusters, first_measuring(found, rows, now)


def _cluster(key: Cluster, goals: list[BoardGoal], vacant: int) -> BoardCluster:
    known = ROLE_CLUSTERS.get(key)
    return BoardCluster(
        key=key.value,
        label=str(known.label) if known else str(_("Team")),
        goal=str(known.goal) if known else str(_("People, tasks and reviews are looked after.")),
        measures=sum(one.cluster == key for one in declared.values()),
        lists=sum(it.cluster == key for it in registry.types.values()),
        vacant=vacant,
        goals=goals,
    )


def _goal(spec: Spec, rows: list[PeriodValue], trend: list[float | None], now: datetime, anew: str) -> BoardGoal:
    period = spec.period_with(spec.today(now))
    row = rows[0] if rows else None
    budget = told.budget_of(spec, row) if row else None
    target = spec.target_on(spec.today(now))[0]
    numerator, denominator = told.quotient(spec, row) if row else (0, 0)
    return BoardGoal(
        number=f"GOAL-{spec.pk}",
        title=spec.title,
        state=row.state if row else str(Standing.UNMEASURED),
        shown=told.shown(spec, told.value_of(spec, row)) if row else "",
        comparison=spec.comparison,
        target=told.shown(spec, target),
        period=name_of(period, spec.rhythm),
        over=told.period_in_words(spec, period),
        numerator=numerator,
        denominator=denominator,
        against=budget.spent if budget else None,
        budget_left=budget.left if budget else None,
        budget_percent=budget.left_percent if budget else None,
        types=spec.one.it.path,
        among=name_of_set(spec, "missed" if spec.is_share else "counted", period),
        trend=trend,
        aim=float(target),
        recomputing=anew,
    )
