"""While somebody is away their deputies have their rights, and the journal says on whose behalf they act."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from septet.kernel import follow, policy, reading
from septet.kernel.accounts import open_account
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, of_person
from septet.kernel.errors import Invalid, NotFound, Refused
from septet.kernel.models import Approval, Entry, FailedReaction, Grant, Verb
from septet.kernel.readings import read_about, run_procedure
from septet.kernel.undo import undo_entry
from septet.team.absences.background import follow_time
from septet.team.absences.models import Absence
from tests.cast import Cast
from tests.team.words import act, assign, open_


def away(person: Any, days: int = 14, **fields: Any) -> Any:
    """An absence that has begun."""
    return open_("absence", person=person, ends_at=timezone.now() + timedelta(days=days), **fields)


def test_a_deputy_has_the_rights_while_it_lasts_and_acts_on_behalf(cast: Cast) -> None:
    assign(cast.rita, role="change-manager", cluster="release", deputy=cast.alice)
    change = create("change", OPERATOR, via="api", title="New switch", reason="The old one is loud.")
    perform(change, "submit", OPERATOR, via="api")
    assert not policy.may(cast.as_("alice"), "screen", change)
    made = away(cast.rita)
    alice = cast.as_("alice")
    assert alice.stands_in_for == {cast.rita.pk}
    entry = perform(change, "screen", alice, via="api")
    assert entry
    assert (entry.actor_id, entry.on_behalf_of_id) == (cast.alice.pk, cast.rita.pk)
    assert reading.history(change, alice)[-1]["on_behalf_of"]["title"] == "Rita"
    incident = create("incident", alice, via="api", title="No mail")
    own = Entry.objects.get(record_id=incident.pk)
    assert own.on_behalf_of_id is None, "what one may do oneself is not done for somebody"
    undo_entry(entry.pk, alice, via="api")
    assert Entry.objects.get(undoes=entry.pk).on_behalf_of_id == cast.rita.pk
    perform(made, "come-back", cast.as_("rita"), via="api")
    assert made.state == "over"
    assert not policy.may(cast.as_("alice"), "screen", change)
    assert not cast.as_("alice").stands_in_for


def test_my_work_shows_that_of_whom_one_stands_in_for(cast: Cast) -> None:
    open_("incident", title="Mine", owner=cast.bob)
    open_("incident", title="Hers", owner=cast.alice)
    client = Client(headers={"host": "localhost"})
    client.force_login(open_account(cast.bob, "bob@example.org"))
    assert "Hers" not in client.get("/my-work/").text
    assert "stand in" not in client.get("/my-work/").text
    away(cast.alice, deputy=cast.bob)
    page = client.get("/my-work/").text
    assert "Mine" in page
    assert "Hers" in page
    absent = client.get("/my-work/?whose=absent").text
    assert "Hers" in absent
    assert "/r/INC-" in absent
    assert "Mine</a>" not in absent.partition("<main")[2]


def test_it_counts_by_time_alone(cast: Cast) -> None:
    now = timezone.now()
    assign(cast.rita, role="manager", cluster="service", deputy=cast.alice)
    later = open_(
        "absence", person=cast.rita, starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=5), title="Fair"
    )
    assert not cast.as_("alice").has("manage")
    assert of_person(cast.alice.pk, now + timedelta(days=4)).has("manage")
    assert not of_person(cast.alice.pk, now + timedelta(days=6)).has("manage")
    act(later, "move", starts_at=now, ends_at=now + timedelta(seconds=1))
    assert follow_time.func() == 1
    assert reload(later).state in {"running", "over"}
    act(later, "come-back")
    assert follow_time.func() == 0


def test_the_deputy_of_the_absence_comes_before_those_of_the_assignments(cast: Cast) -> None:
    first = assign(cast.rita, role="change-manager", cluster="release", deputy=cast.alice)
    second = assign(cast.rita, role="agent", cluster="support", service=open_("service", title="Mail"))
    made = away(cast.rita)
    told = {one.assignment: one for one in read_about(made, "taken-over", OPERATOR, {})}
    assert told[first.number].deputy_name == "Alice"
    assert told[second.number].why_not == "Nobody is named as deputy."
    perform(made, "name-deputy", cast.as_("rita"), via="api", deputy=cast.bob.number)
    assert cast.as_("bob").stands_in_for == {cast.rita.pk}
    assert not cast.as_("alice").stands_in_for
    act(first, "end")
    scopes = set(Grant.objects.filter(for_person_id=cast.rita.pk, verb=Verb.WORK, until__gt=timezone.now()))
    assert {one.service_id for one in scopes} == {second.service_id}


def test_what_may_not_be_held_together_is_not_inherited(cast: Cast) -> None:
    run_procedure("load-standard-model", OPERATOR, {"teams": False}, via="cli", request=new_request())
    assign(cast.rita, role="change-manager", cluster="security", deputy=cast.otto)
    assign(cast.otto, cluster="release")
    made = away(cast.rita)
    (told,) = read_about(made, "taken-over", OPERATOR, {})
    assert "Otto holds ASG-" in told.why_not
    assert "the one who controls" in told.why_not
    assert not cast.as_("otto").has("approve")


def test_approvals_are_answered_for_who_is_away_but_not_by_who_asked(cast: Cast) -> None:
    made = create("change", OPERATOR, via="api", title="New switch", requester=cast.rita.number)
    perform(made, "ask-approval", OPERATOR, via="api", approvers=[cast.otto.number, cast.paul.number])
    away(cast.otto, deputy=cast.paul)
    away(cast.paul, deputy=cast.rita)
    assert cast.as_("paul").voices == {cast.paul.pk, cast.otto.pk}
    with pytest.raises(Refused, match="You asked for this yourself"):
        perform(made, "approve", cast.as_("rita"), via="api")
    for whose in (cast.paul, cast.otto):
        entry = perform(made, "approve", cast.as_("paul"), via="api")
        assert entry
        assert entry.actor_id == cast.paul.pk
        assert entry.on_behalf_of_id == (None if whose is cast.paul else cast.otto.pk)
    assert set(Approval.objects.filter(record_id=made.pk).values_list("decision", flat=True)) == {"approved"}


def test_a_deputy_sees_what_was_shared_with_who_is_away(cast: Cast) -> None:
    secret = open_("incident", title="Payroll", confidentiality="restricted")
    act(secret, "share", party=cast.bob)
    assert not policy.may(cast.as_("alice"), "see", secret)
    away(cast.bob, deputy=cast.alice)
    assert policy.may(cast.as_("alice"), "see", secret)


def test_everybody_notes_their_own_absence_and_only_that(cast: Cast) -> None:
    until = (timezone.now() + timedelta(days=3)).isoformat()
    mine = create("absence", cast.as_("alice"), via="api", ends_at=until)
    assert (mine.person_id, mine.requester_id, mine.title) == (cast.alice.pk, cast.alice.pk, "Leave")
    with pytest.raises(Refused, match="only your own absence"):
        create("absence", cast.as_("alice"), via="api", ends_at=until, person=cast.bob.number)
    with pytest.raises(Invalid, match="somebody who has an assignment"):
        perform(mine, "name-deputy", cast.as_("alice"), via="api", deputy=cast.otto.number)
    with pytest.raises(NotFound):
        perform(mine, "name-deputy", cast.as_("rita"), via="api", deputy=cast.rita.number)
    theirs = create("absence", cast.as_("bob"), via="api", ends_at=until, person=cast.rita.number)
    perform(theirs, "move", cast.as_("rita"), via="api", ends_at=(timezone.now() + timedelta(days=9)).isoformat())
    assign(cast.otto, role="administrator", cluster="operations")
    with pytest.raises(Refused, match="only rights that you have yourself"):
        create("absence", cast.as_("bob"), via="api", ends_at=until, person=cast.otto.number, deputy=cast.bob.number)


@pytest.mark.django_db(transaction=True)
def test_who_leaves_is_neither_away_nor_a_deputy(cast: Cast) -> None:
    gone = away(cast.bob, deputy=cast.alice)
    covered = away(cast.alice, deputy=cast.bob)
    act(cast.bob, "leave")
    assert not cast.as_("alice").stands_in_for
    follow.drain()
    assert not FailedReaction.objects.exists()
    assert reload(gone).state == "over"
    assert Absence.objects.get(pk=covered.pk).deputy_id is None


def test_members_and_contacts_of_a_virtual_team_see_what_is_shared_with_it(cast: Cast) -> None:
    assignment = assign(cast.rita, service=open_("service", title="Mail"))
    team = open_("virtual-team", title="New claims system")
    secret = open_("incident", title="Pilot", confidentiality="restricted")
    act(secret, "share", party=team)
    act(team, "add-assignment", assignment=assignment, task="Rollout")
    act(team, "add-contact", person=cast.paul)
    for name in ("rita", "paul"):
        assert policy.may(cast.as_(name), "see", secret), name
        assert policy.may(cast.as_(name), "see", team), name
    assert not policy.may(cast.as_("otto"), "see", secret)
    act(assignment, "end")
    assert not policy.may(cast.as_("rita"), "see", secret)
    act(team, "dissolve")
    assert not policy.may(cast.as_("paul"), "see", secret)
    act(team, "revive")
    assert policy.may(cast.as_("paul"), "see", secret)
