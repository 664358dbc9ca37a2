"""How the work is covered, on request: by service and role cluster, by person, by skill."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.utils import timezone
from pydantic import Field

from septet.kernel.actors import Actor
from septet.kernel.models import Record, Verb
from septet.kernel.readings import report
from septet.kernel.registry import Ref, number_of
from septet.team.clusters.model import ROLE_CLUSTERS
from septet.team.coverage import facts
from septet.team.coverage.facts import Held, Known
from septet.team.coverage.matrix import FULL, Answering, answering, gaps, holder, loads, members, vacancies

Service = Annotated[Record, Ref("service")]
Rows = Annotated[int, Field(ge=1, le=1000)]
PageNumber = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0, le=3650)]
SOON = 60  # days before its end at which a skill is said to expire


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """Who answers for a service in a role cluster; without `assignment` nobody does. `everywhere`: they answer for all
    services that have nobody of their own. `away_until`: they are absent."""

    cluster: str
    assignment: str
    holder: str
    name: str
    everywhere: bool
    deputy: str
    deputy_name: str
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A service and its seven role clusters."""

    service: str
    title: str
    cells: list[CoverageCell]


@dataclass(frozen=True, slots=True)
class ClusterCoverage:
    """A role cluster over all services: for how many nobody answers; accountable people without a deputy."""

    cluster: str
    label: str
    vacant: int
    without_deputy: int


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """All that somebody holds. `share`: per cent of their time, by cluster in `by_cluster`; `unstated`: assignments
    that say no share."""

    person: str
    name: str
    share: int
    by_cluster: dict[str, int]
    assignments: int
    unstated: int
    overloaded: bool
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class SkillGap:
    """A skill that a function team needs in more people than have it at that level."""

    team: str
    team_name: str
    skill: str
    name: str
    level: int
    people: int
    have: int


@dataclass(frozen=True, slots=True)
class SkillExpiry:
    """A skill of somebody at work that expires soon, or has expired."""

    person: str
    name: str
    skill: str
    skill_name: str
    certificate: str
    expires_on: date
    expired: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the work is covered. `services` counts all that are looked at, `rows` holds those of this page, `next` is the
    number of the next one."""

    at: datetime
    services: int
    vacant: int
    clusters: list[ClusterCoverage]
    rows: list[CoverageRow]
    next: int | None
    people: list[PersonLoad]
    gaps: list[SkillGap]
    expiring: list[SkillExpiry]


@report(
    verb=Verb.SEE, kind="assignment", examples=[{}, {"only": "gaps", "expiring_within": 90}, {"service": "@service"}]
)
def coverage(
    actor: Actor,
    *,
    service: Service | None = None,
    only: Literal["all", "gaps"] = "all",
    expiring_within: Days = SOON,
    limit: Rows = 200,
    page: PageNumber = 1,
) -> Coverage:
    """Say who answers for which service in each role cluster, where nobody does, who carries more than they can, and
    which skills are missing or expire."""
    now = timezone.now()
    looked_at = facts.services(actor, service)
    held = facts.in_force(actor, now)
    found = answering(held)
    clusters = [str(one) for one in ROLE_CLUSTERS]
    vacant = vacancies(found, [pk for pk, _ in looked_at], clusters)
    shown = [
        one for one in looked_at if only == "all" or any(_lacks(holder(found, one[0], cluster)) for cluster in clusters)
    ]
    some = shown[(page - 1) * limit : page * limit]
    absent = facts.away({one.person for one in held}, now)
    known = facts.known({one.person for one in held})
    return Coverage(
        at=now,
        services=len(looked_at),
        vacant=sum(vacant.values()),
        clusters=[
            ClusterCoverage(key, str(ROLE_CLUSTERS[cluster].label), vacant[key], _without_deputy(found, key))
            for key, cluster in zip(clusters, ROLE_CLUSTERS, strict=True)
        ],
        rows=[CoverageRow(number_of("service", pk), title, _cells(found, pk, clusters, absent)) for pk, title in some],
        next=page + 1 if len(shown) > page * limit else None,
        people=_people(held, absent),
        gaps=[
            SkillGap(
                number_of("function-team", need.team), need.team_name, number_of("skill", need.skill), need.skill_name,
                need.level, need.people, have,
            )
            for need, have in gaps(facts.needs(actor), members(held), known, now.date())
        ],
        expiring=list(_expiring(known, now.date(), now.date() + timedelta(expiring_within))),
    )  # fmt: skip


def _lacks(one: Held | None) -> bool:
    return one is None or one.deputy is None


def _without_deputy(found: Answering, cluster: str) -> int:
    return sum(one.cluster == cluster and one.deputy is None for one in found.values())


def _cells(found: Answering, service: int, clusters: list[str], absent: dict[int, datetime]) -> list[CoverageCell]:
    return [_cell(holder(found, service, cluster), cluster, absent) for cluster in clusters]


def _cell(one: Held | None, cluster: str, absent: dict[int, datetime]) -> CoverageCell:
    if one is None:
        return CoverageCell(cluster, "", "", "", False, "", "", None)
    return CoverageCell(
        cluster=cluster,
        assignment=number_of("assignment", one.id),
        holder=number_of("person", one.person),
        name=one.name,
        everywhere=one.service is None,
        deputy=number_of("person", one.deputy) if one.deputy else "",
        deputy_name=one.deputy_name,
        away_until=absent.get(one.person),
    )


def _people(held: list[Held], absent: dict[int, datetime]) -> list[PersonLoad]:
    """Everybody with what they carry, those with most to do first."""
    of_person: dict[int, list[Held]] = {}
    for one in held:
        of_person.setdefault(one.person, []).append(one)
    found = []
    for person, by_cluster in loads(held).items():
        mine, share = of_person[person], sum(by_cluster.values())
        unstated = sum(one.share is None for one in mine)
        number, until = number_of("person", person), absent.get(person)
        found.append(PersonLoad(number, mine[0].name, share, by_cluster, len(mine), unstated, share > FULL, until))
    return sorted(found, key=lambda one: (-one.share, one.name, one.person))


def _expiring(known: Iterable[Known], today: date, last: date) -> Iterator[SkillExpiry]:
    """The skills that end by a day, or have ended."""
    for one in known:
        if one.expires_on is not None and one.expires_on <= last:
            yield SkillExpiry(
                person=number_of("person", one.person),
                name=one.name,
                skill=number_of("skill", one.skill),
                skill_name=one.skill_name,
                certificate=one.certificate,
                expires_on=one.expires_on,
                expired=not one.counts(today),
            )
