"""Proposals on request, and proposed assignments made of one."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from django.utils import timezone
from pydantic import Field

from septet.kernel.actions import create
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Text
from septet.kernel.models import Record, Verb
from septet.kernel.readings import procedure, report
from septet.kernel.registry import Ref
from septet.team.proposal.explaining import Proposed, propose
from septet.team.proposal.facts import CLUSTER_EFFORT, TEAM_EFFORT, Facts, gather

Person = Annotated[Record, Ref("person")]
Service = Annotated[Record, Ref("service")]
Count = Annotated[int, Field(ge=1, le=200)]
Outside = Literal["if-needed", "always", "never"]
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Made:
    """The assignments that were proposed, by number; nobody has rights by them until they are activated."""

    assignments: list[str]


@report(
    verb=Verb.SEE,
    kind="assignment",
    examples=[{"count": 3}, {"people": ["@person", "@person", "@person"], "service": "@service"}],
)
def proposal(
    actor: Actor,
    *,
    people: list[Person] | None = None,
    count: Count | None = None,
    service: Service | None = None,
    by_team: bool = False,
    security_outside: Outside = "if-needed",
) -> Proposed:
    """Propose how these people, or so many without names, carry all role clusters, or all function teams."""
    return propose(_facts(actor, people, count, service, by_team, security_outside), _scope(service))


@procedure(verb=Verb.MANAGE, kind="assignment")
def propose_assignments(
    actor: Actor,
    *,
    via: str,
    request: str,
    people: list[Person] | None = None,
    service: Service | None = None,
    by_team: bool = False,
    security_outside: Outside = "if-needed",
    fingerprint: Text = "",
) -> Made:
    """Make proposed assignments of the proposal for these people; `fingerprint` says which one was looked at."""
    if not people:
        raise Invalid(fields={"people": "Name the people; nobody can be assigned without a name."})
    facts = _facts(actor, people, None, service, by_team, security_outside)
    found = propose(facts, _scope(service))
    if not found.found:
        raise Conflict(" ".join(found.impossible))
    if fingerprint and fingerprint != found.fingerprint:
        raise Conflict("Assignments, skills or rules have changed since; look at the proposal again.")
    made = []
    for one in found.posts:
        if not one.holder or (not by_team and one.name == one.now):
            continue
        fields = {
            "person": one.holder,
            "deputy": one.deputy or None,
            "service": service.pk if service else None,
            "role": facts.roles[one.post],
            **_place(facts, one.post, by_team=by_team),
        }
        made.append(create("assignment", actor, via=via, request=request, fields=fields).number)
    return Made(made)


def _place(facts: Facts, post: str, *, by_team: bool) -> dict[str, object]:
    """A function team has any number of responsible people, a role cluster one who is accountable."""
    if by_team:
        return {"team": facts.teams[post], "share": TEAM_EFFORT}
    return {"cluster": post, "accountability": "accountable", "share": CLUSTER_EFFORT}


def _facts(
    actor: Actor,
    people: list[Record] | None,
    count: int | None,
    service: Record | None,
    by_team: bool,  # handed on
    security_outside: str,
) -> Facts:
    if bool(people) == bool(count):
        raise Invalid(fields={"people": "Name some people, or say how many without names there are."})
    if people and len(people) > MOST_PEOPLE:
        raise Invalid(fields={"people": f"At most {MOST_PEOPLE} people."})
    some = list({one.pk: one for one in people or ()}.values())
    facts = gather(actor, some, count or 0, service, timezone.now(), by_team=by_team)
    if security_outside == "if-needed":
        return facts
    where: Literal["inside", "outside"] = "outside" if security_outside == "always" else "inside"
    return replace(facts, posts=[replace(one, where=where) if one.where == "either" else one for one in facts.posts])


def _scope(service: Record | None) -> str:
    return f"{service.number} {service.title}" if service else "all services"
