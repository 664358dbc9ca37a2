"""A contact with the desk: answered at once, or the beginning of an incident."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import follow, reading
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import Entry
from septet.kernel.undo import undo_request
from septet.support.incidents.models import Incident
from tests.cast import Cast


def contact(cast: Cast, who: str = "alice", **values: Any) -> Any:
    fields = {"title": "How do I share a folder?", **values}
    return create("interaction", cast.as_(who), via="api", fields=fields)


def test_an_answer_at_the_first_contact(cast: Cast) -> None:
    asked = contact(cast, requester=cast.rita.number, channel="phone")
    article = create("article", cast.as_("alice"), via="api", title="Share a folder")
    perform(
        asked, "answer", cast.as_("alice"), via="api", answer="By its menu.", closure_code="Questions",
        handle_seconds=95, article=article.number,
    )  # fmt: skip
    assert (asked.state, asked.first_contact_resolution, asked.handle_seconds) == ("closed", True, 95)
    assert asked.owner_id == cast.alice.pk
    assert [one["type"] for one in reading.relations(asked, OPERATOR)] == ["answered-by"]
    body = reading.body(asked, cast.as_("rita"))
    assert body["answer"] == "By its menu."
    assert "handle_seconds" not in body


def test_a_contact_becomes_an_incident_of_the_same_person(cast: Cast) -> None:
    asked = contact(cast, requester=cast.rita.number, description="Since nine.", impact=4, urgency=3)
    entry = perform(asked, "escalate-to-incident", cast.as_("alice"), via="api", category="mail", impact=2)
    incident = Incident.objects.get()
    assert asked.state == "linked"
    assert (incident.title, incident.description, incident.requester_id) == (
        asked.title, "Since nine.", cast.rita.pk,
    )  # fmt: skip
    assert (incident.category, incident.impact, incident.urgency, incident.priority) == ("mail", 2, 3, 3)
    assert [one["record"]["number"] for one in reading.relations(asked, OPERATOR)] == [incident.number]
    assert entry is not None
    made = Entry.objects.get(record_id=incident.pk)
    assert (made.action, made.request, made.via, made.at) == ("create", entry.request, "api", entry.at)


def test_undoing_the_request_undoes_the_incident_too(cast: Cast) -> None:
    asked = contact(cast)
    entry = perform(asked, "escalate-to-incident", cast.as_("alice"), via="api")
    assert entry is not None
    report = undo_request(entry.request, OPERATOR, via="cli")
    assert (report.undone, report.refused) == (2, [])
    assert reload(asked).state == "open"
    assert Incident.objects.get().withdrawn_at is not None
    assert reading.relations(asked, OPERATOR) == []


def test_nothing_is_left_of_an_incident_that_could_not_be_made(cast: Cast) -> None:
    asked = contact(cast)
    with pytest.raises(Invalid, match="title"):
        perform(asked, "escalate-to-incident", OPERATOR, via="api", title="x" * 300)
    assert reload(asked).state == "open"
    assert not Incident.objects.exists()


def test_a_contact_about_a_known_incident_closes_with_it(cast: Cast) -> None:
    incident = create("incident", cast.as_("alice"), via="api", title="Mail is down")
    asked = contact(cast, requester=cast.rita.number)
    perform(asked, "link-to", cast.as_("alice"), via="api", incident=incident.number)
    perform(incident, "resolve", cast.as_("alice"), via="api", cause="A cable.")
    follow.drain()
    assert reload(asked).state == "linked"
    perform(incident, "close", cast.as_("alice"), via="api")
    follow.drain()
    asked = reload(asked)
    assert (asked.state, asked.first_contact_resolution) == ("closed", False)


def test_what_became_an_incident_was_not_settled_at_first_contact(cast: Cast) -> None:
    asked = contact(cast)
    perform(asked, "escalate-to-incident", cast.as_("alice"), via="api")
    perform(asked, "answer", cast.as_("alice"), via="api", answer="It is known.", first_contact=True)
    assert asked.first_contact_resolution is False


def test_an_end_user_asks_and_asks_again(cast: Cast) -> None:
    asked = contact(cast, "rita")
    assert asked.requester_id == cast.rita.pk
    with pytest.raises(Refused):
        perform(asked, "answer", cast.as_("rita"), via="api", answer="Myself.")
    perform(asked, "answer", cast.as_("alice"), via="api", answer="By its menu.")
    perform(asked, "reopen", cast.as_("rita"), via="api", reason="Which menu?")
    assert (asked.state, asked.closed_at, asked.first_contact_resolution) == ("open", None, False)


def test_asking_again_has_an_end(cast: Cast) -> None:
    then = timezone.now() - timedelta(days=30)
    asked = create("interaction", OPERATOR, via="api", at=then, title="Old")
    perform(asked, "close", OPERATOR, via="api", at=then + timedelta(minutes=5))
    with pytest.raises(Conflict, match="Open a new interaction"):
        perform(asked, "reopen", OPERATOR, via="api", reason="Again.")
