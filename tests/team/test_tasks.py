"""Tasks: who does them, what they wait for, what shows that they were done."""

from typing import Any

import pytest

from septet.kernel import listing, reading
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.listing import Query
from septet.kernel.models import Record, Share
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.team.tasks.closing import check_done, open_mandatory, open_tasks
from septet.team.tasks.models import Task
from septet.team.tasks.rules import why_not_theirs
from tests.cast import Cast


def task(title: str = "Call the supplier", **values: Any) -> Task:
    made: Task = create("task", OPERATOR, via="api", title=title, **values)
    return made


def act(record: Record, name: str, actor: Actor = OPERATOR, **params: Any) -> None:
    perform(record, name, actor, via="api", params=params)


def test_a_task_is_part_of_what_it_belongs_to(cast: Cast) -> None:
    service = create("service", OPERATOR, via="api", title="Mail")
    first = create("incident", OPERATOR, via="api", title="No mail", service=service.number)
    other = create("incident", OPERATOR, via="api", title="No web")
    one = task(subject=first.number)
    assert one.service_id == service.pk
    parts_of = [edge["record"]["number"] for edge in reading.relations(first, OPERATOR)]
    assert parts_of == [one.number]
    act(one, "edit", subject=other.number)
    assert not reading.relations(first, OPERATOR)
    assert [edge["label"] for edge in reading.relations(other, OPERATOR)] == ["has the part"]
    act(one, "edit", subject=None)
    assert not reading.relations(other, OPERATOR)
    with pytest.raises(Invalid, match="cannot be tied to itself"):
        act(one, "edit", subject=one.number)


def test_a_list_names_subjects_of_any_kind_and_filters_by_them(cast: Cast) -> None:
    incident = create("incident", OPERATOR, via="api", title="No mail")
    about_incident, about_person = task(subject=incident.number), task(subject=cast.rita.number)
    shown = {
        item["number"]: item["subject"]
        for item in listing.page(Query.parse(registry.types["task"], {}), OPERATOR).items
    }
    assert shown[about_incident.number] == {"number": incident.number, "title": "No mail"}
    assert shown[about_person.number] == {"number": cast.rita.number, "title": "Rita"}
    found = listing.page(Query.parse(registry.types["task"], {"subject": incident.number, "open": "true"}), OPERATOR)
    assert [item["number"] for item in found.items] == [about_incident.number]


def test_what_a_task_waits_for_comes_first(cast: Cast) -> None:
    first, second, third = task("First"), task("Second"), task("Third")
    act(second, "relate", type="waits-for", target=first.number)
    act(third, "relate", type="waits-for", target=second.number)
    with pytest.raises(Conflict, match="cycle"):
        act(first, "relate", type="waits-for", target=third.number)
    with pytest.raises(Conflict, match=f"waits for {first.number} First"):
        act(second, "start")
    act(first, "cancel", reason="Not needed.")
    act(second, "complete")
    act(third, "complete")
    assert reload(third).state == "done"


def test_each_setting_lets_its_own_people_complete() -> None:
    assert why_not_theirs(Task(completed_by="anyone"), None, frozenset()) == ""
    assert why_not_theirs(Task(completed_by="team", team_id=5), 7, frozenset({5})) == ""
    assert why_not_theirs(Task(completed_by="team", owner_id=7), 7, frozenset()) == ""
    assert "owner and its team" in why_not_theirs(Task(completed_by="team", team_id=5), 7, frozenset({6}))
    assert why_not_theirs(Task(completed_by="owner", owner_id=7, team_id=5), 7, frozenset()) == ""
    assert "owner can" in why_not_theirs(Task(completed_by="owner", owner_id=8, team_id=5), 7, frozenset({5}))


def test_a_task_says_what_has_to_show_that_it_was_done(cast: Cast) -> None:
    one = task(evidence_wanted="The signed form")
    with pytest.raises(Invalid, match="The signed form"):
        act(one, "complete")
    act(one, "complete", evidence="https://forms.example/17")
    assert (one.state, one.evidence, one.closed_at is not None) == ("done", "https://forms.example/17", True)


def test_a_task_says_who_may_complete_it(cast: Cast) -> None:
    one = task(team=cast.desk.number, completed_by="team")
    other = task(owner=cast.bob.number, completed_by="owner", team=cast.desk.number)
    with pytest.raises(Refused, match="Only its owner can"):
        act(other, "complete", cast.as_("alice"))
    act(one, "complete", cast.as_("alice"))
    assert one.owner_id == one.done_by_id == cast.alice.pk


def test_four_eyes_are_those_of_two_people(cast: Cast) -> None:
    one = task(four_eyes=True)
    act(one, "complete", cast.as_("alice"))
    assert (one.state, one.closed_at) == ("to-confirm", None)
    with pytest.raises(Refused, match="somebody else"):
        act(one, "confirm", cast.as_("alice"))
    act(one, "send-back", cast.as_("bob"), reason="The form is not signed.")
    assert one.state == "in-progress"
    act(one, "complete", cast.as_("alice"))
    act(one, "confirm", cast.as_("bob"))
    assert (one.state, one.done_by_id, one.confirmed_by_id) == ("done", cast.alice.pk, cast.bob.pk)
    act(one, "reopen", reason="It was the wrong form.")
    assert (one.state, one.done_by_id, one.confirmed_by_id, one.closed_at) == ("open", None, None, None)


def test_a_mandatory_task_ends_by_being_done_or_by_right(cast: Cast) -> None:
    change = create("change", OPERATOR, via="api", title="New switch", reason="Old one is full.")
    must, may = task("Must", subject=change.number, position=1), task("May", subject=change.number, mandatory=False)
    assert open_mandatory(change) == [must]
    assert list(open_tasks(change)) == [must, may]
    with pytest.raises(Conflict, match=f"mandatory tasks to do: {must.number} Must. Complete"):
        check_done(change)
    for name in ("cancel", "mark-not-applicable"):
        with pytest.raises(Refused):
            act(must, name, cast.as_("alice"), reason="I do not feel like it.")
    act(may, "cancel", cast.as_("alice"), reason="Nobody asked for it.")
    act(must, "mark-not-applicable", cast.as_("bob"), reason="There is no old switch.")
    assert (must.state, must.not_done_because) == ("not-applicable", "There is no old switch.")
    check_done(change)


def test_whoever_has_to_do_it_may_see_and_do_it(cast: Cast) -> None:
    one = task(owner=cast.rita.number)
    rita = cast.as_("rita")
    assert list(visible_to(rita, Record.objects.filter(kind="task"))) == [Record.objects.get(pk=one.pk)]
    act(one, "start", rita)
    act(one, "complete", rita)
    with pytest.raises(Refused):
        act(one, "reopen", rita, reason="Oh.")
    other = task(owner=cast.alice.number)
    assert not Share.objects.filter(record_id=other.pk).exists()
    act(other, "assign", owner=cast.rita.number)
    assert Share.objects.get(record_id=other.pk).party_id == cast.rita.pk


def test_a_task_of_a_restricted_record_is_no_less_secret(cast: Cast) -> None:
    secret = create("incident", OPERATOR, via="api", title="Data left", confidentiality="restricted")
    act(secret, "share", party=cast.bob.number)
    one = task(subject=secret.number, team=cast.desk.number)
    assert one.confidentiality == "restricted"
    assert {row.party_id for row in Share.objects.filter(record_id=one.pk)} == {cast.bob.pk, cast.desk.pk}
