"""What a token is limited to."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid
from septet.kernel.limits import checked_scope
from septet.kernel.models import Account, LogEntry
from tests.api.conftest import Program
from tests.cast import Cast
from tests.everything.walk import make


@pytest.fixture
def adas(cast: Cast) -> Account:
    """The account of an administrator, who may do all that is tried here."""
    ada = create("person", OPERATOR, via="cli", title="Ada", email="ada@example.org")
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=ada, role="administrator")
    return open_account(ada, "ada@example.org")


def limited(account: Account, *words: str) -> Program:
    """A program whose token is limited to these words."""
    return Program(new_token(account, "limited", scope=checked_scope(words)))


# scope; then what (method, path, body) answers. CHG and INC stand for the records, CI for an item.
READS = {
    "incidents": ("GET", "incidents", None),
    "incident": ("GET", "incidents/INC", None),
    "history": ("GET", "incidents/INC/history", None),
    "change": ("GET", "changes/CHG", None),
    "changes": ("GET", "changes", None),
    "impact": ("GET", "incidents/INC/impact", None),
    "search": ("GET", "search?q=Slow", None),
    "search incidents": ("GET", "search?q=Slow&type=incidents", None),
    "report": ("GET", "reports/windows", None),
}
WRITES = {
    "open": ("POST", "incidents", {"title": "New"}),
    "edit": ("PATCH", "incidents/INC", {"title": "Slower"}),
    "comment": ("POST", "incidents/INC/comment", {"text": "Looked at it."}),
    "comment on the change": ("POST", "changes/CHG/comment", {"text": "Looked at it."}),
    "undo": ("POST", "undo/REQUEST", {"dry_run": True}),
    "run": ("POST", "procedures/load-standard-model", {"nonsense": 1}),
}
ALLOWED: dict[str, set[str]] = {
    "": {*READS, *WRITES},
    "read": {*READS},
    "read:incident": {"incidents", "incident", "history", "search incidents"},
    "create:incident": {"open"},
    "comment:incident": {"incidents", "incident", "history", "search incidents", "comment"},
    "do:incident": {"incidents", "incident", "history", "search incidents", "open", "edit", "comment"},
    "do": {*READS, *WRITES} - {"undo", "run"},
    "undo run:load-standard-model": {"undo", "run"},
    "import run": {"run"},
    "read:change read:window": {"change", "changes", "report"},
    "feed": set(),
}


def test_a_scope_allows_this_and_nothing_else(adas: Account, cast: Cast) -> None:
    incident, change = make("incident", title="Slow"), make("change", title="Faster")
    request = Program(new_token(adas, "unlimited")).post("incidents", {"title": "x"}).headers["X-Request-Id"]
    names = {"INC": incident.number, "CHG": change.number, "REQUEST": request}
    for scope, allowed in ALLOWED.items():
        program = limited(adas, *scope.split())
        said: dict[str, Any] = {}
        for name, (method, path, body) in {**READS, **WRITES}.items():
            whole = "/".join(names.get(step, step) for step in path.split("/"))
            # Not by the program itself: that each answer fits the document, other tests show.
            headers = {"Authorization": f"Bearer {program.token}"}
            data = "" if body is None else json.dumps(body)
            said[name] = program.client.generic(method, f"/api/v1/{whole}", data, "application/json", headers=headers)
        refused = {name for name, one in said.items() if one.status_code == 403}
        assert {*said} - refused == allowed, (scope, {name: one.status_code for name, one in said.items()})
        assert all(one.status_code < 300 or name == "run" for name, one in said.items() if name not in refused)
        for one in refused:
            assert "token" in said[one].json()["detail"], said[one].json()


def test_a_refusal_names_the_scope_that_would_do_and_is_noted(adas: Account) -> None:
    incident, program = make("incident"), limited(adas, "read")
    assert program.get("me").json()["scope"] == "read"
    detail = program.post(f"incidents/{incident.number}/resolve", {"cause": "x"}).json()["detail"]
    assert "limited to read" in detail
    assert "resolve:incident" in detail
    assert LogEntry.objects.filter(event="refusal", detail__contains="resolve:incident").exists()
    assert program.get("types/incidents").json()["may_create"] is False


def test_operations_in_bulk_are_limited_one_by_one(adas: Account) -> None:
    incident, program = make("incident"), limited(adas, "comment:incident")
    operations = [
        {"number": incident.number, "action": "comment", "fields": {"text": "Seen."}},
        {"number": incident.number, "fields": {"title": "Mine"}},
        {"type": "incidents", "fields": {"title": "New"}},
    ]
    answer = program.post("bulk", {"operations": operations}).json()
    assert [one["status"] for one in answer["items"]] == [200, 403, 403]


def test_what_belongs_to_an_action_is_allowed_with_it(adas: Account, cast: Cast) -> None:
    """Adding a member opens an assignment and activates it; the token names the action alone."""
    program = limited(adas, "add-member:function-team")
    added = program.post(f"function-teams/{cast.desk.number}/add-member", {"person": cast.otto.number, "role": "agent"})
    assert added.status_code == 200, added.json()
    assert program.get("assignments").status_code == 403


def test_imports_need_a_scope_of_their_own(adas: Account) -> None:
    profile = "septet-profile: 1\nname: p\nsource: s\nrecords: [{kind: site, key: k, fields: {title: k}}]\n"
    for scope, status in (("read", 403), ("do", 403), ("import", 200)):
        files = {
            "profile": SimpleUploadedFile("p.yaml", profile.encode()),
            "file": SimpleUploadedFile("f.csv", b"k\nBerlin\n"),
        }
        program = limited(adas, scope)
        headers = {"Authorization": f"Bearer {program.token}"}
        assert program.client.post("/api/v1/imports", files, headers=headers).status_code == status


def test_a_key_given_again_tells_a_limited_token_nothing(adas: Account) -> None:
    key = {"Idempotency-Key": "order-1"}
    assert Program(new_token(adas, "all")).post("incidents", {"title": "x"}, headers=key).status_code == 201
    assert limited(adas, "read").post("incidents", {"title": "x"}, headers=key).status_code == 422


@pytest.mark.parametrize("wrong", ["reed", "read:", ":incident", "read:incidnet", "frobnicate:incident", "run:nothing"])
def test_words_that_no_scope_has(wrong: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_scope([wrong])
    assert "Write words such as" in caught.value.fields["scope"]


def test_kinds_may_be_written_by_any_of_their_names() -> None:
    assert checked_scope(["read:INC", "read:incidents", " Read:incident "]) == "read:incident"
    assert checked_scope([]) == ""
