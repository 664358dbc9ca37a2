"""What stands in a change's way: freezes over what it touches, and other changes that touch the same at that time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from septet.kernel.actors import Actor
from septet.kernel.governing.models import WindowPurpose
from septet.kernel.governing.windows import windows_over
from septet.kernel.models import Record, Relation
from septet.kernel.policy import visible_to
from septet.kernel.relations import in_force, needs
from septet.release.changes.models import Change

Times = tuple[datetime, datetime]
UNDER_WAY = ("authorised", "scheduled", "built", "tested", "ready", "implementing")
# A failure further away than this many relations is for the impact map; here it would name every change there is.
STEPS = 2


def affected_by(change: Change) -> list[Record]:
    """The records that a change touches."""
    rows = in_force(Relation.objects.filter(record_id=change.pk, type="affects"), timezone.now())
    return list(Record.objects.filter(pk__in=rows.values("target_id"), withdrawn_at=None).order_by("pk"))


def freezes_over(change: Change, start: datetime, end: datetime) -> list[str]:
    """The freezes that are open over the change, or over what it touches, between two moments: number and title."""
    return windows_over({change.pk: (start, end)}, [WindowPurpose.FREEZE])[change.pk]


def overlapping(change: Change, start: datetime, end: datetime) -> list[Change]:
    """Other changes planned for that time that touch the same records, or what these need or are needed by."""
    touched = {record.pk for record in affected_by(change)}
    near = _nearby(touched).of(touched)
    others = _planned(start, end)
    edges = in_force(Relation.objects.filter(type="affects", target_id__in=near), timezone.now())
    return list(others.filter(pk__in=edges.values("record_id")).exclude(pk=change.pk).order_by("planned_start"))


def in_the_way(actor: Actor, planned: Mapping[int, Times]) -> dict[int, list[str]]:
    """What stands in the way of each of some changes at these times, in sentences; other changes are named as far as
    the actor may see them."""
    if not planned:
        return {}
    free = set(Change.objects.filter(pk__in=planned, type="emergency").values_list("pk", flat=True))
    frozen = windows_over({pk: times for pk, times in planned.items() if pk not in free}, [WindowPurpose.FREEZE])
    found = {
        pk: [gettext("It lies in %(window)s, while changes are frozen.") % {"window": one} for one in names]
        for pk, names in frozen.items()
    }
    beside = _beside(planned)
    titles = visible_to(actor, Record.objects.filter(pk__in=set().union(*beside.values())), few=True)
    names = {one.pk: str(one) for one in titles}
    for pk, others in beside.items():
        for other in others:
            name = names.get(other, gettext("another change, which you may not see"))
            sentence = gettext("At the same time: %(change)s, which touches the same or what it depends on.")
            found.setdefault(pk, []).append(sentence % {"change": name})
    return found


def _beside(planned: Mapping[int, Times]) -> dict[int, list[int]]:
    """For each of some changes the others at that time that touch the same or something near."""
    since, until = min(start for start, _ in planned.values()), max(end for _, end in planned.values())
    others = {
        pk: (start, end)
        for pk, start, end in _planned(since, until).values_list("pk", "planned_start", "planned_end")
        if start is not None and end is not None
    }
    touched: dict[int, set[int]] = {}
    edges = in_force(Relation.objects.filter(type="affects", record_id__in={*planned, *others}), timezone.now())
    for pk, item in edges.filter(target__withdrawn_at=None).values_list("record_id", "target_id"):
        touched.setdefault(pk, set()).add(item)
    near = _nearby(set().union(*(touched.get(pk, ()) for pk in planned)))
    found: dict[int, list[int]] = {}
    for pk, (start, end) in planned.items():
        reached = near.of(touched.get(pk, ()))
        clashing = [
            other
            for other, (since, until) in sorted(others.items())
            if other != pk and since < end and until > start and not reached.isdisjoint(touched.get(other, ()))
        ]
        if clashing:
            found[pk] = clashing
    return found


def _planned(start: datetime, end: datetime) -> QuerySet[Change]:
    """The changes that are to be made some time between two moments."""
    return Change.objects.filter(state__in=UNDER_WAY, withdrawn_at=None, planned_start__lt=end, planned_end__gt=start)


def is_shared(change: Change) -> bool:
    """Whether the change touches something that more than one record needs."""
    needed = [here for here, _there in needs({record.pk for record in affected_by(change)}, up=False)]
    return len(needed) > len(set(needed))


@dataclass
class _Near:
    """What is at most so many relations away from some records, upwards and downwards."""

    ways: tuple[dict[int, set[int]], dict[int, set[int]]] = field(default_factory=lambda: ({}, {}))

    def of(self, start: Iterable[int]) -> set[int]:
        """What is near to some of these records, they included."""
        found: set[int] = set()
        for way in self.ways:
            seen = level = set(start)
            for _ in range(STEPS):
                level = set().union(*(way.get(one, ()) for one in level)) - seen
                seen = seen | level
            found |= seen
        return found


def _nearby(start: Iterable[int]) -> _Near:
    """What is near to these records, by one query for each step."""
    near = _Near()
    for up, way in zip((True, False), near.ways, strict=True):
        level = set(start)
        for _ in range(STEPS):
            for here, there in needs(level, up=up):
                way.setdefault(here, set()).add(there)
            level = set().union(*(way[one] for one in level if one in way)) - way.keys()
    return near
