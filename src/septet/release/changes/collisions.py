"""What stands in a change's way: freezes over what it touches, and other changes that touch the same at that time."""

from datetime import datetime

from django.utils import timezone

from septet.kernel.governing.models import WindowPurpose
from septet.kernel.governing.windows import governing
from septet.kernel.models import Record, Relation
from septet.kernel.relations import in_force, needs
from septet.release.changes.models import Change

UNDER_WAY = ("authorised", "scheduled", "built", "tested", "ready", "implementing")
# A failure further away than this many relations is for the impact map; here it would name every change there is.
STEPS = 2


def affected_by(change: Change) -> list[Record]:
    """The records that a change touches."""
    rows = in_force(Relation.objects.filter(record_id=change.pk, type="affects"), timezone.now())
    return list(Record.objects.filter(pk__in=rows.values("target_id"), withdrawn_at=None).order_by("pk"))


def freezes_over(change: Change, start: datetime, end: datetime) -> list[str]:
    """The freezes that are open over the change, or over what it touches, between two moments: number and title."""
    return list(dict.fromkeys(map(str, governing(change, start, end, [WindowPurpose.FREEZE]))))


def overlapping(change: Change, start: datetime, end: datetime) -> list[Change]:
    """Other changes planned for that time that touch the same records, or what these need or are needed by."""
    touched = {record.pk for record in affected_by(change)}
    near = _reach(touched, up=True) | _reach(touched, up=False)
    others = Change.objects.filter(state__in=UNDER_WAY, withdrawn_at=None, planned_start__lt=end, planned_end__gt=start)
    edges = in_force(Relation.objects.filter(type="affects", target_id__in=near), timezone.now())
    return list(others.filter(pk__in=edges.values("record_id")).exclude(pk=change.pk).order_by("planned_start"))


def is_shared(change: Change) -> bool:
    """Whether the change touches something that more than one record needs."""
    needed = [here for here, _there in needs({record.pk for record in affected_by(change)}, up=False)]
    return len(needed) > len(set(needed))


def _reach(start: set[int], *, up: bool) -> set[int]:
    seen, level = set(start), set(start)
    for _ in range(STEPS):
        level = {there for _here, there in needs(level, up=up)} - seen
        seen |= level
    return seen
