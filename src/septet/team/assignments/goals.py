"""What is measured of who answers for what."""

from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.team.assignments.vacancies import CLUSTERS, OFFERED, accountable
from septet.team.goals.indicators import Sort, indicator


def _accountable(at: datetime) -> dict[str, Any]:
    """For how many role clusters somebody answers for a service at a moment, by name or for all services."""
    mine = accountable(at).filter(Q(service_id=OuterRef("pk")) | Q(service=None))
    # Grouped by a column of its own table that is the same in all: by one of the record SQLite would walk all records.
    counted = mine.values("accountability").annotate(clusters=Count("cluster", distinct=True)).values("clusters")
    return {"clusters": Coalesce(Subquery(counted, output_field=IntegerField()), 0)}


indicator(
    "service.covered",
    Cluster.SERVICE,
    _("Services that every cluster answers for"),
    _("For how many of the services offered each of the seven role clusters has somebody who answers for it."),
    kind="service",
    sort=Sort.GAUGE,
    valid=Q(state__in=OFFERED),
    good=Q(clusters__gte=len(CLUSTERS)),
    beside=_accountable,
    follows=("assignment",),
    formula=_(
        "services offered with an accountable holder in all role clusters / services offered, at the end of the day"
    ),
    source="MOF Team Model: one accountable owner per cluster and service",
)
