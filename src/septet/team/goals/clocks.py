"""Indicators of promises kept: the same for every type whose records have clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.clocks.events import EVENTS
from septet.kernel.clocks.facts import COMMENT, WATCHED
from septet.kernel.models import Clock, Metric, Standing
from septet.kernel.registry import Cluster, registry
from septet.team.goals.indicators import Sort, indicator
from septet.team.goals.ties import IsAmong

ITIL = "ITIL, service level management"


def touched(kind: str, action: str, changes: Mapping[str, Any]) -> bool:
    """Whether an entry may have moved a clock of its record."""
    it = registry.types.get(kind)
    if it is None or it.clocks is None:
        return False
    return action in EVENTS or f":{COMMENT}" in changes or not WATCHED.isdisjoint(changes)


@dataclass(frozen=True)
class Words:
    """What the indicators of a metric are called, and how they are computed, in words."""

    in_time: Any
    of_all: Any
    late: Any
    formula: Any
    formula_of_all: Any
    formula_late: Any


WORDS = {
    Metric.RESPONSE: Words(
        _("Answered in time"),
        _("Answered in time, of all due"),
        _("Not answered and past their target"),
        _("answered within their target / answered"),
        _("answered within their target / (answered + still unanswered past their target at the end of the period)"),
        _("not answered and past their target at the end of the day"),
    ),
    Metric.RESOLUTION: Words(
        _("Resolved in time"),
        _("Resolved in time, of all due"),
        _("Not resolved and past their target"),
        _("resolved within their target / resolved"),
        _("resolved within their target / (resolved + still open past their target at the end of the period)"),
        _("not resolved and past their target at the end of the day"),
    ),
}


def promises_kept(kind: str, cluster: Cluster) -> None:
    """Declare what is measured of the clocks of a type: shares of promises kept, of what was answered or resolved and
    as contracts count, and what is late."""
    for metric, words in WORDS.items():
        late = f"{kind}.{metric}-late"
        _late(late, kind, cluster, metric, words)
        _in_time(f"{kind}.{metric}-in-time", kind, cluster, metric, words.in_time, words.formula)
        _in_time(f"{kind}.{metric}-in-time-of-all", kind, cluster, metric, words.of_all, words.formula_of_all, late)


def _late(key: str, kind: str, cluster: Cluster, metric: Metric, words: Words) -> None:
    def beside(at: datetime) -> dict[str, Any]:
        rows = Clock.objects.filter(metric=metric, breached_at__lte=at)
        lasting = rows.filter(Q(met_at=None) | Q(met_at__gt=at)).exclude(state=Standing.CANCELLED)
        return {"is_late": IsAmong(lasting.values_list("record_id", flat=True))}

    indicator(
        key,
        cluster,
        words.late,
        _("Whose time was up at the end of the day, and who still waited."),
        kind=kind,
        sort=Sort.GAUGE,
        valid=Q(is_late=True),
        beside=beside,
        reads=("clocks",),
        formula=words.formula_late,
        source=ITIL,
        higher=False,
    )


def _in_time(
    key: str, kind: str, cluster: Cluster, metric: Metric, label: Any, formula: Any, standing: str = ""
) -> None:
    clock = f"its_{metric}"

    def beside(at: datetime) -> dict[str, Any]:
        return {clock: FilteredRelation("clocks", condition=Q(clocks__kind=kind, clocks__metric=metric))}

    indicator(
        key,
        cluster,
        label,
        _("How many promises of an agreement were kept."),
        kind=kind,
        sort=Sort.RATIO,
        date=f"{clock}__met_at",
        valid=Q(**{f"{clock}__state__in": [Standing.MET, Standing.MISSED]}),
        good=Q(**{f"{clock}__state": Standing.MET}),
        beside=beside,
        reads=("clocks",),
        standing=standing,
        formula=formula,
        source=f"{ITIL}: targets met, as contracts count" if standing else f"{ITIL}: targets met",
    )
