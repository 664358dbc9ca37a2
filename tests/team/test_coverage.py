"""Coverage: every empty place is found, nearer names count, shares add up, skills are missing where nobody has them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from septet.kernel import bulk
from septet.kernel.actions import new_request
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Refused
from septet.kernel.readings import read_about, read_report
from septet.lib.drafts import Draft
from septet.team.coverage.facts import Held
from septet.team.coverage.matrix import answering, holder, vacancies
from septet.team.coverage.readings import Coverage, CoverageCell
from tests.cast import Cast
from tests.team.words import act, assign, open_


def offered(titles: Iterable[str], state: str = "live") -> list[int]:
    """Services that customers have."""
    drafts = [
        Draft(kind="service", key=("test", one), fields={"title": one, "state": state}, at=None) for one in titles
    ]
    report = bulk.write(drafts, OPERATOR, via="cli", request=new_request())
    assert not report.refused
    return [report.ids["service", "test", one] for one in titles]


def covered(**params: Any) -> Coverage:
    found = read_report("coverage", OPERATOR, params)
    assert isinstance(found, Coverage)
    return found


def cell(found: Coverage, title: str, cluster: str) -> CoverageCell:
    [row] = [one for one in found.rows if one.title == title]
    [one] = [one for one in row.cells if one.cluster == cluster]
    return one


def test_who_answers_where(cast: Cast) -> None:
    mail, _files = offered(["Mail", "Files"])
    offered(["Idea"], state="proposed")
    now = timezone.now()
    assign(cast.bob, cluster="support", accountability="accountable", deputy=cast.alice)
    nearer = assign(cast.alice, cluster="support", accountability="accountable", service=mail)
    assign(cast.rita, cluster="release", accountability="accountable", active=False)
    assign(cast.rita, cluster="partner", accountability="accountable", starts_at=now + timedelta(days=1))
    assign(cast.rita, cluster="service", service=mail)
    found = covered()
    assert [one.title for one in found.rows] == ["Files", "Mail"]
    everywhere, named = cell(found, "Files", "support"), cell(found, "Mail", "support")
    assert (everywhere.name, everywhere.everywhere, everywhere.deputy_name) == ("Bob", True, "Alice")
    assert (named.assignment, named.everywhere, named.deputy) == (nearer.number, False, "")
    assert not cell(found, "Mail", "release").assignment, "a proposed one does not count"
    assert not cell(found, "Mail", "partner").assignment, "one of tomorrow does not count yet"
    assert not cell(found, "Mail", "service").assignment, "whoever does it does not answer for it"
    assert {one.cluster: (one.vacant, one.without_deputy) for one in found.clusters}["support"] == (0, 1)
    assert found.vacant == 2 * 6
    act(nearer, "end")
    assert cell(covered(), "Mail", "support").name == "Bob"
    assert [one.title for one in covered(limit=1, page=2).rows] == ["Mail"]
    assert covered(limit=1).next == 2
    assert [one.title for one in covered(service=f"SVC-{mail}").rows] == ["Mail"]


held_ = st.builds(
    Held,
    id=st.integers(1, 99),
    person=st.integers(1, 5),
    name=st.just(""),
    cluster=st.sampled_from(("release", "support", "security")),
    accountable=st.booleans(),
    service=st.sampled_from((None, 1, 2, 3)),
    team=st.none(),
    share=st.none(),
    deputy=st.none(),
    deputy_name=st.just(""),
)


@given(st.lists(held_, max_size=8), st.sets(st.integers(1, 4)))
def test_every_empty_place_is_a_vacancy(held: list[Held], services: set[int]) -> None:
    found = answering(held)
    clusters = ("release", "support", "security")
    counted = vacancies(found, sorted(services), clusters)
    for cluster in clusters:
        empty = [service for service in services if holder(found, service, cluster) is None]
        assert counted[cluster] == len(empty)
        for service in empty:
            assert not any(
                one.accountable and one.cluster == cluster and one.service in (None, service) for one in held
            )


def test_only_what_is_missing_and_who_is_away(cast: Cast) -> None:
    offered(["Mail"])
    for cluster in ("release", "infrastructure", "support", "operations", "partner", "service"):
        assign(cast.bob, cluster=cluster, accountability="accountable", deputy=cast.alice)
    assert len(covered(only="gaps").rows) == 1
    last = assign(cast.rita, cluster="security", accountability="accountable", deputy=cast.alice)
    assert covered(only="gaps").rows == []
    until = timezone.now() + timedelta(days=3)
    open_("absence", person=cast.rita, ends_at=until.isoformat())
    assert cell(covered(), "Mail", "security").away_until is not None
    assert cell(covered(), "Mail", "support").away_until is None
    act(last, "edit", deputy=None)
    assert len(covered(only="gaps").rows) == 1


def test_what_each_carries(cast: Cast) -> None:
    assign(cast.rita, cluster="release", share=70)
    assign(cast.rita, cluster="infrastructure", share=40)
    assign(cast.rita, cluster="infrastructure")
    first, *others = covered().people
    assert (first.name, first.share, first.overloaded, first.unstated) == ("Rita", 110, True, 1)
    assert first.by_cluster == {"release": 70, "infrastructure": 40}
    assert {one.name: (one.share, one.unstated) for one in others} == {"Alice": (0, 1), "Bob": (0, 1)}


def test_skills_that_are_missing_or_expire(cast: Cast) -> None:
    networking, calls = open_("skill", title="Networking"), open_("skill", title="Calls")
    empty = open_("function-team", title="Nobody's", cluster="release")
    act(empty, "need-skill", skill=networking)
    act(cast.desk, "need-skill", skill=calls, level=3, people=2)
    act(cast.alice, "set-skill", skill=calls, level=3)
    act(cast.bob, "set-skill", skill=calls, level=4, certificate="C-1", expires_on=_day(-1))
    act(cast.alice, "set-skill", skill=networking, level=1, expires_on=_day(30))
    act(cast.rita, "set-skill", skill=networking, level=4, expires_on=_day(1))
    found = covered()
    assert [(one.team_name, one.name, one.people, one.have) for one in found.gaps] == [("Desk", "Calls", 2, 1)]
    assert [(one.name, one.skill_name, one.expired) for one in found.expiring] == [
        ("Bob", "Calls", True),
        ("Alice", "Networking", False),
    ], "Rita has no assignment"
    assert [one.name for one in covered(expiring_within=10).expiring] == ["Bob"]
    act(cast.bob, "set-skill", skill=calls, level=4)
    assert covered().gaps == []
    matrix = read_about(cast.desk, "competencies", cast.as_("bob"), {})
    assert [(one.name, one.level, one.people, one.have) for one in matrix.needs] == [("Calls", 3, 2, 2)]
    assert [(one.name, [known.level for known in one.skills.values()]) for one in matrix.people] == [
        ("Alice", [3]),
        ("Bob", [4]),
    ]
    with pytest.raises(Refused):
        read_about(cast.desk, "competencies", cast.as_("rita"), {})


def _day(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def test_it_asks_no_more_of_many(cast: Cast) -> None:
    services = offered([f"Service {number}" for number in range(3)])

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            covered()
        return len(queries)

    assign(cast.alice, cluster="support", service=services[0], accountability="accountable")
    few = asked()
    more = offered([f"Other {number}" for number in range(30)])
    for service in more:
        assign(cast.alice, cluster="support", service=service, accountability="accountable", deputy=cast.bob)
    assert asked() == few <= 6


def test_the_clusters_tell_who_works_there(cast: Cast) -> None:
    assign(cast.bob, cluster="support", accountability="accountable")
    told = {one.key: one for one in read_report("role-clusters", cast.as_("alice"), {})}
    assert len(told) == 7
    assert [(one.title, one.people) for one in told["support"].teams] == [("Desk", 2)]
    assert [(one.name, one.service) for one in told["support"].accountable] == [("Bob", "")]
    assert (told["support"].people, told["release"].people) == (2, 0)
    assert all(one.goal and one.activities and one.measures for one in told.values())
