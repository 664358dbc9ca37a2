"""Erased values are gone from everywhere, and the chain still proves."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks as OnCommit

from septet.kernel import bulk, listing, search
from septet.kernel.accounts import find_actor, new_sign_in_link, new_token, open_account, use_sign_in_link
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.listing import Query
from septet.kernel.models import Account, Entry, ExternalKey
from septet.kernel.reading import body, history
from septet.kernel.registry import registry
from septet.kernel.undo import undo_entry
from septet.kernel.verify import check, verify
from septet.lib.drafts import Draft
from tests.kernel.proofs.stock import LONG_AGO, assert_consistent, edit

NAME = "Zyxwina Quorblatt"


@pytest.fixture
def person(db: None) -> Any:
    """Somebody with a past."""
    made = create("person", OPERATOR, via="cli", title=NAME, email="zyxwina@example.org", department="Grommets")
    edit(made, title=f"{NAME}-Vlimpf", position="Head")
    perform(made, "comment", OPERATOR, via="cli", text="Zyxwina called", note="Zyxwina's note")
    return made


def erase(record: Any, **values: Any) -> Entry:
    entry = perform(record, "erase", OPERATOR, via="cli", params=values)
    assert entry is not None
    return entry


def everything_said(record: Any) -> str:
    """All that the surfaces show of a record."""
    listed = list(listing.stream(Query.parse(registry.types[record.kind], {}), OPERATOR))
    then = body(record, OPERATOR, as_of=Entry.objects.get(record_id=record.pk, number=2).at)
    return str([body(reload(record), OPERATOR), then, history(record, OPERATOR), listed])


def test_personal_values_leave_row_history_and_export_and_the_chain_proves(person: Any) -> None:
    erase(person, entries=[3])
    person = reload(person)
    assert (person.title, person.email, person.department, person.position) == ("[erased]", "", "", "")
    for trace in ("Zyxwina", "Quorblatt", "Vlimpf", "zyxwina", "Grommets", "Head"):
        assert trace not in everything_said(person)
        for entry in Entry.objects.all():
            assert trace not in entry.changes + entry.note + entry.salts
    assert [entry["action"] for entry in history(person, OPERATOR)] == ["create", "edit", "comment", "erase"]
    assert verify().problems == []
    assert_consistent(person)


def test_what_was_not_asked_for_stays_and_can_be_proved(person: Any) -> None:
    erase(person)
    said = everything_said(person)
    assert "Zyxwina called" in said
    assert "Zyxwina's note" in said
    before = Entry.objects.get(record_id=person.pk, number=3)
    erase(person, entries=[3])
    after = Entry.objects.get(record_id=person.pk, number=3)
    assert after.salts != before.salts
    assert after.note == ""
    assert verify().problems == []
    with pytest.raises(Conflict, match="gone from the history"):
        undo_entry(Entry.objects.filter(action="erase").latest("number").pk, OPERATOR, via="cli")
    with pytest.raises(Conflict, match="was erased since"):
        undo_entry(Entry.objects.get(record_id=person.pk, number=2).pk, OPERATOR, via="cli")


def test_the_account_is_closed_and_its_mail_gone(person: Any) -> None:
    account = open_account(person, "zyxwina@example.org")
    token, link = new_token(account, "laptop"), new_sign_in_link(account)
    erase(person)
    account = Account.objects.get(pk=account.pk)
    assert "zyxwina" not in account.email
    assert not account.is_active
    assert find_actor(token) is None
    assert use_sign_in_link(link) is None


def test_the_search_no_longer_knows_the_words(person: Any, django_capture_on_commit_callbacks: OnCommit) -> None:
    assert search.search("quorblatt", OPERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        erase(person, entries=[3])
    assert search.search("quorblatt", OPERATOR) == []
    assert check().problems == []


def test_custom_values_and_chosen_texts_go_too(db: None) -> None:
    schema = {"properties": {"branch": {"type": "string"}, "floor": {"type": "integer"}}}
    create("custom-fields", OPERATOR, via="cli", title="More", applies_to="incident", json_schema=schema)
    record = create("incident", OPERATOR, via="cli", title="Mine", category="Secretive", extra={"branch": "Hidden"})
    edit(record, extra={"branch": "Hidden", "floor": 3})
    erase(record, fields=["extra.branch", "category"])
    record = reload(record)
    assert record.extra == {"floor": 3}
    assert record.category == ""
    assert "Hidden" not in everything_said(record)
    assert "Secretive" not in everything_said(record)
    erase(record, fields=["extra.floor"])
    assert reload(record).extra == {}
    assert '"extra.floor":[null,3]' not in "".join(Entry.objects.values_list("changes", flat=True))
    assert verify().problems == []
    assert_consistent(record)
    with pytest.raises(Invalid, match="no text that could be erased"):
        erase(record, fields=["state"])


def test_an_import_does_not_bring_erased_values_back(db: None) -> None:
    def draft(**values: Any) -> Draft:
        return Draft("person", ("hr", "1"), {"title": NAME, "email": "z@example.org", **values}, LONG_AGO)

    bulk.write([draft()], OPERATOR, request=new_request())
    record = reload(ExternalKey.objects.get(key="1").record)
    erase(record)
    bulk.write([draft(department="Sales")], OPERATOR, request=new_request())
    record = reload(record)
    assert (record.title, record.email) == ("[erased]", "")
    assert NAME not in everything_said(record)


def test_erasing_needs_a_right_of_its_own(person: Any) -> None:
    manager = Actor(name="Manager", rights=(Right("see", "*"), Right("work", "*"), Right("manage", "*")))
    with pytest.raises(Refused, match="right to erase"):
        perform(person, "erase", manager, via="web")


def test_nothing_is_left_in_the_database_file(data: Path) -> None:
    environment = {
        **os.environ,
        "SEPTET_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "septet.settings",
        "DATABASE_URL": "",
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("erasing.py"))], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for file in data.rglob("*"):
        if file.is_file():
            text = file.read_bytes().lower()
            for trace in (b"zyxwina", b"quorblatt", b"vlimpf", b"grommet", b"66778899"):
                assert trace not in text, f"{trace!r} in {file.name}"
