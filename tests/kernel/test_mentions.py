"""Naming somebody in a comment lets them watch, if they may see the record."""

from typing import Any

import pytest

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Watch
from tests.cast import Cast


@pytest.fixture
def incident(cast: Cast) -> Any:
    """Something that Rita asked for."""
    return create("incident", cast.as_("alice"), via="web", title="Printer jams", requester=cast.rita.number)


def watching(record: Any) -> set[int]:
    return set(Watch.objects.filter(record_id=record.pk).values_list("person_id", flat=True))


def test_whom_staff_name_watches_from_then_on(cast: Cast, incident: Any) -> None:
    ada = create("person", OPERATOR, via="cli", title="Bob Ross", email="ross@example.org")
    text = f"@Bob, please ask @Rita. (@{cast.alice.number} knows.) Not me@Otto, nor @Nobody at all."
    perform(incident, "comment", cast.as_("alice"), via="web", text=text)
    assert watching(incident) == {cast.bob.pk, cast.rita.pk, cast.alice.pk}
    perform(incident, "comment", cast.as_("alice"), via="web", text="@Bob Ross may look too, @Bob as well")
    assert watching(incident) == {cast.bob.pk, cast.rita.pk, cast.alice.pk}, "Bob Ross may not see it"
    assert ada.pk not in watching(incident)


def test_a_name_that_two_have_names_nobody(cast: Cast, incident: Any) -> None:
    create("person", OPERATOR, via="cli", title="Bob", email="other.bob@example.org")
    perform(incident, "comment", cast.as_("alice"), via="web", text="@Bob?")
    assert watching(incident) == set()


def test_outsiders_name_without_effect_and_nobody_learns_who_there_is(cast: Cast, incident: Any) -> None:
    perform(incident, "comment", cast.as_("rita"), via="web", text="@Bob help, @Otto too")
    perform(incident, "comment", cast.as_("alice"), via="web", text="@Otto")
    assert watching(incident) == set()
