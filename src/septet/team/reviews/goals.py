"""What is measured of reviews."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.team.goals.conditions import THEN
from septet.team.goals.indicators import Sort, indicator

indicator(
    "review.on-time",
    Cluster.SERVICE,
    _("Reviews held on time"),
    _("How many reviews were held within a day of when they were first planned for."),
    kind="review",
    sort=Sort.RATIO,
    date="first_planned_at",
    valid=Q(first_planned_at__lte=THEN) & ~Q(state="cancelled"),
    good=Q(held_at__lte=F("first_planned_at") + timedelta(days=1)),
    formula=_("reviews held within a day of their first plan / reviews planned, on the day they were planned for"),
    source="MOF, operations management reviews",
)
