"""The sorts of reviews, and what reviews and their templates have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.errors import Invalid
from septet.kernel.governing.zones import check_zone
from septet.kernel.registry import Cluster
from septet.lib.text import suggestion
from septet.lib.windows import recurrence

CLUSTER_NAMES = tuple(one.value for one in Cluster if one != Cluster.TEAM)


class ReviewSort(models.TextChoices):
    """The reviews of the process model (v3) and those that MOF 4.0 adds."""

    CHANGE_INITIATION = "change-initiation", _("Change initiation")
    RELEASE_READINESS = "release-readiness", _("Release readiness")
    OPERATIONS = "operations", _("Operations")
    SLA = "sla", _("Service levels")
    SERVICE_ALIGNMENT = "service-alignment", _("Service alignment")
    PORTFOLIO = "portfolio", _("Portfolio")
    PROJECT_PLAN = "project-plan", _("Project plan approved")
    OPERATIONAL_HEALTH = "operational-health", _("Operational health")
    POLICY_AND_CONTROL = "policy-and-control", _("Policy and control")


# Those that end in a go or no-go.
GATES = frozenset({ReviewSort.CHANGE_INITIATION, ReviewSort.RELEASE_READINESS, ReviewSort.PROJECT_PLAN})


def read_clusters(field: str, text: str) -> tuple[str, ...]:
    """The role clusters that a text such as `release, security` names, in their usual order. Raises Invalid."""
    named = [one.strip().lower() for one in text.split(",") if one.strip()]
    for one in named:
        if one not in CLUSTER_NAMES:
            raise Invalid(fields={field: f"There is no role cluster {one!r}.{suggestion(one, CLUSTER_NAMES)}"})
    return tuple(one for one in CLUSTER_NAMES if one in named)


def written(clusters: Iterable[str]) -> str:
    """Role clusters as a text; the inverse of `read_clusters`."""
    return ", ".join(clusters)


def check_rule(record: Any) -> None:
    """Refuse a decision rule that cannot be meant, on a review or a template. Raises Invalid."""
    if not 0 <= (record.threshold_pct or 0) <= 100:
        raise Invalid(fields={"threshold_pct": "Per cent of the votes: from 0 to 100."})
    for name in ("core_clusters", "veto_clusters", *(["attending"] if hasattr(record, "attending") else [])):
        setattr(record, name, written(read_clusters(name, getattr(record, name))))


def check_series(rule: str, first: datetime, zone: str) -> None:
    """Refuse a rule by which nothing can be planned again. Raises Invalid."""
    if not rule:
        return
    if "COUNT=" in rule.upper():
        raise Invalid(fields={"repeats": "Say until when, not how often: UNTIL=20271231."})
    try:
        recurrence(rule, first.astimezone(check_zone(zone)).replace(tzinfo=None), check_zone(zone))
    except ValueError as error:
        raise Invalid(fields={"repeats": str(error)}) from None
