"""What is looked at to say how the work is covered: a query for each sort of thing, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from septet.kernel.actors import Actor
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.team.absences.inheriting import STANDING
from septet.team.absences.models import Absence
from septet.team.assignments import holders
from septet.team.assignments.models import Accountability
from septet.team.assignments.vacancies import OFFERED
from septet.team.skills.models import NeededSkill, PersonSkill

# Services that customers have at present.


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment in force; `name` and `deputy_name` are of people, empty where nobody is named."""

    id: int
    person: int
    name: str
    cluster: str
    accountable: bool
    service: int | None
    team: int | None
    share: int | None
    deputy: int | None
    deputy_name: str


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that a function team needs: at which level at least, and in how many people."""

    team: int
    team_name: str
    skill: int
    skill_name: str
    level: int
    people: int


@dataclass(frozen=True, slots=True)
class Known:
    """How well somebody knows a skill; `certificate` and its last day may be empty."""

    person: int
    name: str
    skill: int
    skill_name: str
    level: int
    certificate: str
    expires_on: date | None

    def counts(self, today: date) -> bool:
        """Whether it has not expired."""
        return self.expires_on is None or self.expires_on >= today


def services(actor: Actor, only: Record | None) -> list[tuple[int, str]]:
    """The services on offer that the actor sees, by title; or one of them, whatever its state."""
    rows = Record.objects.filter(kind="service", withdrawn_at=None)
    rows = rows.filter(state__in=OFFERED) if only is None else rows.filter(pk=only.pk)
    return list(
        visible_to(actor, rows, registry.types.get("service")).order_by("title", "pk").values_list("pk", "title")
    )


def in_force(actor: Actor, at: datetime) -> list[Held]:
    """The assignments in force at a moment that the actor sees."""
    rows = visible_to(actor, holders.in_force(at), registry.types["assignment"])
    found = rows.order_by("pk").values_list(
        "pk", "person_id", "person__title", "cluster", "accountability", "service_id", "team_id", "share", "deputy_id",
        "deputy__title",
    )  # fmt: skip
    return [
        Held(
            pk, person, name, cluster, kind == Accountability.ACCOUNTABLE, service, team, share, deputy, stands_in or ""
        )
        for pk, person, name, cluster, kind, service, team, share, deputy, stands_in in found
    ]


def away(people: Iterable[int], at: datetime) -> dict[int, datetime]:
    """Who of these people is absent at a moment, and until when."""
    rows = Absence.objects.filter(
        person_id__in=set(people), state__in=STANDING, starts_at__lte=at, ends_at__gt=at, withdrawn_at=None
    )
    return {person: until for person, until in rows.order_by("ends_at").values_list("person_id", "ends_at") if person}


def needs(actor: Actor, **which: Any) -> list[Need]:
    """What the teams that are at work need, of those that the actor sees."""
    teams = Record.objects.filter(kind="function-team", state="active", withdrawn_at=None, **which)
    rows = NeededSkill.objects.filter(
        record_id__in=visible_to(actor, teams, registry.types["function-team"]).values("pk")
    )
    found = rows.order_by("record__title", "skill__title").values_list(
        "record_id", "record__title", "skill_id", "skill__title", "level", "people"
    )
    return [Need(*row) for row in found]


def known(people: Iterable[int]) -> list[Known]:
    """What these people know."""
    rows = PersonSkill.objects.filter(record_id__in=set(people)).order_by("expires_on", "record__title", "skill__title")
    found = rows.values_list(
        "record_id", "record__title", "skill_id", "skill__title", "level", "certificate", "expires_on"
    )
    return [Known(*row) for row in found]
