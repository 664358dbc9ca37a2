"""Who may not, may not, whatever the type: outsiders see nothing, requesters nothing internal."""

from typing import Any

import pytest

from septet.kernel import listing, policy, reading
from septet.kernel.actions import perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import NotFound, Refused, SeptetError
from septet.kernel.models import Record
from septet.kernel.references import find
from septet.kernel.registry import registry
from septet.kernel.search import search
from tests.cast import Cast
from tests.everything.walk import all_types, make


def hidden(kind: str, **values: Any) -> Any:
    """A record that is open to nobody but staff."""
    record = make(kind, **values)
    opened = registry.types[kind].open_to_all
    if opened is not None and registry.types[kind].model._default_manager.filter(opened, pk=record.pk).exists():
        perform(record, "edit", OPERATOR, via="api", confidentiality="restricted")
    return record


@pytest.mark.parametrize("kind", all_types())
def test_an_outsider_meets_nothing(cast: Cast, kind: str) -> None:
    it = registry.types[kind]
    if "confidentiality" in it.hidden and it.open_to_all is not None:
        pytest.fail(f"{kind} is open to all and cannot be restricted")
    record = hidden(kind, title="Zanzibar")
    otto = cast.as_("otto")
    assert not policy.may(otto, "see", record)
    assert not policy.visible_to(otto, Record.objects.filter(pk=record.pk)).exists()
    assert not policy.visible_to(otto, it.model._default_manager.filter(pk=record.pk), it).exists()
    assert record.number not in {i["number"] for i in listing.page(listing.Query.parse(it, {}), otto).items}
    assert not search("Zanzibar", otto)
    with pytest.raises(NotFound):
        find(record.number, otto)
    for name, one in it.actions.items():
        with pytest.raises(SeptetError) as caught:
            perform(record, name, otto, via="api", params=one.examples[0] if one.examples else {})
        assert caught.value.status in {404, 422}


@pytest.mark.parametrize("kind", all_types())
def test_staff_see_it_and_the_answer_has_a_reason(cast: Cast, kind: str) -> None:
    record = make(kind)
    verdict = policy.may(cast.as_("alice"), "see", record)
    assert verdict
    assert verdict.reason
    assert find(record.number, cast.as_("alice")).pk == record.pk


@pytest.mark.parametrize("kind", all_types())
def test_a_restricted_record_shows_only_to_those_named(cast: Cast, kind: str) -> None:
    it = registry.types[kind]
    if "confidentiality" in it.hidden:
        return
    record = make(kind, confidentiality="restricted", title="Quicksilver")
    alice = cast.as_("alice")
    assert not policy.may(alice, "see", record)
    assert not policy.visible_to(alice, Record.objects.filter(pk=record.pk)).exists()
    assert not search("Quicksilver", alice)
    perform(record, "share", OPERATOR, via="api", party=cast.alice.number)
    assert policy.may(alice, "see", record)
    assert policy.visible_to(alice, Record.objects.filter(pk=record.pk)).exists()
    assert search("Quicksilver", alice)


@pytest.mark.parametrize("kind", all_types())
def test_a_requester_never_sees_what_is_internal(cast: Cast, kind: str) -> None:
    it = registry.types[kind]
    if "requester" not in it.editable:
        return
    record = make(kind, requester=cast.rita.number)
    perform(record, "comment", cast.as_("bob"), via="api", text="Only for us: marmalade")
    perform(record, "comment", cast.as_("bob"), via="api", text="For you: porridge", audience="requester")
    rita = cast.as_("rita")
    told = reading.history(record, rita)
    assert "marmalade" not in str(told)
    assert "porridge" in str(told)
    assert {entry["audience"] for entry in told} <= {"requester", "everybody"}
    shown = reading.body(registry.types[kind].model._default_manager.get(pk=record.pk), rita)
    internal = {name for name, f in it.fields.items() if f.internal}
    assert not internal & set(shown)
    assert not internal & {key for entry in told for key in entry["changes"]}
    assert not search("marmalade", rita)
    assert [hit.number for hit in search("porridge", rita)] == [record.number]
    with pytest.raises(Refused):
        perform(record, "edit", rita, via="api", title="Mine")


@pytest.mark.parametrize("kind", all_types())
def test_a_partner_sees_what_is_shared_and_no_more(cast: Cast, kind: str) -> None:
    shared, other = hidden(kind), hidden(kind)
    perform(shared, "share", OPERATOR, via="api", party=cast.supplier.number)
    paul = cast.as_("paul")
    assert find(shared.number, paul).pk == shared.pk
    with pytest.raises(NotFound):
        find(other.number, paul)
    perform(shared, "comment", paul, via="api", text="We are on it.")
    assert [e["action"] for e in reading.history(shared, paul)] == ["comment"]


@pytest.mark.parametrize("kind", all_types())
def test_one_record_and_a_list_answer_alike(cast: Cast, kind: str) -> None:
    it = registry.types[kind]
    records = [make(kind), hidden(kind)]
    shared = hidden(kind)
    perform(shared, "share", OPERATOR, via="api", party=cast.supplier.number)
    records.append(shared)
    if "confidentiality" not in it.hidden:
        secret = make(kind, confidentiality="restricted")
        perform(secret, "share", OPERATOR, via="api", party=cast.alice.number)
        records += [secret, make(kind, confidentiality="restricted")]
    if "requester" in it.editable:
        records.append(make(kind, requester=cast.rita.number))
    ids = [one.pk for one in records]
    for name in ("alice", "bob", "rita", "paul", "otto"):
        actor = cast.as_(name)
        seen = {one.pk for one in map(reload, records) if policy.may(actor, "see", one)}
        for rows, of in ((Record.objects.all(), None), (it.model._default_manager.all(), it)):
            found = policy.visible_to(actor, rows.filter(pk__in=ids), of)
            assert set(found.values_list("pk", flat=True)) == seen, name
