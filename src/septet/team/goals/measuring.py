"""From records to what goals have come to: the values of days, and from them those of periods.

Nothing here knows why a day is measured, and measuring it again changes nothing.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from septet.kernel.bulk_rows import insert
from septet.lib.periods import DAY, Period
from septet.team.goals import events, percentiles, rules, stock
from septet.team.goals.indicators import Indicator, Sort
from septet.team.goals.models import Correction, DayValue, PeriodValue
from septet.team.goals.specs import Spec
from septet.team.goals.tallies import Scope, Tallies, Tally

BATCH = 1000
# Where every record has to be asked anew for every day, so far back at most.
LOOK_BACK = timedelta(days=400)
# What a period comes to; when it changes after it was published, that is a correction.
NUMBERS = ("value", "numerator", "denominator")
JUDGED = ("total", "state", "target", "threshold", "burn_short", "burn_long")
PUBLISHED = tuple(f"published_{name}" for name in ("at", *NUMBERS, "state"))
WRITTEN = (*NUMBERS, *JUDGED, *PUBLISHED, "measured_at")
PERIOD_COLUMNS = ("goal_id", "first", "last", *WRITTEN)
DAY_COLUMNS = ("goal_id", "day", "numerator", "denominator", "total", "standing", "bins", "value")


def count(one: Indicator, days: list[date], zone: ZoneInfo, scopes: set[Scope], now: datetime) -> Tallies:
    """What an indicator comes to in scopes on days, whatever its sort."""
    if one.sort == Sort.GAUGE:
        return stock.measure(one, days, zone, scopes, now)
    found = events.measure(one, days, zone, scopes)
    if one.denominator is not None:
        of_all = events.measure(one.denominator, days, zone, scopes)
        for key in {*found, *of_all}:
            found[key].denominator = of_all[key].denominator
    if one.left_over is not None:
        for key, tally in stock.measure(one.left_over, days, zone, scopes, now).items():
            found[key].standing = tally.denominator
    return found


def oldest_day(spec: Spec, now: datetime) -> date:
    """The first day of which the indicator of a goal has any record; today if there is none."""
    today = spec.today(now)
    found = [_oldest(one, spec.zone) for one in spec.one.sources]
    first = min([today, *(day for day in found if day is not None)])
    slow = any(one.moves and not one.date for one in spec.one.sources)
    return max(first, today - LOOK_BACK) if slow else first


def _oldest(one: Indicator, zone: ZoneInfo) -> date | None:
    return events.oldest_day(one, zone) if one.date else stock.oldest_day(one, zone)


@dataclass
class Measured:
    """What a measuring of some days brought, ready to be written: new values of days, and of the periods they touch."""

    days: list[DayValue] = field(default_factory=list)
    days_gone: list[int] = field(default_factory=list)
    periods: list[PeriodValue] = field(default_factory=list)
    periods_gone: list[int] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    def write(self) -> None:
        """Put everything in the place of what stands there. Must run in a transaction."""
        for model, gone in ((DayValue, self.days_gone), (PeriodValue, self.periods_gone)):
            for start in range(0, len(gone), BATCH):
                model._default_manager.filter(pk__in=gone[start : start + BATCH]).delete()
        for model, names, key, rows in (
            (DayValue, DAY_COLUMNS, ("goal_id", "day"), self.days),
            (PeriodValue, PERIOD_COLUMNS, ("goal_id", "last"), self.periods),
        ):
            insert.replace(model, names, key, [tuple(getattr(row, name) for name in names) for row in rows])
        Correction.objects.bulk_create(self.corrections, BATCH)


def measure(
    specs: list[Spec],
    days: Mapping[date, int | None],
    now: datetime,
    found: Measured,
    *,
    unsettled: frozenset[date] = frozenset(),
    anew: Container[int] = (),
) -> None:
    """Measure goals of one indicator in one zone on days, each with the entry that asked for it, into `found`.

    `unsettled` are days that have to be measured as well but are not now; periods with them are not published. `anew`
    are goals of which nothing counts any more that was measured of other days, and in other periods than theirs.
    """
    one, zone = specs[0].one, specs[0].zone
    tallies = count(one, sorted(days), zone, {spec.scope for spec in specs}, now)
    plans = [_Plan.of(spec, days, now) for spec in specs]
    exact = percentiles.of_periods([(plan.spec, plan.periods) for plan in plans])
    for plan in plans:
        fresh = {day: tallies[plan.spec.scope, day] for day in plan.days if (plan.spec.scope, day) in tallies}
        writing = _Writing(plan, fresh, exact.get(plan.spec.pk, {}), days, now, unsettled, found)
        writing.all()
        if plan.spec.pk in anew and plan.days:
            writing.forget_others()


@dataclass
class _Plan:
    """Which days of a goal are measured, and which of its periods that touches."""

    spec: Spec
    days: list[date]
    periods: list[Period]
    today: date

    @classmethod
    def of(cls, spec: Spec, days: Iterable[date], now: datetime) -> "_Plan":
        today = spec.today(now)
        own = [day for day in sorted(days) if day <= today and (spec.valid_from is None or day >= spec.valid_from)]
        ends = set(own)
        if spec.rhythm == "rolling" and not spec.is_gauge:
            ends = {day + n * DAY for day in own for n in range(spec.days) if day + n * DAY <= today}
        return cls(spec, own, sorted({spec.period_with(day) for day in ends}), today)

    @property
    def window(self) -> Period:
        """The days whose values the periods are computed from."""
        back = timedelta(days=max(self.spec.burn_windows))
        return Period(min(self.periods[0].first, self.periods[0].last - back), self.periods[-1].last)


class _Writing:
    """The new values of one goal."""

    def __init__(
        self,
        plan: _Plan,
        fresh: Mapping[date, Tally],
        exact: Mapping[Period, Fraction | None],
        causes: Mapping[date, int | None],
        now: datetime,
        unsettled: frozenset[date],
        found: Measured,
    ) -> None:
        self.plan, self.spec, self.fresh, self.exact = plan, plan.spec, fresh, exact
        self.causes, self.now, self.unsettled, self.found = causes, now, unsettled, found

    def all(self) -> None:
        """Work out days and periods."""
        if not self.plan.days:
            return
        window = self.plan.window
        stored = self._stored(Period(min(window.first, self.plan.days[0]), window.last))
        for day in self.plan.days:
            tally, row = self.fresh.get(day), stored.get(day)
            if tally is None:
                if row is not None:
                    self.found.days_gone.append(row.pk)
                    del stored[day]
                continue
            new = self._day(day, tally)
            if row is None or _numbers(row) != _numbers(new):
                self.found.days.append(new)
            stored[day] = new
        sums = _Sums(window, stored, self.plan.today)
        held = {row.last: row for row in self._held()}
        for period in self.plan.periods:
            self._period(period, sums, held.get(period.last))

    def forget_others(self) -> None:
        """Forget the days and periods of what the goal was before."""
        known = {(period.first, period.last) for period in self.plan.periods}
        days = DayValue.objects.filter(goal_id=self.spec.pk).exclude(day__range=(self.plan.days[0], self.plan.days[-1]))
        self.found.days_gone += days.values_list("pk", flat=True)
        periods = PeriodValue.objects.filter(goal_id=self.spec.pk).values_list("pk", "first", "last")
        self.found.periods_gone += [pk for pk, *ends in periods if tuple(ends) not in known]

    def _stored(self, window: Period) -> dict[date, DayValue]:
        rows = DayValue.objects.filter(goal_id=self.spec.pk, day__range=(window.first, window.last))
        return {row.day: row for row in rows}

    def _held(self) -> Iterable[PeriodValue]:
        ends = self.plan.periods[0].last, self.plan.periods[-1].last
        return PeriodValue.objects.filter(goal_id=self.spec.pk, last__range=ends)

    def _day(self, day: date, tally: Tally) -> DayValue:
        value = tally.quantiles.get(self.spec.percentile or 0)
        return DayValue(
            goal_id=self.spec.pk,
            day=day,
            numerator=tally.numerator,
            denominator=tally.denominator,
            total=tally.total,
            standing=tally.standing,
            bins=orjson.dumps(tally.bins, option=orjson.OPT_NON_STR_KEYS).decode() if tally.bins else "",
            value=value,
        )

    def _period(self, period: Period, sums: "_Sums", held: PeriodValue | None) -> None:
        spec, end = self.spec, min(period.last, self.plan.today)
        if spec.is_gauge:
            tally = sums.on(end)
            value = _fraction(sums.value_on(end)) if spec.percentile else spec.value_of(tally)
            if not sums.has(end):
                return
        else:
            tally = sums.over(period)
            value = self.exact.get(period) if spec.percentile else spec.value_of(tally)
        target, threshold = spec.target_on(end)
        new = PeriodValue(
            goal_id=spec.pk,
            first=period.first,
            last=period.last,
            numerator=tally.numerator,
            denominator=tally.denominator,
            total=tally.total,
            value=None if value is None else float(value),
            state=rules.judged(value, spec.comparison, target, threshold),
            target=float(target),
            threshold=None if threshold is None else float(threshold),
            measured_at=self.now,
        )
        if spec.is_share:
            new.burn_short, new.burn_long = (self._burn(sums, end, days, target) for days in spec.burn_windows)
        self._publish(new, held)

    def _burn(self, sums: "_Sums", end: date, days: int, target: Fraction) -> float | None:
        tally = sums.over(Period(end - timedelta(days=days - 1), end)) if not self.spec.is_gauge else sums.on(end)
        rate = rules.burn_rate(tally.numerator, tally.denominator, self.spec.comparison, target)
        return None if rate is None else float(rate)

    def _publish(self, new: PeriodValue, held: PeriodValue | None) -> None:
        """Keep what was published; publish what is over and measured; note what a published period comes to now."""
        if held is not None:
            for name in PUBLISHED:
                setattr(new, name, getattr(held, name))
            if all(getattr(held, name) == getattr(new, name) for name in (*NUMBERS, *JUDGED)) and not self._due(new):
                return
            if held.published_at is not None and any(getattr(held, n) != getattr(new, n) for n in NUMBERS):
                self._correct(held, new)
        if self._due(new):
            new.published_at, new.published_state = self.now, new.state
            for name in NUMBERS:
                setattr(new, f"published_{name}", getattr(new, name))
        self.found.periods.append(new)

    def _due(self, new: PeriodValue) -> bool:
        over = new.published_at is None and new.last < self.plan.today
        return over and not any(new.first <= day <= new.last for day in self.unsettled)

    def _correct(self, held: PeriodValue, new: PeriodValue) -> None:
        causes = [entry for day, entry in self.causes.items() if new.first <= day <= new.last and entry]
        before_after = {
            f"{name}_{when}": getattr(row, name) for name in NUMBERS for when, row in (("before", held), ("after", new))
        }
        self.found.corrections.append(
            Correction(period_id=held.pk, at=self.now, entry_id=max(causes, default=None), **before_after)
        )


class _Sums:
    """The values of days, added up over any stretch of a window."""

    def __init__(self, window: Period, stored: Mapping[date, DayValue], today: date) -> None:
        self.first, self.stored, self.today = window.first, stored, today
        rows = [stored.get(day) for day in window.days()]
        self._sums = [
            [0, *accumulate(getattr(row, name) if row is not None else 0 for row in rows)]
            for name in ("numerator", "denominator", "total")
        ]

    def over(self, period: Period) -> Tally:
        """What the days of a period come to together, with what is left over at its end."""
        start = max((period.first - self.first).days, 0)
        stop = min((period.last - self.first).days + 1, len(self._sums[0]) - 1)
        numerator, denominator, total = (sums[stop] - sums[start] for sums in self._sums)
        return Tally(numerator, denominator + self._standing(period.last), total)

    def _standing(self, end: date) -> int:
        row = self.stored.get(min(end, self.today))
        return row.standing if row is not None else 0

    def has(self, day: date) -> bool:
        """Whether the day was measured."""
        return day in self.stored

    def on(self, day: date) -> Tally:
        """What one day came to."""
        row = self.stored.get(day)
        return Tally(row.numerator, row.denominator, row.total) if row is not None else Tally()

    def value_on(self, day: date) -> float | None:
        """The exact statistic of a gauge at the end of a day."""
        row = self.stored.get(day)
        return row.value if row is not None else None


def _numbers(row: DayValue) -> tuple[Any, ...]:
    return row.numerator, row.denominator, row.total, row.standing, row.bins, row.value


def _fraction(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(value)
