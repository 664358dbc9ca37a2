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
from septet.team.proposal.facts import CLUSTER_EFFORT, TEAM_EFFORT, Facts, Where, gather

Person = Annotated[Record, Ref("person")]
Service = Annotated[Record, Ref("service")]
Site = Annotated[Record, Ref("site")]
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
    examples=[
        {"count": 3},
        {"people": ["@person", "@person", "@person"], "service": "@service"},
        {"count": 3, "site": "@site"},
    ],
)
def proposal(
    actor: Actor,
    *,
    people: list[Person] | None = None,
    count: Count | None = None,
    service: Service | None = None,
    site: Site | None = None,
    by_team: bool = False,
    security_outside: Outside = "if-needed",
) -> Proposed:
    """Propose how these people, or so many without names, carry all role clusters, or all function teams; for a
    service or all of them, and at a `site` who is responsible there."""
    where = Where(service, site)
    return propose(_facts(actor, people, count, where, by_team, security_outside), str(where))


@procedure(verb=Verb.MANAGE, kind="assignment")
def propose_assignments(
    actor: Actor,
    *,
    via: str,
    request: str,
    people: list[Person] | None = None,
    service: Service | None = None,
    site: Site | None = None,
    by_team: bool = False,
    security_outside: Outside = "if-needed",
    fingerprint: Text = "",
) -> Made:
    """Make proposed assignments of the proposal for these people; `fingerprint` says which one was looked at."""
    if not people:
        raise Invalid(fields={"people": "Name the people; nobody can be assigned without a name."})
    where = Where(service, site)
    facts = _facts(actor, people, None, where, by_team, security_outside)
    found = propose(facts, str(where))
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
            "site": site.pk if site else None,
            "role": facts.roles[one.post],
            **_place(facts, one.post, where, by_team=by_team),
        }
        made.append(create("assignment", actor, via=via, request=request, fields=fields).number)
    return Made(made)


def _place(facts: Facts, post: str, where: Where, *, by_team: bool) -> dict[str, object]:
    """A function team has any number of responsible people, as has a role cluster at a site; a role cluster everywhere
    has one who is accountable."""
    if by_team:
        return {"team": facts.teams[post], "share": TEAM_EFFORT}
    return {"cluster": post, "accountability": where.accountability.value, "share": CLUSTER_EFFORT}


def _facts(
    actor: Actor,
    people: list[Record] | None,
    count: int | None,
    where: Where,
    by_team: bool,  # handed on
    security_outside: str,
) -> Facts:
    if bool(people) == bool(count):
        raise Invalid(fields={"people": "Name some people, or say how many without names there are."})
    if people and len(people) > MOST_PEOPLE:
        raise Invalid(fields={"people": f"At most {MOST_PEOPLE} people."})
    some = list({one.pk: one for one in people or ()}.values())
    facts = gather(actor, some, count or 0, where, timezone.now(), by_team=by_team)
    if security_outside == "if-needed":
        return facts
    seat: Literal["inside", "outside"] = "outside" if security_outside == "always" else "inside"
    return replace(facts, posts=[replace(one, where=seat) if one.where == "either" else one for one in facts.posts])
