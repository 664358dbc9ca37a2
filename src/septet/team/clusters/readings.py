"""The seven role clusters on request: what each is for, its function teams, who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.policy import visible_to
from septet.kernel.reading import titles_of
from septet.kernel.readings import report
from septet.kernel.registry import number_of, registry
from septet.team.assignments.holders import in_force
from septet.team.assignments.models import Accountability, Assignment
from septet.team.clusters.model import ROLE_CLUSTERS, RoleCluster
from septet.team.people.models import FunctionTeam


@dataclass(frozen=True, slots=True)
class TeamOfCluster:
    """A function team of a role cluster and how many people work in it now."""

    team: str
    title: str
    people: int


@dataclass(frozen=True, slots=True)
class Accountable:
    """Somebody who answers for a role cluster: of one service, or of all (`service` empty)."""

    assignment: str
    person: str
    name: str
    service: str
    service_title: str


@dataclass(frozen=True, slots=True)
class ClusterTold:
    """A role cluster. `raises`: the changes that it may ask for; `quadrants`: where in the process model it acts."""

    key: str
    label: str
    goal: str
    mission: str
    activities: list[str]
    measures: list[str]
    raises: str
    quadrants: str
    teams: list[TeamOfCluster]
    accountable: list[Accountable]
    people: int


@report(verb=Verb.SEE, kind="function-team")
def role_clusters(actor: Actor) -> list[ClusterTold]:
    """Tell the seven role clusters with their quality goals, function teams and those who answer for them."""
    rows = visible_to(actor, in_force(timezone.now()), registry.types["assignment"])
    held = list(rows.order_by("service__title", "pk"))
    teams = FunctionTeam.objects.filter(state="active", withdrawn_at=None)
    seen = list(
        visible_to(actor, teams, registry.types["function-team"])
        .order_by("title")
        .values_list("pk", "title", "cluster")
    )
    called = titles_of({pk for row in held for pk in (row.person_id, row.service_id) if pk is not None}, actor)
    return [_told(one, [row for row in held if row.cluster == one.key], seen, called) for one in ROLE_CLUSTERS.values()]


def _told(
    one: RoleCluster, held: list[Assignment], teams: list[tuple[int, str, str]], called: Mapping[int, tuple[str, str]]
) -> ClusterTold:
    working = {(row.team_id, row.person_id) for row in held}
    return ClusterTold(
        key=str(one.key),
        label=str(one.label),
        goal=str(one.goal),
        mission=str(one.mission),
        activities=[str(text) for text in one.activities],
        measures=[str(text) for text in one.measures],
        raises=str(one.raises),
        quadrants=str(one.quadrants),
        teams=[
            TeamOfCluster(number_of("function-team", pk), title, sum(team == pk for team, _ in working))
            for pk, title, cluster in teams
            if cluster == one.key
        ],
        accountable=[_accountable(row, called) for row in held if row.accountability == Accountability.ACCOUNTABLE],
        people=len({person for _, person in working}),
    )


def _accountable(row: Assignment, called: Mapping[int, tuple[str, str]]) -> Accountable:
    return Accountable(
        assignment=row.number,
        person=number_of("person", row.person_id) if row.person_id else "",
        name=called[row.person_id][1] if row.person_id else "",
        service=number_of("service", row.service_id) if row.service_id else "",
        service_title=called[row.service_id][1] if row.service_id else "",
    )
