"""How the work is covered, worked out from what is held. Pure: everything it looks at is an argument."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from septet.team.coverage.facts import Held, Known, Need

FULL = 100  # per cent of somebody's working time

Answering = Mapping[tuple[int | None, str], Held]


def answering(held: Iterable[Held]) -> Answering:
    """Who answers for a service, or for all of them (None), in a role cluster."""
    return {(one.service, one.cluster): one for one in held if one.accountable}


def holder(found: Answering, service: int, cluster: str) -> Held | None:
    """Who answers for a service in a role cluster: whoever is named for it comes before who answers for all."""
    return found.get((service, cluster)) or found.get((None, cluster))


def vacancies(found: Answering, services: Sequence[int], clusters: Sequence[str]) -> dict[str, int]:
    """For how many services nobody answers, by role cluster."""
    return {
        cluster: 0 if (None, cluster) in found else sum((service, cluster) not in found for service in services)
        for cluster in clusters
    }


def loads(held: Iterable[Held]) -> dict[int, dict[str, int]]:
    """Per cent of each person's time by role cluster; an assignment without a share adds nothing."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in held:
        found[one.person][one.cluster] += one.share or 0
    return {person: dict(by_cluster) for person, by_cluster in found.items()}


def members(held: Iterable[Held]) -> dict[int, set[int]]:
    """Who works in each function team."""
    found: dict[int, set[int]] = defaultdict(set)
    for one in held:
        if one.team is not None:
            found[one.team].add(one.person)
    return dict(found)


def gaps(
    needs: Iterable[Need], working: Mapping[int, set[int]], known: Iterable[Known], today: date
) -> list[tuple[Need, int]]:
    """Which skills too few people of a team have, and how many do; of teams in which somebody works."""
    able: dict[int, dict[int, int]] = defaultdict(dict)
    for one in known:
        if one.counts(today):
            able[one.skill][one.person] = one.level
    found = []
    for need in needs:
        people = working.get(need.team, set())
        have = sum(able[need.skill].get(person, 0) >= need.level for person in people)
        if people and have < need.people:
            found.append((need, have))
    return found
