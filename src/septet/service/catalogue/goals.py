"""What is measured of services."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Relation
from septet.kernel.registry import Cluster
from septet.kernel.relations import in_force
from septet.service.agreements.models import Agreement
from septet.team.goals.indicators import Sort, indicator
from septet.team.goals.ties import IsAmong
from septet.team.reviews.models import Review
from septet.team.reviews.sorts import ReviewSort

OFFERED = Q(state__in=["live", "retiring"])
REVIEWED_EVERY = timedelta(days=365)
ITIL = "ITIL, service catalogue and service level management"


def _agreed(at: datetime) -> dict[str, Any]:
    """Whether an agreement covers the service at a moment, by naming it or by the relation."""
    lasting = Agreement.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at, withdrawn_at=None)
    named = lasting.filter(service__isnull=False).values_list("service_id", flat=True)
    covered = in_force(Relation.objects.filter(type="covered-by", target__in=lasting.values("pk")), at)
    return {"is_named": IsAmong(named), "is_covered": IsAmong(covered.values_list("record_id", flat=True))}


def _reviewed(at: datetime) -> dict[str, Any]:
    held = Review.objects.filter(held_at__gt=at - REVIEWED_EVERY, held_at__lte=at, type=ReviewSort.SLA)
    about = Q(subject_id=OuterRef("pk")) | Q(service_id=OuterRef("pk"))
    return {"is_reviewed": Exists(held.filter(about, withdrawn_at=None))}


def _share(key: str, label: Any, help: Any, good: Q, formula: Any, source: str, **options: Any) -> None:
    """A share of the services that are offered at the end of a day."""
    indicator(
        key,
        Cluster.SERVICE,
        label,
        help,
        kind="service",
        sort=Sort.GAUGE,
        valid=OFFERED,
        good=good,
        formula=formula,
        source=source,
        **options,
    )


_share(
    "service.with-owner",
    _("Services with an owner"),
    _("For how many of the services offered somebody answers."),
    Q(owner__isnull=False),
    _("services offered with an owner / services offered, at the end of the day"),
    ITIL,
)
_share(
    "service.with-agreement",
    _("Services with an agreement"),
    _("For how many of the services offered is agreed what its customers can count on."),
    Q(is_named=True) | Q(is_covered=True),
    _("services offered that an agreement in force names or covers / services offered, at the end of the day"),
    f"{ITIL}: services with agreement",
    beside=_agreed,
    reads=("relations",),
    follows=("agreement",),
)
_share(
    "service.complete",
    _("Completeness of the catalogue"),
    _("How many of the services offered tell their users what they need to know."),
    Q(owner__isnull=False) & ~Q(description="") & ~Q(users="") & ~Q(hours="") & ~Q(support=""),
    _("services offered with owner, description, users, hours and support / services offered, at the end of the day"),
    f"{ITIL}: completeness of the catalogue",
)
_share(
    "service.reviewed",
    _("Services reviewed"),
    _("How many of the services offered were looked at together with their customers in the last year."),
    Q(is_reviewed=True),
    _("services offered with a service level review in the 365 days before / services offered, at the end of the day"),
    f"{ITIL}: service reviews held",
    beside=_reviewed,
    follows=("review",),
)
