"""What holds for the pages of every registered type."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.kernel.content import EMPTY
from septet.kernel.models import Attachment, Entry, Record
from septet.kernel.registry import Action, RecordType, registry
from septet.surfaces.web.forms import Input, of_action, of_record, text_of
from tests.cast import Cast
from tests.everything.walk import all_types, common_actions, filled, make, own_actions, ready_for
from tests.web.conftest import SignIn

KINDS = all_types()
# Actions whose forms are pages of another sort, tested elsewhere.
OF_THEIR_OWN = {"edit", "attach"}
OPEN_TO_ALL = {
    "assets/<slug:fingerprint>/site.css", "assets/<slug:fingerprint>/site.js", "theme/", "healthz", "readyz", "metrics",
    "calendar/feeds/<str:secret>.ics",
}  # fmt: skip


def at(kind: str) -> str:
    it = registry.types[kind]
    return f"/{it.cluster}/{it.path}/"


def typed(one: Input, value: object) -> str:
    """How somebody would type an example's value."""
    if one.widget == "references":
        return ", ".join(str(each) for each in value)  # type: ignore[attr-defined]  # a list of numbers
    if one.widget == "moment":
        return str(value)
    return str(value) if one.kind else text_of(one, value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_shows_its_records_in_a_constant_number_of_queries(kind: str, browser_of: SignIn) -> None:
    client = browser_of("admin")
    first = make(kind)
    address = at(kind)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        page = client.get(address)
    assert page.status_code == 200
    assert f"/r/{first.number}/" in page.text
    for _ in range(4):
        make(kind)
    client.get(address)  # what is kept for a moment is asked for again when a record of rules was made
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few) <= 13


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_can_be_created_by_its_form(kind: str, browser_of: SignIn) -> None:
    client, it = browser_of("admin"), registry.types[kind]
    form = client.get(f"{at(kind)}new/")
    assert form.status_code == 200
    other = make(kind)  # so that what the example refers to is there, and unique keys differ
    assert other.pk
    example = filled(it.example)
    inputs = {one.name: one for one in of_record(it, None, OPERATOR)}
    sent = {name: typed(inputs[name], value) for name, value in example.items() if name in inputs}
    if kind == "item-type":
        sent["key"] = "printer-by-page"
    assert all(f'name="{name}"' in form.text for name in sent)
    answer = client.post(f"{at(kind)}new/", sent)
    assert answer.status_code == 302, answer.text
    made = Record.objects.filter(kind=kind).latest("pk")
    assert answer["Location"] == f"/r/{made.number}/"
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert str(example.get("title", made.title)) in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_has_its_page_now_and_then_and_an_edit_form(kind: str, browser_of: SignIn) -> None:
    client, record = browser_of("admin"), make(kind)
    assert client.get(f"/r/{record.number}/").status_code == 200
    then = client.get(f"/r/{record.number}/", {"as_of": "now", "known_at": "now"})
    assert then.status_code == 200
    assert "As it was on" in then.text
    assert client.get(f"/r/{record.number}/", {"as_of": "2001-01-01"}).status_code == 404
    wrong = client.get(f"/r/{'PER' if kind != 'person' else 'ORG'}-{record.pk}/")
    assert (wrong.status_code, wrong["Location"]) == (302, f"/r/{record.number}/")
    form = client.get(f"/r/{record.number}/edit/")
    assert form.status_code == 200
    answer = client.post(f"/r/{record.number}/edit/", {"title": "A better title", "version": str(record.version)})
    assert answer.status_code == 302
    record.refresh_from_db()
    assert (record.title, record.version) == ("A better title", 2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_outsider_finds_nothing(kind: str, browser_of: SignIn, cast: Cast) -> None:
    it = registry.types[kind]
    record = make(kind, confidentiality="restricted") if "confidentiality" in it.editable else make(kind)
    if it.open_to_all is not None and it.model.objects.filter(it.open_to_all, pk=record.pk).exists():
        pytest.skip(f"every {kind} is for everybody")
    perform(record, "attach", OPERATOR, via="cli", params={"name": "a.txt", "digest": EMPTY, "size": 0})
    file_id = Attachment.objects.get(record_id=record.pk).pk
    entry_id = Entry.objects.filter(record_id=record.pk).latest("pk").pk
    outsider = browser_of("otto")
    number = record.number
    for address in ("", "edit/", "do/comment/", f"files/{file_id}/", f"undo/{entry_id}/"):
        assert outsider.get(f"/r/{number}/{address}").status_code == 404, address
    for address in ("edit/", "do/comment/", "do/withdraw/", "attach/", f"undo/{entry_id}/"):
        answer = outsider.post(f"/r/{number}/{address}", {"text": "Let me in", "title": "Mine", "version": "1"})
        assert answer.status_code == 404, address
        assert record.title not in answer.text
    assert outsider.get(f"/undo/{Entry.objects.get(pk=entry_id).request}/").status_code == 404
    assert number not in outsider.get(at(kind)).text
    assert number not in outsider.get("/look-up/", {"kind": kind, "q": record.title}).text
    record.refresh_from_db()
    assert record.version == 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_action_can_be_done_by_its_form(kind: str, browser_of: SignIn) -> None:
    client, it = browser_of("admin"), registry.types[kind]
    record = make(kind)
    for one in common_actions(it):
        if one.name not in OF_THEIR_OWN:
            do_by_form(client, it, one, record)
        if one.name == "withdraw":
            perform(record, "restore", OPERATOR, via="api")
    assert client.get(f"/r/{record.number}/").status_code == 200
    for name in (name for of, name in own_actions() if of == kind and name not in OF_THEIR_OWN):
        one = it.actions[name]
        record = ready_for(it, one)
        do_by_form(client, it, one, record)
        assert client.get(f"/r/{record.number}/").status_code == 200, name


def do_by_form(client: Client, it: RecordType, one: Action, record: Any) -> None:
    """Open the form of an action and send it as its example fills it in."""
    example = filled(one.examples[0])
    inputs = {each.name: each for each in of_action(it, one).inputs}
    sent = {key: typed(inputs[key], value) for key, value in example.items() if value is not None}
    address = f"/r/{record.number}/do/{one.name}/"
    opened = client.get(address)
    assert opened.status_code == 200, one.name
    assert all(f'name="{key}"' in opened.text for key in sent), one.name
    answer = client.post(address, {**sent, "note": "because of a test"})
    assert answer.status_code == 302, answer.text
    done = Entry.objects.filter(record_id=record.pk).latest("pk")
    if done.action == one.name:
        assert (done.via, done.note) == ("web", "because of a test")


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_form_keeps_what_was_typed(kind: str, browser_of: SignIn) -> None:
    client = browser_of("admin")
    sent = {"title": "x" * 300, "note": "why I do this"}
    answer = client.post(f"{at(kind)}new/", sent)
    assert answer.status_code == 422
    assert "x" * 300 in answer.text
    assert "why I do this" in answer.text
    assert 'role="alert"' in answer.text


def test_who_is_not_signed_in_is_asked_to_on_every_page(client: Client, cast: Cast) -> None:
    example = {
        "cluster": "team", "types": "people", "number": cast.rita.number, "action": "comment", "request_id": "x",
        "run_id": "00000000-0000-0000-0000-000000000000", "form": "csv", "provider_id": "x",
    }  # fmt: skip
    met = 0
    for route, pattern in _patterns(get_resolver().url_patterns):
        if route in OPEN_TO_ALL or route.startswith(("sign-in/", "api/v1/")):
            continue
        address = f"/{route}"
        for part in pattern.pattern.converters:
            given = str(example.get(part, 1))
            address = address.replace(next(p for p in _parts(address) if p.endswith(f":{part}>")), given)
        answers = [
            client.get(address, headers={"host": "localhost"}),
            client.post(address, headers={"host": "localhost"}),
        ]
        for answer in answers:
            assert answer.status_code in (302, 405), address
            assert answer.status_code == 405 or str(answer["Location"]).startswith("/sign-in/"), address
        assert {answer.status_code for answer in answers} != {405}, address
        met += 1
    assert met > 50


def _patterns(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every page with its whole route."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, f"{before}{one.pattern}")
        else:
            yield f"{before}{one.pattern}", one


def _parts(address: str) -> list[str]:
    return [f"<{part.partition('>')[0]}>" for part in address.split("<")[1:]]
