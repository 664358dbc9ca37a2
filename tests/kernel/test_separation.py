"""Separation of duties: who did one thing to a record may not do another to it; by rules that are records."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from septet.kernel import policy
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Invalid, Refused
from septet.kernel.reading import next_actions
from septet.kernel.readings import read_about
from septet.kernel.separation.rules import forbidding
from septet.kernel.undo import undo_entry
from tests.cast import Cast

Record = Any


def rule(**fields: Any) -> Record:
    given = {"title": "Whoever classified it does not close it", "applies_to": "incident", "reason": "Four eyes."}
    return create("separation-rule", OPERATOR, via="cli", fields={**given, **fields})


def closing(first: str = "classify", second: str = "close", **fields: Any) -> Record:
    return rule(first=first, second=second, **fields)


def resolved(by: Actor, **fields: Any) -> Record:
    incident = create("incident", by, via="api", fields={"title": "No mail", **fields})
    perform(incident, "classify", by, via="api", category="mail")
    perform(incident, "resolve", by, via="api", cause="A full disk")
    return incident


def test_who_did_the_one_may_not_do_the_other(cast: Cast) -> None:
    alice, bob = cast.as_("alice"), cast.as_("bob")
    made = closing()
    incident = resolved(alice)
    with pytest.raises(Refused, match=f"Whoever classified it does not close it \\({made.number}\\). Four eyes."):
        perform(incident, "close", alice, via="api")
    assert "close" not in {one.name for one in next_actions(incident, alice)}
    why = read_about(incident, "why", bob, {"person": cast.alice.number, "verb": "close"})
    assert not why.allowed
    assert made.number in why.reason
    assert perform(incident, "close", bob, via="api")


def test_what_was_undone_does_not_count(cast: Cast) -> None:
    alice = cast.as_("alice")
    closing()
    incident = create("incident", alice, via="api", title="No mail")
    done = perform(incident, "classify", alice, via="api", category="mail")
    assert done
    assert not policy.may(alice, "close", incident)
    undo_entry(done.pk, alice, via="api")
    assert policy.may(alice, "close", incident)


def test_who_acts_for_somebody_is_bound_by_what_both_did(cast: Cast) -> None:
    alice, bob = cast.as_("alice"), cast.as_("bob")
    closing()
    incident = resolved(alice)
    assert forbidding(bob, "close", incident) is None
    assert forbidding(bob.on_behalf_of(cast.alice.pk), "close", incident)
    other = resolved(bob.on_behalf_of(cast.alice.pk))
    assert forbidding(alice, "close", other)


def test_a_field_names_a_person_and_a_person_may_not_be_named(cast: Cast) -> None:
    bob = cast.as_("bob")
    rule(title="The caller does not own it", first="requester", second="owner, close")
    incident = create("incident", OPERATOR, via="api", title="No mail", requester=cast.bob.number)
    for name, params in (("edit", {"owner": cast.bob.number}), ("assign", {"owner": cast.bob.number})):
        with pytest.raises(Refused, match="The caller does not own it"):
            perform(incident, name, OPERATOR, via="api", params=params)
    assert not policy.may(bob, "close", incident)
    perform(incident, "assign", bob, via="api", owner=cast.alice.number)


def test_a_rule_holds_only_where_its_condition_says_and_so_long(cast: Cast) -> None:
    alice = cast.as_("alice")
    made = closing(condition={"impact": [1, 2]}, within_days=30)
    assert policy.may(alice, "close", resolved(alice, impact=5))
    assert not policy.may(alice, "close", resolved(alice, impact=2))
    perform(made, "edit", OPERATOR, via="cli", condition={})
    assert not policy.may(alice, "close", resolved(alice, impact=5))
    perform(made, "retire", OPERATOR, via="cli")
    assert policy.may(alice, "close", resolved(alice, impact=2))


def test_where_no_rule_applies_no_query_is_made(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice = cast.as_("alice")
    closing()
    incident = resolved(alice)
    policy.may_do(alice, "comment", incident)
    with django_assert_num_queries(0):
        assert policy.may_do(alice, "comment", incident)
    with django_assert_num_queries(1):
        assert not policy.may_do(alice, "close", incident)
    with django_assert_num_queries(0):
        assert policy.may_do(OPERATOR, "close", incident)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"applies_to": "incidnt"}, "incident"),
        ({"first": "clasify"}, "classify"),
        ({"second": ""}, "at least one"),
        ({"second": "priority"}, "no action and no field"),
        ({"applies_to": "*", "second": "resolve"}, "no action"),
        ({"condition": {"impct": [1]}}, "impact"),
        ({"condition": {"impact": 1}}, "as a list"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(db: None, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        closing(**fields)
