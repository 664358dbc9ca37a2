"""What is measured of articles."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.team.goals.conditions import THEN
from septet.team.goals.indicators import Sort, Unit, indicator
from septet.team.goals.ties import tied_since

VALID = Q(state="validated")
USED_WITHIN = timedelta(days=90)
KCS = "KCS v6"


def _lately_used(at: datetime) -> dict[str, Any]:
    return {"is_used": tied_since(at - USED_WITHIN, at, "answered-by", "lesson")}


indicator(
    "article.reviewed-in-time",
    Cluster.RELEASE,
    _("Articles reviewed in time"),
    _("How many validated articles are not past their next review."),
    kind="article",
    sort=Sort.GAUGE,
    valid=VALID,
    good=Q(review_at__gt=THEN) | Q(review_at=None),
    formula=_("validated articles not past their next review / validated articles, at the end of the day"),
    source=f"{KCS}: stale articles, turned round",
)
indicator(
    "article.used",
    Cluster.RELEASE,
    _("Articles used"),
    _("How many validated articles have lately helped somebody."),
    kind="article",
    sort=Sort.GAUGE,
    valid=VALID,
    good=Q(is_used=True),
    beside=_lately_used,
    reads=("relations-back",),
    formula=_(
        "validated articles that a record named in the 90 days before / validated articles, at the end of the day"
    ),
    source=f"{KCS}: reuse",
)
indicator(
    "article.waiting",
    Cluster.RELEASE,
    _("Age of articles not validated"),
    _("For how long articles have waited for somebody to validate them."),
    kind="article",
    sort=Sort.GAUGE,
    unit=Unit.SECONDS,
    valid=Q(state="not-validated"),
    value="opened_at",
    formula=_("end of the day - opened, of the articles not validated"),
    source=KCS,
    higher=False,
)
