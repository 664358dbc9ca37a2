"""Who holds which assignments; every role cluster has one accountable holder for each service at any time, not two."""

from datetime import datetime

from django.db.models import Q, QuerySet

from septet.kernel.prepared import Slot
from septet.team.assignments.models import Accountability, Assignment


def at_the_same_time(assignment: Assignment) -> Q:
    """Assignments whose time overlaps with that of this one."""
    begun = Q() if assignment.ends_at is None else Q(starts_at__lt=assignment.ends_at)
    return begun & (Q(ends_at=None) | Q(ends_at__gt=assignment.starts_at))


def in_force(at: datetime | Slot) -> QuerySet[Assignment]:
    """Assignments of people that are in force at a moment."""
    rows = Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at, withdrawn_at=None)
    return rows.exclude(state="proposed").exclude(person=None)


def other_holders(assignment: Assignment) -> QuerySet[Assignment]:
    """Who else is accountable for the same cluster of the same service at the same time.

    Somebody accountable for all services and somebody accountable for one of them are no rivals: for that service it
    is the latter.
    """
    same = Assignment.objects.filter(
        at_the_same_time(assignment),
        state="active",
        withdrawn_at=None,
        cluster=assignment.cluster,
        accountability=Accountability.ACCOUNTABLE,
        service_id=assignment.service_id,
    )
    return same.exclude(pk=assignment.pk).order_by("starts_at")
