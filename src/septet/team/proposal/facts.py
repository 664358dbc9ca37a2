"""What a proposal looks at: people with their assignments, skills and waivers; what has to be carried; the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db.models import Q

from septet.kernel.actors import Actor
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import Cluster
from septet.team.assignments.models import Accountability, Assignment
from septet.team.clusters.model import ROLE_CLUSTERS
from septet.team.people.models import FunctionTeam
from septet.team.proposal.solving import Candidate, Pairs, Post
from septet.team.rules.combining import rules_at, waivers_at
from septet.team.rules.rules import CAUTION, NOT_RECOMMENDED, Rule
from septet.team.skills.models import NeededSkill, PersonSkill

# Per cent of working time: to answer for a role cluster, and to lead a function team.
CLUSTER_EFFORT, TEAM_EFFORT = 25, 10


@dataclass(frozen=True)
class Facts:
    """Everything that a proposal rests on. `labels`: post -> its words; `names`: candidate -> their name; `present`:
    post -> who has it now; `rules`: a pair of role clusters -> the rule about it; `skills`: skill -> its name."""

    candidates: list[Candidate]
    posts: list[Post]
    pairs: Pairs
    labels: Mapping[str, str]
    roles: Mapping[str, str]
    names: Mapping[int, str]
    present: Mapping[str, int]
    rules: Mapping[frozenset[str], Rule]
    skills: Mapping[int, str]
    teams: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Where:
    """For which part of the work: for one service or all, at one site or everywhere. Who is accountable answers for a
    service everywhere, so what is shared out at a site is who is responsible there."""

    service: Record | None = None
    site: Record | None = None

    def __str__(self) -> str:
        of = f"{self.service.number} {self.service.title}" if self.service else "all services"
        return f"{of} at {self.site.number} {self.site.title}" if self.site else of

    @property
    def accountability(self) -> Accountability:
        """What somebody gets who carries a role cluster."""
        return Accountability.RESPONSIBLE if self.site else Accountability.ACCOUNTABLE

    @property
    def meets(self) -> Q:
        """The assignments that reach into it."""
        found = Q() if self.service is None else Q(service=None) | Q(service_id=self.service.pk)
        return found if self.site is None else found & (Q(site=None) | Q(site_id=self.site.pk))

    @property
    def posts(self) -> Q:
        """The assignments by which somebody carries a role cluster in it, those of all services included."""
        mine = Q(accountability=self.accountability, site=self.site and self.site.pk)
        if self.site is not None:
            mine &= Q(team=None, technology=None)
        return mine & (Q(service=None) if self.service is None else Q(service=None) | Q(service_id=self.service.pk))

    def gives_out(self, one: Assignment) -> bool:
        """Whether an assignment is what is given out anew here; everything else stays as it is."""
        if self.site is None:
            return one.accountability == Accountability.ACCOUNTABLE
        here = one.site_id == self.site.pk and one.service_id == (self.service and self.service.pk)
        return here and one.accountability == Accountability.RESPONSIBLE and one.team_id is None


def gather(actor: Actor, people: Sequence[Record], count: int, where: Where, at: datetime, *, by_team: bool) -> Facts:
    """The facts about some people, or about so many nameless ones."""
    teams = list(visible_to(actor, FunctionTeam.objects.filter(state="active", withdrawn_at=None)).order_by("title"))
    teams = [one for one in teams if one.cluster in ROLE_CLUSTERS]
    needs = _needs(teams)
    posts, labels, roles, numbers = _by_team(teams, needs) if by_team else _by_cluster(teams, needs)
    rules = {
        frozenset((one.first.cluster, one.second.cluster)): one
        for one in rules_at(at)
        if not (one.first.role or one.second.role) and one.first.cluster != one.second.cluster
    }
    held = _held(people, where)
    present = {} if by_team else _holders(where)
    candidates = _named(people, held, present, where, rules, at) if people else _nameless(min(count, len(posts)))
    needed = {skill for post in posts for skill in post.needs}
    return Facts(
        candidates=candidates,
        posts=posts,
        pairs=Pairs(_with(rules, NOT_RECOMMENDED), _with(rules, CAUTION)),
        labels=labels,
        roles=roles,
        names=_names(people, candidates, present),
        present=present,
        rules=rules,
        skills=dict(Record.objects.filter(pk__in=needed).values_list("pk", "title")),
        teams=numbers,
    )


def _with(rules: Mapping[frozenset[str], Rule], verdict: str) -> frozenset[frozenset[str]]:
    return frozenset(pair for pair, one in rules.items() if one.verdict == verdict)


def _needs(teams: Iterable[FunctionTeam]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    rows = NeededSkill.objects.filter(record_id__in=[one.pk for one in teams])
    for team, skill, level in rows.values_list("record_id", "skill_id", "level"):
        found.setdefault(team, {})[skill] = level
    return found


Described = tuple[list[Post], dict[str, str], dict[str, str], dict[str, int]]


def _by_cluster(teams: Iterable[FunctionTeam], needs: Mapping[int, Mapping[int, int]]) -> Described:
    """One post for each role cluster; it needs what its function teams need."""
    wanted: dict[str, dict[int, int]] = {}
    for team in teams:
        of_cluster = wanted.setdefault(team.cluster, {})
        for skill, level in needs.get(team.pk, {}).items():
            of_cluster[skill] = max(level, of_cluster.get(skill, 0))
    posts = [Post(str(one), str(one), CLUSTER_EFFORT, wanted.get(one, {}), _where(one)) for one in ROLE_CLUSTERS]
    labels = {str(key): str(one.label) for key, one in ROLE_CLUSTERS.items()}
    return posts, labels, {str(key): one.role for key, one in ROLE_CLUSTERS.items()}, {}


def _where(cluster: str) -> Literal["inside", "either"]:
    """Security alone may be held by somebody who does not work with those whom it controls."""
    return "either" if cluster == Cluster.SECURITY else "inside"


def _by_team(teams: Sequence[FunctionTeam], needs: Mapping[int, Mapping[int, int]]) -> Described:
    """One post for each function team."""
    posts = [Post(one.number, one.cluster, TEAM_EFFORT, needs.get(one.pk, {}), _where(one.cluster)) for one in teams]
    labels = {one.number: one.title for one in teams}
    roles = {one.number: one.default_role or ROLE_CLUSTERS[Cluster(one.cluster)].role for one in teams}
    return posts, labels, roles, {one.number: one.pk for one in teams}


def _held(people: Sequence[Record], where: Where) -> dict[int, list[Assignment]]:
    """What the people hold now, as far as it reaches there."""
    rows = Assignment.objects.filter(person_id__in=[one.pk for one in people], state="active", withdrawn_at=None)
    rows = rows.filter(where.meets)
    found: dict[int, list[Assignment]] = {one.pk: [] for one in people}
    for one in rows.order_by("pk"):
        found[one.person_id or 0].append(one)
    return found


def _holders(where: Where) -> dict[str, int]:
    """Who carries each role cluster now: of the service, or else of all services."""
    rows = Assignment.objects.filter(where.posts, state="active", withdrawn_at=None).exclude(person=None)
    held = rows.order_by("-starts_at", "-pk").values_list("service_id", "cluster", "person_id")
    # Whoever has it for the service itself comes last, and so counts; of several at a site who has had it the longest.
    return {cluster: person for _, cluster, person in sorted(held, key=lambda one: one[0] is not None) if person}


def _named(
    people: Sequence[Record],
    held: Mapping[int, list[Assignment]],
    present: Mapping[str, int],
    where: Where,
    rules: Mapping[frozenset[str], Rule],
    at: datetime,
) -> list[Candidate]:
    skills: dict[int, dict[int, int]] = {}
    valid = Q(expires_on=None) | Q(expires_on__gte=at.date())
    for person, skill, level in PersonSkill.objects.filter(valid, record_id__in=held).values_list(
        "record_id", "skill_id", "level"
    ):
        skills.setdefault(person, {})[skill] = level
    waived = waivers_at(at, held)
    by_rule = {rule.id: pair for pair, rule in rules.items()}
    stays = {person: [one for one in some if not where.gives_out(one)] for person, some in held.items()}
    return [
        _candidate(one.pk, held[one.pk], stays[one.pk], present, skills, waived.get(one.pk, {}), by_rule)
        for one in people
    ]


def _candidate(
    person: int,
    some: Sequence[Assignment],
    stays: Iterable[Assignment],
    present: Mapping[str, int],
    skills: Mapping[int, Mapping[int, int]],
    waived: Mapping[int, str],
    by_rule: Mapping[int, frozenset[str]],
) -> Candidate:
    return Candidate(
        key=person,
        busy=float(sum(one.share or 0 for one in some)),
        bound=frozenset(one.cluster for one in stays),
        works_in=frozenset(one.cluster for one in some),
        has=frozenset(cluster for cluster, holder in present.items() if holder == person),
        skills=skills.get(person),
        waived=frozenset(by_rule[rule] for rule in waived if rule in by_rule),
    )


def _nameless(count: int) -> list[Candidate]:
    return [Candidate(key=-number, named=False) for number in range(1, count + 1)]


def _names(people: Sequence[Record], candidates: Iterable[Candidate], present: Mapping[str, int]) -> dict[int, str]:
    found = {one.key: f"Person {-one.key}" for one in candidates if not one.named}
    found |= {one.pk: one.title for one in people}
    others = set(present.values()) - found.keys()
    return found | dict(Record.objects.filter(pk__in=others).values_list("pk", "title"))
