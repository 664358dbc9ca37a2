"""Assignments give rights: to whom, where, from when to when, and never more than whoever gives them has."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import listing, policy
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR, Actor, of_person
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import Grant
from septet.kernel.registry import registry
from septet.kernel.undo import undo_request
from septet.team.assignments.background import end_run_out
from septet.team.assignments.models import Assignment
from tests.cast import Cast
from tests.team.words import act, assign, open_


def rights(person: Any) -> set[tuple[str, str]]:
    return {(one.verb, one.kind) for one in of_person(person.pk).rights}


def numbers(kind: str, actor: Actor) -> set[str]:
    """What a list shows, and that `may` says the same of each record."""
    it = registry.type_of(kind)
    listed = {str(one["number"]) for one in listing.page(listing.Query.parse(it, {"limit": "500"}), actor).items}
    allowed = {one.number for one in it.model._default_manager.all() if policy.may(actor, "see", one)}
    assert listed == allowed
    return listed


def test_a_proposed_one_gives_nothing_an_active_one_its_role_and_a_seat_in_the_team(cast: Cast) -> None:
    made = assign(cast.rita, team=cast.desk, active=False)
    assert rights(cast.rita) == set()
    act(made, "activate")
    assert ("work", "incident") in rights(cast.rita)
    assert of_person(cast.rita.pk).teams == {cast.desk.pk}
    assert made.cluster == "support"
    act(made, "end")
    assert rights(cast.rita) == set()
    assert made.state == "ended"
    assert made.closed_at


def test_past_and_future_dates_count(cast: Cast) -> None:
    now = timezone.now()
    assign(cast.rita, starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=9))
    made = assign(cast.otto, starts_at=now - timedelta(days=9), ends_at=now - timedelta(seconds=1))
    assert rights(cast.rita) == rights(cast.otto) == set()
    assert of_person(cast.rita.pk, now + timedelta(days=3)).has("work", "incident")
    assert not of_person(cast.rita.pk, now + timedelta(days=10)).rights
    assert of_person(cast.otto.pk, now - timedelta(days=1)).has("work", "incident")
    assert end_run_out.func() == 1
    assert reload(made).state == "ended"


def test_a_scope_holds_in_lists_on_records_and_for_actions_alike(cast: Cast) -> None:
    mail, web = open_("service", title="Mail"), open_("service", title="Web")
    bremen, leeds = open_("site", title="Bremen"), open_("site", title="Leeds")
    there = open_("incident", title="A", service=mail, site=bremen)
    elsewhere = [
        open_("incident", title="B", service=mail, site=leeds),
        open_("incident", title="C", service=web, site=bremen),
        open_("incident", title="D"),
    ]
    assign(cast.rita, service=mail, site=bremen)
    rita = of_person(cast.rita.pk)
    assert numbers("incident", rita) == {there.number}
    assert cast.alice.number in numbers("person", rita), "people are seen by all who see any work"
    perform(there, "classify", rita, via="api", category="mail")
    for one in elsewhere:
        assert not policy.may(rita, "classify", one)
    opened = create("incident", rita, via="api", title="Mine", service=mail.number, site=bremen.number)
    assert policy.may(rita, "classify", opened)
    with pytest.raises(Refused, match="does not lie"):
        create("incident", rita, via="api", title="Not mine", service=web.number, requester=cast.otto.number)
    perform(there, "edit", rita, via="api", service=web.number)
    assert not policy.may(rita, "see", there)


def test_a_technology_reaches_items_below_it_and_what_affects_them(cast: Cast) -> None:
    server = open_("item-type", title="Server", key="server")
    linux = open_("item-type", title="Linux server", key="linux-server", parent=server)
    printer = open_("item-type", title="Printer", key="printer")
    items = {one.title: open_("configuration-item", title=one.title, item_type=one) for one in (server, linux, printer)}
    hit, other = open_("incident", title="Disk full"), open_("incident", title="Paper jam")
    act(hit, "relate", type="affects", target=items["Linux server"])
    act(other, "relate", type="affects", target=items["Printer"])
    assign(cast.rita, technology=server)
    rita = of_person(cast.rita.pk)
    assert numbers("configuration-item", rita) == {items["Server"].number, items["Linux server"].number}
    assert numbers("incident", rita) == {hit.number}
    assert policy.may(rita, "classify", hit)
    assert not policy.may(rita, "edit", items["Printer"])
    act(hit, "unrelate", type="affects", target=items["Linux server"])
    assert numbers("incident", rita) == set()


def test_a_cluster_has_one_accountable_holder_of_a_service_at_a_time(cast: Cast) -> None:
    mail = open_("service", title="Mail")
    now = timezone.now()
    first = assign(cast.alice, accountability="accountable", service=mail, ends_at=now + timedelta(days=30))
    assign(cast.otto, accountability="accountable")  # of all services: mail is the exception
    assign(cast.rita, service=mail)  # any number may be responsible
    with pytest.raises(Conflict, match=rf"Alice is accountable for Support of Mail until .* \({first.number}"):
        assign(cast.bob, accountability="accountable", service=mail)
    later = assign(cast.bob, accountability="accountable", service=mail, starts_at=now + timedelta(days=30))
    with pytest.raises(Conflict, match="Bob is accountable"):
        act(first, "edit", ends_at=None)
    second = assign(cast.bob, accountability="accountable", service=mail, active=False)
    act(second, "edit", ends_at=now + timedelta(days=30))
    act(second, "activate", replace=True)
    assert reload(first).state == "ended"
    assert reload(first).ends_at == second.starts_at
    assert reload(later).state == "active"
    with pytest.raises(Invalid, match="as a whole"):
        assign(cast.rita, accountability="accountable", site=open_("site", title="Bremen"))


def test_nobody_gives_what_they_do_not_have(cast: Cast) -> None:
    mail, web = open_("service", title="Mail"), open_("service", title="Web")
    bob = cast.as_("bob")
    with pytest.raises(Refused, match="only rights that you have yourself"):
        perform(cast.desk, "add-member", bob, via="api", person=cast.rita, role="administrator")
    assert rights(cast.rita) == set()
    admin = assign(cast.otto, role="administrator", cluster="operations")
    for name, params in (("edit", {"deputy": cast.bob.number}), ("end", {})):
        with pytest.raises(Refused):
            perform(admin, name, bob, via="api", params=params)
    assign(cast.rita, role="manager", service=mail)
    rita = of_person(cast.rita.pk)
    fields = {"person": cast.paul.number, "team": cast.desk.number, "role": "agent"}
    made = create("assignment", rita, via="api", fields={**fields, "service": mail.number})
    perform(made, "activate", rita, via="api")
    for wider in ({}, {"service": web.number}):
        with pytest.raises(Refused):
            create("assignment", rita, via="api", fields={**fields, **wider})


def test_what_an_assignment_is_stays_once_it_gave_rights(cast: Cast) -> None:
    made = assign(cast.rita, team=cast.desk)
    other = open_("function-team", title="Networks", cluster="infrastructure")
    for params in ({"person": cast.otto}, {"role": "manager"}, {"service": open_("service", title="Mail")}):
        with pytest.raises(Invalid, match="end it and make another"):
            act(made, "edit", **params)
    with pytest.raises(Invalid, match="end it and make another"):
        act(made, "assign", team=other)
    act(made, "edit", share=40, deputy=cast.otto, ends_at=timezone.now() + timedelta(days=1))
    assert Grant.objects.filter(source_id=made.pk, until=made.ends_at).count() == Grant.objects.count() - _of_cast(cast)


def _of_cast(cast: Cast) -> int:
    return Grant.objects.filter(person_id__in=[cast.alice.pk, cast.bob.pk]).count()


def test_rights_follow_undo_withdrawal_and_restoring(cast: Cast) -> None:
    made = open_("assignment", person=cast.rita, team=cast.desk, role="agent")
    done = perform(made, "activate", OPERATOR, via="import")
    assert done
    assert rights(cast.rita)
    act(made, "withdraw")
    assert rights(cast.rita) == set()
    act(made, "restore")
    assert rights(cast.rita)
    undo_request(done.request, OPERATOR, via="cli")
    assert reload(made).state == "proposed"
    assert rights(cast.rita) == set()


def test_joining_and_leaving_a_team_are_assignments(cast: Cast) -> None:
    entry = act(cast.desk, "add-member", person=cast.rita, role="agent")
    made = Assignment.objects.get(person_id=cast.rita.pk)
    assert (made.state, made.team_id, made.title) == ("active", cast.desk.pk, "Agent, Desk")
    assert made.starts_at == entry.at
    with pytest.raises(Conflict, match="a member of Desk already"):
        act(cast.desk, "add-member", person=cast.rita, role="agent")
    act(cast.desk, "remove-member", person=cast.rita)
    assert reload(made).state == "ended"
    with pytest.raises(Conflict, match="not a member"):
        act(cast.desk, "remove-member", person=cast.rita)
