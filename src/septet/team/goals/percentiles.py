"""Exact percentiles of periods, computed from the values of their records; those of days cannot be added up."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from septet.lib.histograms import places
from septet.lib.periods import Period
from septet.team.goals import events
from septet.team.goals.specs import Spec

Exact = dict[int, dict[Period, Fraction | None]]


def of_periods(wanted: Sequence[tuple[Spec, list[Period]]]) -> Exact:
    """The percentiles of goals of one indicator in one zone, by goal and period; goals that are none are left out."""
    asked = [(spec, periods) for spec, periods in wanted if spec.percentile and periods and not spec.is_gauge]
    if not asked:
        return {}
    first = min(periods[0].first for _, periods in asked)
    last = max(periods[-1].last for _, periods in asked)
    spec = asked[0][0]
    values = events.values(spec.one, Period(first, last), spec.zone, {spec.scope for spec, _ in asked})
    return {spec.pk: _of_goal(spec, periods, values.get(spec.scope, [])) for spec, periods in asked}


def _of_goal(spec: Spec, periods: list[Period], told: list[tuple[date, int]]) -> dict[Period, Fraction | None]:
    import numpy as np  # slow to load, and most commands measure nothing

    told.sort(key=lambda one: one[0])
    days: Any = np.array([day.toordinal() for day, _ in told], dtype=np.int64)
    values: Any = np.array([value for _, value in told], dtype=np.int64)
    found: dict[Period, Fraction | None] = {}
    for period in periods:
        start, stop = np.searchsorted(days, [period.first.toordinal(), period.last.toordinal() + 1])
        found[period] = percentile(values[start:stop], spec.percentile or 0)
    return found


def percentile(values: Any, percent: int) -> Fraction | None:
    """The percentile of an array of whole numbers, exactly; see `septet.lib.histograms.places`."""
    if not len(values):
        return None
    import numpy as np

    low, high, rest = places(len(values), percent)
    parted = np.partition(values, [low, high])
    return Fraction(int(parted[low]) * (100 - rest) + int(parted[high]) * rest, 100)
