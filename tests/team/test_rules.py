"""Which roles one person may hold together: the pure judgement, and what assignments make of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from septet.kernel import follow
from septet.kernel.actions import new_request, perform, reload
from septet.kernel.actors import OPERATOR, of_person
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import FailedReaction
from septet.kernel.readings import run_procedure
from septet.team.assignments.models import Assignment
from septet.team.rules.background import expire_run_out
from septet.team.rules.models import CombinationRule
from septet.team.rules.rules import Finding, Held, Rule, Side, findings, meet
from tests.cast import Cast
from tests.team.words import act, assign, open_

DAY = datetime(2026, 3, 2, tzinfo=UTC)
CLUSTERS = ("release", "infrastructure", "support", "operations", "partner", "security", "service")
ROLES = ("agent", "manager", "auditor", "administrator")
# Practice 2.3: C where a caution stands, N where it is not recommended; the rest is possible.
TABLE = {
    ("release", "support"): "C", ("release", "operations"): "C", ("release", "security"): "N",
    ("release", "service"): "C", ("infrastructure", "support"): "C", ("infrastructure", "security"): "C",
    ("support", "partner"): "C", ("support", "security"): "C", ("operations", "partner"): "C",
    ("operations", "security"): "N", ("operations", "service"): "C", ("partner", "security"): "C",
    ("security", "service"): "C",
}  # fmt: skip


@pytest.fixture
def standard(db: None) -> None:
    """The rules with which an installation begins."""
    run_procedure("load-standard-model", OPERATOR, {"teams": False}, via="cli", request=new_request())


@pytest.mark.usefixtures("standard")
def test_the_shipped_rules_are_the_table_of_the_practice() -> None:
    held = {
        (one.first_cluster, one.second_cluster): one.verdict[0].upper()
        for one in CombinationRule.objects.filter(first_role="", second_role="").exclude(verdict="possible")
    }
    assert held == TABLE
    assert CombinationRule.objects.filter(verdict="possible").count() == 21 - len(TABLE)
    assert not CombinationRule.objects.filter(verdict="caution", control="").exists()


helds = st.builds(
    Held,
    id=st.integers(1, 9),
    cluster=st.sampled_from(CLUSTERS),
    role=st.sampled_from(ROLES),
    since=st.integers(0, 9).map(lambda days: DAY + timedelta(days=days)),
    until=st.none() | st.integers(10, 14).map(lambda days: DAY + timedelta(days=days)),
    scope=st.dictionaries(st.sampled_from(("service", "site")), st.sampled_from([frozenset({1}), frozenset({2})])),
)
sides = st.builds(Side, cluster=st.sampled_from(("", *CLUSTERS)), role=st.sampled_from(("", *ROLES)))
verdicts = st.sampled_from(("possible", "caution", "not-recommended"))
rules = st.builds(Rule, id=st.integers(1, 9), first=sides, second=sides, verdict=verdicts)


def pairs(found: list[Finding]) -> set[frozenset[int]]:
    return {frozenset((one.one.id, one.other.id)) for one in found}


@given(st.lists(helds, max_size=4, unique_by=lambda one: one.id), st.lists(rules, max_size=6))
def test_judgement_does_not_depend_on_order_and_grows_with_what_is_held(held: list[Held], some: list[Rule]) -> None:
    found = findings(held, some)
    turned = findings(held[::-1], some[::-1])
    assert pairs(found) == pairs(turned)
    assert {(*sorted((f.one.id, f.other.id)), f.rule.verdict) for f in found} == {
        (*sorted((f.one.id, f.other.id)), f.rule.verdict) for f in turned
    }
    assert pairs(findings(held[:-1], some)) <= pairs(found)
    assert all(meet(one.one, one.other) and one.rule.fits(one.one, one.other) for one in found)


@given(st.lists(helds, min_size=2, max_size=3, unique_by=lambda one: one.id), st.lists(rules, max_size=6))
def test_waiving_all_rules_blocks_nothing_and_hides_nothing(held: list[Held], some: list[Rule]) -> None:
    free = findings(held, some, waived=[one.id for one in some])
    assert not any(one.blocks for one in free)
    assert pairs(free) == pairs(findings(held, some))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({}, {}, True),
        ({"until": DAY}, {"since": DAY}, False),
        ({"until": DAY + timedelta(seconds=1)}, {"since": DAY}, True),
        ({"scope": {"service": frozenset({1})}}, {}, True),
        ({"scope": {"service": frozenset({1})}}, {"scope": {"service": frozenset({2})}}, False),
        ({"scope": {"service": frozenset({1})}}, {"scope": {"site": frozenset({2})}}, True),
        ({"scope": {"technology": frozenset({1, 2})}}, {"scope": {"technology": frozenset({2})}}, True),
    ],
)
def test_assignments_meet_at_one_time_over_one_record(
    one: dict[str, Any], other: dict[str, Any], together: bool
) -> None:
    base = Held(1, "release", "agent", DAY - timedelta(days=1))
    assert meet(replace(base, **one), replace(base, **other)) is together
    assert meet(replace(base, **other), replace(base, **one)) is together


@pytest.mark.usefixtures("standard")
def test_what_is_not_recommended_is_refused_unless_it_meets_nowhere(cast: Cast) -> None:
    mail, web = open_("service", title="Mail"), open_("service", title="Web")
    assign(cast.rita, cluster="release", service=mail)
    with pytest.raises(Conflict, match=r"Rita may not hold both: With ASG-\d+ \(Release\).*Only a waiver"):
        assign(cast.rita, cluster="security", service=mail)
    assign(cast.rita, cluster="security", service=web)
    late = assign(cast.otto, cluster="release", ends_at=timezone.now() + timedelta(days=5))
    assign(cast.otto, cluster="security", starts_at=late.ends_at)
    with pytest.raises(Conflict, match="may not hold both"):
        act(late, "edit", ends_at=None)
    assign(cast.alice, cluster="operations", role="administrator")
    with pytest.raises(Conflict, match="audits himself"):
        assign(cast.alice, cluster="partner", role="auditor")


@pytest.mark.usefixtures("standard")
def test_a_caution_is_noted_with_its_control(cast: Cast) -> None:
    assign(cast.rita, cluster="support", role="agent")
    made = assign(cast.rita, cluster="release", role="agent")
    assert made.combination == "caution"
    assert "approve their own fixes" in made.combined_with
    assert "Control: A second person approves" in made.combined_with
    assert assign(cast.otto, cluster="infrastructure").combination == "clear"
    assert assign(cast.otto, cluster="operations").combination == "clear"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("standard")
def test_a_waiver_allows_it_for_a_time_and_its_end_raises_the_conflict_again(cast: Cast) -> None:
    bob = cast.as_("bob")
    first = assign(cast.rita, cluster="release")
    rule = CombinationRule.objects.get(first_cluster="release", second_cluster="security")
    soon = timezone.now() + timedelta(seconds=60)
    told = {"rule": rule.number, "ends_at": soon.isoformat(), "control": "Weekly review.", "reason": "Nobody else."}
    waiver = open_("waiver", person=cast.rita, **told)
    with pytest.raises(Conflict, match="Only a waiver"):
        assign(cast.rita, cluster="security")
    mine = open_("waiver", person=cast.bob, **told)
    with pytest.raises(Refused, match="somebody else has to allow it"):
        perform(mine, "authorise", bob, via="api")
    perform(waiver, "authorise", bob, via="api")
    assert waiver.approved_by_id == cast.bob.pk
    with pytest.raises(Invalid, match="decided on"):
        act(waiver, "edit", ends_at=soon + timedelta(days=9))
    second = assign(cast.rita, cluster="security")
    assert second.combination == "waived"
    follow.drain()
    assert reload(first).combination == "waived"
    assert expire_run_out.func() == 0
    act(waiver, "revoke", reason="The review was not done.")
    follow.drain()
    assert not FailedReaction.objects.exists()
    held = Assignment.objects.filter(person_id=cast.rita.pk, state="active")
    assert set(held.values_list("combination", flat=True)) == {"conflict"}
    assert of_person(cast.rita.pk).rights, "the rights stay; the conflict is shown"
    act(rule, "edit", verdict="caution", control="Weekly review.")
    follow.drain()
    assert set(held.values_list("combination", flat=True)) == {"caution"}


def test_a_rule_says_what_it_is_about(db: None) -> None:
    with pytest.raises(Invalid, match="Name a role cluster or a role"):
        open_("combination-rule", first_cluster="release", verdict="possible", reason="None.")
    with pytest.raises(Invalid, match="control that makes up"):
        open_("combination-rule", first_cluster="release", second_role="auditor", verdict="caution", reason="None.")
    made = open_("combination-rule", first_cluster="release", second_role="auditor", verdict="possible", reason="None.")
    assert made.title == "Release and Auditor"
