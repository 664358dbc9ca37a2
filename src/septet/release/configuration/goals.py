"""What is measured of configuration items."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.release.configuration.control import IN_USE
from septet.team.goals.conditions import THEN
from septet.team.goals.indicators import Sort, indicator
from septet.team.goals.ties import tied_at

USED = Q(state__in=sorted(IN_USE))
AUDITED_EVERY = timedelta(days=365)
ITIL = "ITIL, configuration management"


def _of_service(at: datetime) -> dict[str, Any]:
    return {"has_service": tied_at(at, other="service")}


def _share(key: str, label: Any, help: Any, good: Q, formula: Any, source: str, **options: Any) -> None:
    """A share of the items in use at the end of a day."""
    indicator(
        key,
        Cluster.RELEASE,
        label,
        help,
        kind="configuration-item",
        sort=Sort.GAUGE,
        valid=USED,
        good=good,
        formula=formula,
        source=source,
        **options,
    )


_share(
    "item.with-owner",
    _("Items with an owner"),
    _("For how many items in use somebody answers."),
    Q(owner__isnull=False),
    _("items in use with an owner / items in use, at the end of the day"),
    f"{ITIL}: completeness",
)
_share(
    "item.with-service",
    _("Items of a service"),
    _("Of how many items in use is known which service they are for."),
    Q(service__isnull=False) | Q(has_service=True),
    _("items in use that name a service or are related to one / items in use, at the end of the day"),
    f"{ITIL}: relation coverage",
    beside=_of_service,
    reads=("relations", "relations-back"),
)
_share(
    "item.verified",
    _("Items verified"),
    _("How many items in use somebody has looked at in the last year."),
    Q(audited_at__gt=THEN - AUDITED_EVERY),
    _("items in use audited in the 365 days before / items in use, at the end of the day"),
    f"{ITIL}: audit coverage",
)
_share(
    "item.unauthorised",
    _("Items changed without authority"),
    _("How many items in use differ from what was authorised, and nobody has explained it."),
    Q(unauthorised=True),
    _("items in use flagged as changed without authority / items in use, at the end of the day"),
    f"{ITIL}: unauthorised configuration items",
    higher=False,
)
