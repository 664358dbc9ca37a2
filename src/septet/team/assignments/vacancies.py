"""Where nobody answers: services on offer without an accountable holder in a role cluster."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from septet.kernel.errors import Invalid
from septet.kernel.models import Record
from septet.kernel.named_sets import NamedSet, named_set
from septet.kernel.prepared import Prepared, Slot, as_stored, prepare
from septet.kernel.registry import Cluster, RecordType
from septet.team.assignments.holders import in_force
from septet.team.assignments.models import Accountability, Assignment

OFFERED = ("live", "retiring")
CLUSTERS = tuple(one for one in Cluster if one != Cluster.TEAM)


def accountable(at: datetime | Slot) -> QuerySet[Assignment]:
    """Assignments by which somebody answers at a moment, everywhere and for every technology; a proposed one does not
    count yet."""
    mine = in_force(at).filter(accountability=Accountability.ACCOUNTABLE, site=None, technology=None)
    return mine.order_by()


def vacancies(now: datetime) -> dict[str, int]:
    """For how many of the services on offer nobody answers, by role cluster: two queries."""
    offered, holders = _written(connection.vendor)
    total = len(offered.rows({}))
    rows = holders.rows({"now": as_stored(now)})
    answered = {cluster: total if for_all else for_some for cluster, for_all, for_some in rows}
    return {one.value: total - answered.get(one, 0) for one in CLUSTERS}


@lru_cache
def _written(_vendor: str) -> tuple[Prepared, Prepared]:
    """Which services are on offer; and by role cluster who answers for all services, and for how many of those."""
    offered = _offered(Record.objects.filter(kind="service")).values("pk")
    holders = (
        accountable(Slot("now"))
        .values_list("cluster")
        .annotate(
            for_all=Count("pk", filter=Q(service=None)),
            for_some=Count("service", filter=Q(service__in=offered), distinct=True),
        )
    )
    return prepare(offered), prepare(holders)


def _offered(services: QuerySet[Any]) -> QuerySet[Any]:
    return services.filter(state__in=OFFERED, withdrawn_at=None)


@named_set("vacant")
def vacant(name: str, it: RecordType) -> NamedSet:
    """`vacant:release`: services on offer for which nobody answers in a role cluster."""
    cluster = name.partition(":")[2]
    if it.kind != "service" or cluster not in CLUSTERS:
        raise Invalid(fields={"among": f"Write vacant:CLUSTER, of services; one of {', '.join(CLUSTERS)}."})
    held = accountable(timezone.now()).filter(cluster=cluster)

    def narrow(rows: QuerySet[Any], actor: object) -> QuerySet[Any]:
        if held.filter(service=None).exists():
            return rows.none()
        return _offered(rows).exclude(pk__in=held.values("service_id"))

    return NamedSet(name, f"with nobody who answers for {cluster}", narrow)
