"""Who takes over what while somebody is away."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.reading import titles_of
from septet.kernel.readings import reading
from septet.kernel.registry import number_of
from septet.team.absences.inheriting import takeovers
from septet.team.absences.models import Absence


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An assignment of the absent person; `why_not` is empty where the deputy has its rights."""

    assignment: str
    title: str
    deputy: str | None
    deputy_name: str
    since: datetime
    until: datetime
    why_not: str


@reading(Absence)
def taken_over(absence: Absence, actor: Actor) -> list[TakenOver]:
    """Say who takes over which assignment meanwhile, and what nobody takes over and why."""
    found = takeovers(absence, timezone.now())
    titles = titles_of({one.deputy for one in found if one.deputy is not None}, actor)
    return [
        TakenOver(
            assignment=one.assignment.number,
            title=one.assignment.title,
            deputy=number_of("person", one.deputy) if one.deputy else None,
            deputy_name=titles[one.deputy][1] if one.deputy else "",
            since=one.since,
            until=one.until,
            why_not=one.why_not,
        )
        for one in found
    ]
