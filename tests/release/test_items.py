"""Configuration items: inherited attributes, relation rules, their life, and what is changed without authority."""

from typing import Any

import pytest

from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry, ExtraValue
from tests.cast import Cast


def item_type(key: str, **values: Any) -> Any:
    return create("item-type", OPERATOR, via="api", fields={"title": key.capitalize(), "key": key, **values})


def item(title: str = "srv-1", **values: Any) -> Any:
    return create("configuration-item", OPERATOR, via="api", fields={"title": title, **values})


def do(record: Any, name: str, **values: Any) -> Any:
    perform(record, name, OPERATOR, via="api", **values)
    return record


@pytest.fixture
def server(db: None) -> Any:
    """A type of server below hardware: hardware has a weight, a server needs its cores and runs on racks only."""
    hardware = item_type("hardware", attributes={"properties": {"weight": {"type": "number"}}})
    return item_type(
        "server",
        parent=hardware.number,
        attributes={"properties": {"cores": {"type": "integer", "minimum": 1}}, "required": ["cores"]},
        relation_rules={"component-of": ["rack"]},
    )


def test_an_item_has_the_attributes_of_its_type_and_of_the_types_above(server: Any) -> None:
    made = item(item_type=server.number, extra={"cores": 8, "weight": 12.5})
    assert made.extra == {"cores": 8, "weight": 12.5}
    assert dict(ExtraValue.objects.filter(record_id=made.pk).values_list("name", "numeric")) == {
        "cores": 8.0, "weight": 12.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [({"cores": "many"}, "integer"), ({"cores": 0}, "minimum"), ({"colour": "red"}, "no custom field 'colour'")],
)
def test_an_attribute_that_does_not_fit_is_refused(server: Any, extra: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        item(item_type=server.number, extra=extra)


def test_a_type_edited_is_in_force_at_once(server: Any) -> None:
    made = item(item_type=server.number)
    do(server, "edit", attributes={"properties": {"ram": {"type": "integer"}}})
    assert do(made, "edit", extra={"ram": 64}).extra == {"ram": 64}


def test_values_that_another_type_does_not_know_have_to_go_first(server: Any) -> None:
    made = item(item_type=server.number, extra={"cores": 8})
    printer = item_type("printer")
    with pytest.raises(Invalid, match="have no cores"):
        do(made, "edit", item_type=printer.number)
    assert do(made, "edit", item_type=printer.number, extra={"cores": None}).item_type_id == printer.pk


def test_types_that_cannot_be_used_are_refused(server: Any) -> None:
    with pytest.raises(Invalid, match="Another item type has the key"):
        item_type("server")
    with pytest.raises(Invalid, match="no JSON Schema"):
        item_type("bad", attributes={"properties": {"cores": {"type": "numbr"}}})
    with pytest.raises(Invalid, match="properties"):
        item_type("bad", attributes={"cores": {"type": "number"}})
    with pytest.raises(Invalid, match="Did you mean 'runs-on'"):
        item_type("bad", relation_rules={"run-on": ["server"]})
    hardware = reload(server).parent_id
    with pytest.raises(Conflict, match="own ancestor"):
        perform(type(server).objects.get(pk=hardware), "edit", OPERATOR, via="api", parent=server.number)


def test_relation_rules_count_for_types_below(server: Any) -> None:
    rack = item_type("rack")
    half = item_type("half-rack", parent=rack.number)
    made = item(item_type=server.number)
    for target in (item("other", item_type=server.number), item("typeless")):
        with pytest.raises(Invalid, match="only to: rack"):
            do(made, "relate", type="component-of", target=target)
    do(made, "relate", type="component-of", target=item("rack 1", item_type=rack.number))
    do(made, "relate", type="component-of", target=item("rack 2", item_type=half.number))
    do(made, "relate", type="runs-on", target=item("free"))
    blade = item_type("blade", parent=server.number)
    with pytest.raises(Invalid, match="only to: rack"):
        do(item("b", item_type=blade.number), "relate", type="component-of", target=made)


def test_from_the_plan_to_the_disposal(server: Any) -> None:
    made = item(item_type=server.number)
    do(made, "order", order_number="PO-1")
    do(made, "receive")
    assert made.supplied_on is not None
    do(made, "store")
    with pytest.raises(Invalid, match="requires this"):
        do(made, "go-live")
    do(made, "edit", extra={"cores": 4})
    for name, state in (("go-live", "live"), ("start-maintenance", "under-maintenance"), ("end-maintenance", "live")):
        do(made, name, **({"reason": "The fan."} if name == "start-maintenance" else {}))
        assert made.state == state
    do(made, "decommission", reason="Old.")
    assert made.closed_at is None
    do(made, "dispose", how="Recycled.")
    assert (made.state, made.closed_at is not None) == ("disposed", True)


def live(**values: Any) -> Any:
    return do(do(item(**values), "go-live"), "explain", reason="Taken over from the old list.")


def last_changes(record: Any) -> dict[str, Any]:
    return read_changes(Entry.objects.filter(record_id=record.pk).latest("number").changes)


def change_for(record: Any) -> Any:
    change = create("change", OPERATOR, via="api", title="Move it", reason="The room is given up.")
    do(change, "relate", type="affects", target=record)
    for name, values in (("submit", {}), ("screen", {}), ("classify", {"type": "minor"}), ("assess", {})):
        do(change, name, **values)
    return change


def test_what_is_in_use_is_flagged_when_it_changes_without_a_change(db: None) -> None:
    made = live(serial="A-1")
    assert made.unauthorised is False
    do(made, "edit", description="Only words.")
    assert made.unauthorised is False
    do(made, "edit", serial="A-2", location="Room 4")
    assert made.unauthorised is True
    assert last_changes(made)[":unauthorised"][1] == "No authorised change allowed this: location, serial."


def test_an_authorised_change_that_affects_it_allows_it(db: None) -> None:
    made = live()
    change = change_for(made)
    do(made, "edit", location="Room 4")
    assert made.unauthorised is True
    do(made, "explain", reason="A mistake of the audit.")
    do(change, "authorise")
    do(made, "edit", location="Room 5")
    assert made.unauthorised is False
    assert last_changes(made)[":change"] == [None, change.number]
    do(change, "cancel", reason="Enough.")
    do(made, "edit", location="Room 6")
    assert made.unauthorised is True


def test_items_of_an_uncontrolled_type_and_items_not_in_use_are_free(db: None) -> None:
    mouse = item_type("mouse", controlled=False)
    free = do(item(item_type=mouse.number), "go-live")
    do(free, "edit", serial="M-1")
    planned = do(item(), "edit", serial="P-1")
    assert (free.unauthorised, planned.unauthorised) == (False, False)


def test_an_explanation_needs_a_change_that_was_authorised_or_a_reason(db: None) -> None:
    made = do(item(), "go-live")
    change = change_for(made)
    with pytest.raises(Invalid, match="Name the change"):
        do(made, "explain")
    with pytest.raises(Invalid, match="was not authorised"):
        do(made, "explain", change=change.number)
    do(change, "authorise")
    assert do(made, "explain", change=change.number).unauthorised is False
    with pytest.raises(Conflict, match="not flagged"):
        do(made, "explain", reason="Again.")


def test_what_is_still_needed_is_not_taken_out_of_service(db: None) -> None:
    host, web = live(title="host"), live(title="web")
    do(web, "relate", type="runs-on", target=host)
    with pytest.raises(Conflict, match=f"still needed by {web.number}"):
        do(host, "decommission", reason="Old.")
    do(web, "decommission", reason="Old.")
    assert do(host, "decommission", reason="Old.").state == "withdrawn"


def test_an_audit_says_what_it_found(db: None) -> None:
    made = live()
    for values in ({"as_recorded": True, "differences": "Gone."}, {"as_recorded": False}):
        with pytest.raises(Invalid, match="not both"):
            do(made, "audit", **values)
    do(made, "audit", as_recorded=True)
    assert made.audited_at is not None
    assert made.unauthorised is False
    assert do(made, "audit", as_recorded=False, differences="It stands in room 9.").unauthorised is True


def test_types_are_kept_by_managers_items_by_agents(cast: Cast) -> None:
    fields = {"title": "Server", "key": "server"}
    with pytest.raises(Refused):
        create("item-type", cast.as_("alice"), via="api", fields=fields)
    assert create("item-type", cast.as_("bob"), via="api", fields=fields).number.startswith("ITY-")
    made = create("configuration-item", cast.as_("alice"), via="api", title="srv-1")
    assert do(made, "go-live").number.startswith("CI-")
