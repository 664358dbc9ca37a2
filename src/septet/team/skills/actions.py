"""What people can do, what teams need, and skills that nobody needs any more."""

from typing import Annotated

from pydantic import Field, StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict
from septet.kernel.fields import Day
from septet.kernel.models import Part, Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.people.models import FunctionTeam, Person
from septet.team.skills.models import NeededSkill, PersonSkill, Skill

ASkill = Annotated[Record, Ref("skill")]
HowWell = Annotated[int, Field(ge=0, le=4)]
HowMany = Annotated[int, Field(ge=1, le=1000)]
Certificate = Annotated[str, StringConstraints(max_length=255)]


@action(
    Person,
    from_=("active",),
    verb=Verb.MANAGE,
    examples=[{"skill": "@skill", "level": 3, "certificate": "DBA-7", "expires_on": "2035-06-30"}],
)
def set_skill(
    person: Person,
    actor: Actor,
    *,
    skill: ASkill,
    level: HowWell,
    certificate: Certificate = "",
    expires_on: Day | None = None,
) -> None:
    """Say how well the person knows a skill: 0 not at all, 1 basics, 2 with help, 3 alone, 4 teaches others."""
    _set(PersonSkill, person, skill, level=level, certificate=certificate, expires_on=expires_on)


@action(Person, verb=Verb.MANAGE, examples=[])
def drop_skill(person: Person, actor: Actor, *, skill: ASkill) -> None:
    """Take a skill off the person."""
    _drop(PersonSkill, person, skill)


@action(FunctionTeam, from_=("active",), verb=Verb.MANAGE, examples=[{"skill": "@skill", "level": 3, "people": 2}])
def need_skill(team: FunctionTeam, actor: Actor, *, skill: ASkill, level: HowWell = 3, people: HowMany = 1) -> None:
    """Say that the team's work needs a skill: at which level at least, and in how many people."""
    _set(NeededSkill, team, skill, level=level, people=people)


@action(FunctionTeam, name="drop-skill", verb=Verb.MANAGE, examples=[])
def drop_needed_skill(team: FunctionTeam, actor: Actor, *, skill: ASkill) -> None:
    """The team's work does not need the skill any more."""
    _drop(NeededSkill, team, skill)


@action(Skill, from_=("in-use",), to="retired", verb=Verb.MANAGE)
def retire(skill: Skill, actor: Actor) -> None:
    """Nobody needs it any more; who has it keeps it."""


@action(Skill, from_=("retired",), to="in-use", verb=Verb.MANAGE)
def reinstate(skill: Skill, actor: Actor) -> None:
    """Use the skill again."""


def _set(model: type[PersonSkill] | type[NeededSkill], record: Record, skill: Record, **values: object) -> None:
    row = model.objects.filter(record_id=record.pk, skill_id=skill.pk).first()
    if row is None:
        parts.add(model(skill_id=skill.pk, **values))
    else:
        parts.change(row, **values)


def _drop(model: type[PersonSkill] | type[NeededSkill], record: Record, skill: Record) -> None:
    row: Part | None = model.objects.filter(record_id=record.pk, skill_id=skill.pk).first()
    if row is None:
        raise Conflict(f"{record.title} has no skill {skill.title} noted.")
    parts.remove(row)
