"""What the API does alike for every record type and every action of the registry."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from septet.kernel.actions import perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.registry import Action, RecordType, registry
from septet.surfaces.api.openapi.document import document, snapshot
from septet.surfaces.api.snapshot import KEPT
from tests.api.conformance import conformance
from tests.api.conftest import Program
from tests.everything.walk import UNIQUE, all_types, common_actions, do, filled, make, own_actions, ready_for

RESERVED = {"types", "me", "search", "bulk", "imports", "undo", "runs", "docs", "openapi.json"}
BELOW = {"history", "relations", "impact", "attachments", "clocks"}


def test_the_committed_document_is_the_one_that_is_served() -> None:
    kept = Path(__file__).parent.parent.parent / KEPT
    assert kept.read_text() == snapshot(), "Update it: python -m septet.surfaces.api.snapshot"


def test_addresses_do_not_collide() -> None:
    assert not RESERVED & set(registry.by_path)
    for it in registry.types.values():
        assert not BELOW & set(it.actions)
    ids = [one["operationId"] for found in document()["paths"].values() for one in found.values() if "tags" in one]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", all_types())
def test_examples_fit_what_the_document_asks_for(kind: str) -> None:
    it = registry.types[kind]
    for path, found in document()["paths"].items():
        if path == f"/{it.path}" or path.startswith(f"/{it.path}/"):
            for one in found.values():
                if not isinstance(one, dict) or "requestBody" not in one:
                    continue
                content = one["requestBody"]["content"].get("application/json", {})
                for example in content.get("examples", {}).values():
                    conformance().validate(path, content["schema"], example["value"])


@pytest.mark.parametrize("kind", all_types())
def test_a_record_is_opened_shown_changed_and_listed(bob: Program, kind: str) -> None:
    it = registry.types[kind]
    fields = filled(it.example)
    if kind in UNIQUE:
        fields[UNIQUE[kind]] += "-api"
    opened = bob.post(it.path, {**fields, "note": "asked for by phone"})
    assert opened.status_code == 201, opened.content
    number = opened.json()["number"]
    assert opened.headers["Location"] == f"/api/v1/{it.path}/{number}"
    shown = bob.get(f"{it.path}/{number}")
    assert shown.json() == opened.json()
    assert shown.headers["ETag"] == '"1"'
    changed = bob.patch(f"{it.path}/{number}", {"title": "Changed"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["title"], changed.headers["ETag"]) == (200, "Changed", '"2"')
    stale = bob.patch(f"{it.path}/{number}", {"title": "Again"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert [one["number"] for one in bob.get(f"{it.path}?q=&order=-number&limit=1").json()["items"]] == [number]
    told = bob.get(f"{it.path}/{number}/history").json()["items"]
    assert [(one["action"], one["via"], one["note"]) for one in told] == [
        ("create", "api", "asked for by phone"),
        ("edit", "api", ""),
    ]
    assert told[1]["changes"]["title"] == [shown.json()["title"], "Changed"]
    for below in ("relations", "impact", "attachments"):
        assert bob.get(f"{it.path}/{number}/{below}").status_code == 200
    assert bob.get(f"types/{it.path}").json()["kind"] == kind


@pytest.mark.parametrize("kind", all_types())
def test_every_action_answers_as_documented(bob: Program, kind: str) -> None:
    it = registry.types[kind]
    record = make(kind)
    for one in common_actions(it):
        do_by_api(bob, it, one, record)
        if one.name == "withdraw":
            perform(record, "restore", OPERATOR, via="api")
    for name in (name for of, name in own_actions() if of == kind):
        do_by_api(bob, it, it.actions[name], ready_for(it, it.actions[name]))


def do_by_api(bob: Program, it: RecordType, one: Action, record: Any) -> None:
    """Do an action by its example and look at what the history says of it; then wrongly."""
    version = reload(record).version
    params = filled(one.examples[0])
    answer = bob.post(f"{it.path}/{record.number}/{one.name}", {**params, "note": "so it was"})
    assert answer.status_code in {200, 204, 403}, (one.name, answer.content)
    if answer.status_code == 200 and answer.json()["version"] > version:
        last = bob.get(f"{it.path}/{record.number}/history").json()["items"][-1]
        assert (last["action"], last["request"], last["note"]) == (
            one.name,
            answer.headers["X-Request-Id"],
            "so it was",
        )
    wrong = bob.post(f"{it.path}/{record.number}/{one.name}", {"no_such_field": 1})
    assert wrong.status_code == 422
    assert "no_such_field" in wrong.json()["fields"]


@pytest.mark.parametrize("kind", all_types())
def test_an_outsider_meets_404(otto: Program, kind: str) -> None:
    it = registry.types[kind]
    record = make(kind)
    if it.open_to_all is not None and it.model._default_manager.filter(it.open_to_all, pk=record.pk).exists():
        perform(record, "edit", OPERATOR, via="api", confidentiality="restricted")
    base = f"{it.path}/{record.number}"
    for below in ("", "/history", "/relations", "/impact", "/attachments", "/attachments/1"):
        assert otto.get(base + below).status_code == 404
    assert otto.patch(base, {"title": "Mine"}).status_code == 404
    assert otto.post(f"{base}/attachments?name=x.txt", b"x", content_type="text/plain").status_code == 404
    for name in it.actions:
        assert otto.post(f"{base}/{name}", {}).status_code == 404
    assert record.number not in otto.get(it.path).content.decode()
    opened = otto.post(it.path, {"title": "Mine"})
    assert opened.status_code in ({201, 422} if it.requesters_create else {403})


@pytest.mark.parametrize("kind", all_types())
def test_a_list_takes_three_queries_however_long(
    bob: Program, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Who asks, the records, and what they refer to is called."""
    it = registry.types[kind]
    bob.get(it.path)  # the day's first use of the token is written down
    for _ in range(3):
        make(kind)
    with django_assert_max_num_queries(3):
        assert bob.get(it.path).status_code == 200
    with django_assert_max_num_queries(4):
        assert bob.get(f"{it.path}?count=true").json()["count"] >= 3


@pytest.mark.parametrize("kind", all_types())
def test_a_record_takes_few_queries(
    bob: Program, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"{registry.types[kind].path}/{make(kind).number}"
    bob.get(address)
    # Who asks, the record, of which parts it has rows, and the titles of what it refers to; then a query for each part.
    with django_assert_max_num_queries(5):
        assert bob.get(address).status_code == 200


@pytest.mark.parametrize("kind", all_types())
def test_a_wrong_prefix_leads_to_the_right_address(bob: Program, kind: str) -> None:
    it = registry.types[kind]
    record = make(kind)
    other = next(one for one in registry.types.values() if one.kind != kind)
    right = f"/api/v1/{it.path}/{record.number}"
    for types, number in ((other.path, record.number), (it.path, f"{other.prefix}-{record.pk}")):
        moved = bob.get(f"{types}/{number}?as_of=now")
        assert (moved.status_code, moved.headers["Location"]) == (301, f"{right}?as_of=now")
        kept = bob.post(f"{types}/{number}/comment", {"text": "x"})
        assert (kept.status_code, kept.headers["Location"]) == (308, f"{right}/comment")
    assert bob.get(f"{it.path}/{record.pk}").json()["number"] == record.number
    assert do(record, it.actions["comment"]) is not None
