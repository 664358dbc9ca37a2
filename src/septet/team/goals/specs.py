"""Goals as measuring and reading need them: everything that a goal says, read once."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from septet.lib.periods import Period, day_of, period_with
from septet.team.goals import rules
from septet.team.goals.indicators import Indicator, Sort, Unit, declared
from septet.team.goals.models import Goal, GoalTarget, Statistic
from septet.team.goals.tallies import Scope, Tally

PERCENTILES = {Statistic.MEDIAN: 50, Statistic.P90: 90, Statistic.P95: 95}


def unit_of(one: Indicator, statistic: str) -> Unit:
    """What a goal's number counts."""
    return Unit.PERCENT if statistic == Statistic.WITHIN else one.unit


@dataclass(frozen=True)
class Spec:
    """One goal: what of it matters for its numbers."""

    pk: int
    title: str
    one: Indicator
    scope: Scope
    statistic: str
    comparison: str
    rhythm: str
    days: int
    zone: ZoneInfo
    valid_from: date | None
    windows: tuple[int | None, int | None]
    targets: tuple[tuple[date, Fraction, Fraction | None], ...]
    consequence: str = "none"
    cluster: str = ""
    owner: int | None = None

    @property
    def unit(self) -> Unit:
        """What its number counts."""
        return unit_of(self.one, self.statistic)

    @property
    def is_share(self) -> bool:
        """Whether its number is a numerator in a denominator of records, and so has an error budget."""
        return self.one.is_share or self.statistic == Statistic.WITHIN

    @property
    def percentile(self) -> int | None:
        """Which percentile of the records its number is, if it is one."""
        return PERCENTILES.get(Statistic(self.statistic)) if self.statistic else None

    @property
    def is_gauge(self) -> bool:
        """Whether it looks at what there is at the end of each day."""
        return self.one.sort == Sort.GAUGE

    @cached_property
    def burn_windows(self) -> tuple[int, int]:
        """The days of its short and its long burn window."""
        usual = rules.burn_windows(self.days if self.rhythm == "rolling" else _LENGTHS[self.rhythm])
        return self.windows[0] or usual[0], self.windows[1] or usual[1]

    def today(self, now: datetime) -> date:
        """The day that it is for this goal."""
        return day_of(now, self.zone)

    def period_with(self, day: date) -> Period:
        """Its period that holds a day."""
        return period_with(day, self.rhythm, self.days)

    def target_on(self, day: date) -> tuple[Fraction, Fraction | None]:
        """Target and threshold that are in force on a day."""
        place = bisect_right([since for since, *_ in self.targets], day)
        _, target, threshold = self.targets[max(place - 1, 0)]
        return target, threshold

    def value_of(self, tally: Tally) -> Fraction | None:
        """Its number from what was counted, unless it is a percentile; None where there is nothing to divide by."""
        if self.is_share:
            return Fraction(tally.numerator * 100, tally.denominator) if tally.denominator else None
        if self.one.per:
            return Fraction(tally.numerator * self.one.factor, tally.denominator) if tally.denominator else None
        if self.one.sort == Sort.SUM or (self.is_gauge and not self.one.value):
            return Fraction(tally.total if self.one.value else tally.numerator)
        return Fraction(tally.total, tally.denominator) if tally.denominator else None


_LENGTHS = {"week": 7, "month": 31, "quarter": 92, "year": 366}


def specs(goals: QuerySet[Goal] | None = None) -> list[Spec]:
    """The goals that are measured, or those of `goals` among them, in the order of their ids."""
    wanted = Goal.objects.all() if goals is None else goals
    found = list(wanted.filter(state="active", withdrawn_at=None, indicator__in=list(declared)).order_by("pk"))
    return of_goals(found)


def of_goals(goals: Iterable[Goal]) -> list[Spec]:
    """Specs of these goals, whatever their state."""
    known = [one for one in goals if one.indicator in declared]
    dated: dict[int, list[GoalTarget]] = {}
    for row in GoalTarget.objects.filter(record_id__in=[one.pk for one in known]).order_by("valid_from"):
        dated.setdefault(row.record_id, []).append(row)
    return [spec_of(one, dated.get(one.pk, [])) for one in known]


def spec_of(goal: Goal, dated: list[GoalTarget]) -> Spec:
    """The spec of one goal with its dated targets in order."""
    one = declared[goal.indicator]
    unit = unit_of(one, goal.statistic)
    told = [(row.valid_from, row.target, row.threshold) for row in dated] or [(date.min, goal.target, goal.threshold)]
    limit = rules.read_amount(goal.limit, one.unit) if goal.limit else None
    return Spec(
        pk=goal.pk,
        title=goal.title,
        one=one,
        scope=Scope(
            service=goal.service_id,
            customer=goal.customer_id,
            team=goal.team_id,
            site=goal.site_id,
            priority=goal.priority,
            category=goal.category,
            limit=int(limit) if limit is not None else None,
        ),
        statistic=goal.statistic,
        comparison=goal.comparison,
        rhythm=goal.period,
        days=goal.days,
        zone=ZoneInfo(goal.zone),
        valid_from=goal.valid_from,
        windows=(goal.short_window, goal.long_window),
        targets=tuple(
            (since, rules.read_amount(target, unit), rules.read_amount(threshold, unit) if threshold else None)
            for since, target, threshold in told
        ),
        consequence=goal.consequence,
        cluster=goal.cluster,
        owner=goal.owner_id,
    )
