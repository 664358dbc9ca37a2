"""What a goal is as an OpenSLO document, and what such a document is as the fields of a goal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, get_args

from septet.kernel.errors import Invalid
from septet.lib.text import suggestion
from septet.team.goals.indicators import declared
from septet.team.goals.models import Comparison, Goal, Period, Statistic
from septet.team.goals.rules import AT_LEAST, read_amount
from septet.team.goals.specs import Spec
from septet.team.openslo.shapes import (
    ANNOTATIONS,
    OURS,
    VERSION,
    Calendar,
    Filter,
    Inline,
    Metadata,
    Metric,
    MetricSource,
    Objective,
    Ours,
    Ratio,
    SliDocument,
    SliSpec,
    SloDocument,
    SloSpec,
    Window,
)

CALENDAR = {"1w": Period.WEEK, "1M": Period.MONTH, "1Q": Period.QUARTER, "1Y": Period.YEAR}
LENGTHS = {rhythm.value: duration for duration, rhythm in CALENDAR.items()}
# A day on which all calendar periods of a sort begin: 1 January 2024 was a Monday.
BEGINNING = "2024-01-01 00:00:00"
FILTERS: tuple[Filter, ...] = get_args(Filter)
# Fields of a goal for which OpenSLO has no place; they travel as annotations.
KEPT = ("cluster", "threshold", "zone", "short_window", "long_window", "consequence", "valid_from")


@dataclass(frozen=True, slots=True)
class Told:
    """A goal as a document tells it: its fields but for references, which are titles in `named`, each with its place
    in the document."""

    fields: dict[str, Any]
    named: dict[str, tuple[str, str]]


def written(
    goal: Goal, spec: Spec, name: str, service: str, scope: Mapping[str, str]
) -> tuple[SliDocument, SloDocument]:
    """An indicator and a goal as documents. Raises ValueError with a sentence where OpenSLO has no such goal."""
    if not spec.is_share:
        raise ValueError("Its number is no share of records, and OpenSLO has targets for shares alone.")
    target = read_amount(goal.target, spec.unit)
    aim = target if spec.comparison == AT_LEAST else 100 - target
    if not 0 <= aim < 100:
        raise ValueError("It lets nothing miss it, and OpenSLO has no target of 100 %.")
    filters = {key: goal.priority if key == "priority" else scope[key] for key in FILTERS if key in scope}
    sli = SliDocument(
        api_version=VERSION,
        kind="SLI",
        metadata=Metadata(name=f"{name}-sli"[:63], display_name=str(spec.one.label)[:255]),
        spec=_sli(spec, filters),
    )
    limit = spec.scope.limit
    slo = SloDocument(
        api_version=VERSION,
        kind="SLO",
        metadata=Metadata(name=name, display_name=goal.title or None, annotations=_kept(goal)),
        spec=SloSpec(
            description=goal.description[:1050],
            service=service,
            indicator_ref=sli.metadata.name,
            time_window=[_window(goal)],
            budgeting_method="Occurrences",
            objectives=[
                Objective(
                    op=None if limit is None else "lte",
                    value=limit,
                    target_percent=_number(aim),
                )
            ],
        ),
    )
    return sli, slo


def _sli(spec: Spec, filters: dict[Filter, Any]) -> SliSpec:
    description = f"{spec.one.formula}. {spec.one.source}."[:1050]

    def metric(records: Any) -> Metric:
        ours = Ours(indicator=spec.one.key, records=records, filter=filters)
        return Metric(metric_source=MetricSource(type=OURS, spec=ours))

    if spec.statistic == Statistic.WITHIN:
        return SliSpec(description=description, threshold_metric=metric(None))
    side = "good" if spec.comparison == AT_LEAST else "bad"
    ratio = Ratio.model_validate({side: metric("numerator"), "total": metric("denominator")})
    return SliSpec(description=description, ratio_metric=ratio)


def _kept(goal: Goal) -> dict[str, str]:
    values = {name: getattr(goal, name) for name in KEPT if name != "zone" or goal.period == Period.ROLLING}
    return {
        f"{ANNOTATIONS}{name.replace('_', '-')}": str(value)
        for name, value in values.items()
        if value not in (None, "")
    }


def _window(goal: Goal) -> Window:
    if goal.period == Period.ROLLING:
        return Window(duration=f"{goal.days}d", is_rolling=True)
    return Window(duration=LENGTHS[goal.period], calendar=Calendar(start_time=BEGINNING, time_zone=goal.zone))


def _number(value: Fraction) -> float | int:
    return int(value) if value.denominator == 1 else float(value)


def told(slo: SloDocument, sli: SliDocument | Inline) -> Told:
    """The fields of the goal that a document tells. Raises Invalid that names the place which does not fit."""
    source, objective, spec = sli.spec.source, slo.spec.objectives[0], slo.spec
    if source.indicator not in declared:
        known = suggestion(source.indicator, declared)
        raise Invalid(fields={"indicator": f"There is no indicator {source.indicator[:64]!r}.{known}"})
    low = sli.spec.ratio_metric is not None and sli.spec.ratio_metric.bad is not None
    fields: dict[str, Any] = {
        "title": slo.metadata.title,
        "description": spec.description,
        "indicator": source.indicator,
        "comparison": str(Comparison.AT_MOST if low else Comparison.AT_LEAST),
        "target": f"{_plain(_target(objective, low=low))} %",
        **_period(spec.time_window[0]),
        **_limit(objective, is_threshold=sli.spec.threshold_metric is not None),
        **_annotated(slo.metadata.annotations),
    }
    named: dict[str, tuple[str, str]] = {}
    for name, value in source.filter.items():
        if name in {"priority", "category"}:
            fields[name] = value
        else:
            named[name] = (str(value), f"spec.filter.{name}")
    return Told(fields, named)


def _target(objective: Objective, *, low: bool) -> Fraction:
    given = objective.target_percent
    # By its text, so that 0.9995 is what was written and not the nearest binary number.
    percent = Fraction(str(given)) if given is not None else Fraction(str(objective.target)) * 100
    return 100 - percent if low else percent


def _plain(value: Fraction) -> str:
    return f"{float(value):.10f}".rstrip("0").rstrip(".")


def _limit(objective: Objective, *, is_threshold: bool) -> dict[str, Any]:
    place = "spec.objectives.0.value"
    if not is_threshold:
        if objective.value is not None or objective.op is not None:
            raise Invalid(fields={place: "Only a thresholdMetric has op and value; leave them out."})
        return {"statistic": "", "limit": ""}
    if objective.value is None or objective.op is None:
        raise Invalid(fields={place: "Say by op: lte and value within how many seconds a record is good."})
    return {"statistic": str(Statistic.WITHIN), "limit": f"{_plain(Fraction(str(objective.value)))}"}


def _period(window: Window) -> dict[str, Any]:
    place = "spec.timeWindow.0"
    if window.calendar is None:
        if window.is_rolling is False:
            raise Invalid(fields={f"{place}.calendar": "A period that does not roll needs a calendar."})
        number, unit = int(window.duration[:-1]), window.duration[-1]
        if unit not in "dw":
            raise Invalid(fields={f"{place}.duration": "A rolling period is a number of days or weeks, such as 30d."})
        return {"period": str(Period.ROLLING), "days": number * (7 if unit == "w" else 1)}
    if window.is_rolling:
        raise Invalid(fields={f"{place}.isRolling": "A period of the calendar does not roll."})
    if window.duration not in CALENDAR:
        raise Invalid(fields={f"{place}.duration": f"A calendar period is one of {', '.join(CALENDAR)}."})
    rhythm = CALENDAR[window.duration]
    _check_beginning(window.calendar.start_time, rhythm, f"{place}.calendar.startTime")
    return {"period": str(rhythm), "zone": window.calendar.time_zone or "UTC"}


def _check_beginning(given: str | datetime, rhythm: Period, place: str) -> None:
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    except ValueError:
        raise Invalid(fields={place: "Write date and time, such as 2024-01-01 00:00:00."}) from None
    begins = {
        Period.WEEK: at.weekday() == 0,
        Period.MONTH: at.day == 1,
        Period.QUARTER: at.day == 1 and at.month in {1, 4, 7, 10},
        Period.YEAR: (at.day, at.month) == (1, 1),
    }
    if at.time() != datetime.min.time() or not begins[rhythm]:
        raise Invalid(fields={place: f"A calendar {rhythm} begins at midnight of its first day here, not at {at}."})


def _annotated(annotations: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in annotations.items():
        if not name.startswith(ANNOTATIONS):
            continue
        field = name.removeprefix(ANNOTATIONS).replace("-", "_")
        if field not in KEPT:
            raise Invalid(fields={f"metadata.annotations.{name}": "A goal has no such field; leave it out."})
        found[field] = int(value) if field.endswith("window") and value.isdecimal() else value
    return found
