"""What the people of a function team can do, beside what its work needs."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.readings import reading
from septet.kernel.registry import number_of
from septet.team.assignments.holders import in_force
from septet.team.people.models import FunctionTeam
from septet.team.skills.models import NeededSkill, PersonSkill


@dataclass(frozen=True, slots=True)
class CompetencyNeed:
    """A skill that the team needs at a level, in how many people, and how many have it."""

    skill: str
    name: str
    level: int
    people: int
    have: int


@dataclass(frozen=True, slots=True)
class Competency:
    """How well somebody knows a skill; one that has expired no longer counts."""

    level: int
    certificate: str
    expires_on: date | None
    expired: bool


@dataclass(frozen=True, slots=True)
class CompetencyRow:
    """Somebody of the team and, by the skill's number, what they know of what is needed."""

    person: str
    name: str
    skills: dict[str, Competency]


@dataclass(frozen=True, slots=True)
class CompetencyMatrix:
    """The competency matrix of a function team."""

    needs: list[CompetencyNeed]
    people: list[CompetencyRow]


@reading(FunctionTeam, verb=Verb.SEE)
def competencies(team: FunctionTeam, actor: Actor) -> CompetencyMatrix:
    """Say how well everybody in the team knows what its work needs, and what too few of them know."""
    now = timezone.now()
    mine = in_force(now).filter(team_id=team.pk)
    people = dict(mine.order_by("person__title").values_list("person_id", "person__title"))
    needed = NeededSkill.objects.filter(record_id=team.pk).order_by("skill__title")
    needs = list(needed.values_list("skill_id", "skill__title", "level", "people"))
    rows: dict[int, dict[int, Competency]] = {person: {} for person in people}
    known = PersonSkill.objects.filter(record_id__in=rows, skill_id__in=[skill for skill, *_ in needs])
    for person, skill, level, certificate, last in known.values_list(
        "record_id", "skill_id", "level", "certificate", "expires_on"
    ):
        rows[person][skill] = Competency(level, certificate, last, last is not None and last < now.date())
    return CompetencyMatrix(
        needs=[
            CompetencyNeed(number_of("skill", skill), name, level, count, _have(rows, skill, level))
            for skill, name, level, count in needs
        ],
        people=[
            CompetencyRow(number_of("person", pk), people[pk], {number_of("skill", s): one for s, one in mine.items()})
            for pk, mine in rows.items()
        ],
    )


def _have(rows: dict[int, dict[int, Competency]], skill: int, level: int) -> int:
    return sum(skill in known and not known[skill].expired and known[skill].level >= level for known in rows.values())
