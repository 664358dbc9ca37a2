"""Reading: lists and their pages, other times, what nobody has to sign in for."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

import septet
from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.surfaces.api.openapi.document import document
from septet.surfaces.api.problems import PROBLEMS
from tests.api.conftest import Program
from tests.everything.walk import make


def test_pages_follow_each_other_to_the_end(alice: Program) -> None:
    made = [make("incident", title=f"Number {n}").number for n in range(5)]
    seen, cursor = [], ""
    while True:
        page = alice.get(f"incidents?limit=2&order=number{cursor}").json()
        seen += [one["number"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made
    assert alice.get("incidents?title=Number%203,Number%204&count=true").json()["count"] == 2


def test_a_record_and_a_list_of_another_time(alice: Program) -> None:
    incident = make("incident", title="Before")
    then = quote(timezone.now().isoformat())
    perform(incident, "edit", OPERATOR, via="cli", title="After")
    late = timezone.now() - timedelta(seconds=30)
    assert alice.get(f"incidents/{incident.number}?as_of={then}").json()["title"] == "Before"
    assert alice.get(f"incidents?as_of={then}").json()["items"][0]["title"] == "Before"
    assert alice.get("incidents?known_at=2012-01-01").json()["items"] == []
    assert alice.get(f"incidents/{incident.number}?as_of=2012-01-01").status_code == 404
    told = alice.get(f"incidents/{incident.number}/history?known_at={quote(late.isoformat())}").json()["items"]
    assert told == []


def test_what_is_known_already_is_not_sent_again(alice: Program) -> None:
    number = make("incident").number
    tag = alice.get(f"incidents/{number}").headers["ETag"]
    for given in (tag, f"W/{tag}", f'"9", {tag}'):
        answer = alice.get(f"incidents/{number}", headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert alice.get(f"incidents/{number}", headers={"If-None-Match": '"9"'}).status_code == 200


def test_impact_and_relations(alice: Program) -> None:
    service, host = make("service", title="Mail"), make("configuration-item", title="srv-1")
    perform(service, "relate", OPERATOR, via="cli", type="depends-on", target=host.number)
    found = alice.get(f"configuration-items/{host.number}/impact").json()
    assert [(one["number"], one["effect"], one["distance"]) for one in found["items"]] == [
        (service.number, "failing", 1)
    ]
    assert (found["total"], found["hidden"], found["left_out"], "edges" in found) == (1, 0, [], False)
    more = alice.get(f"configuration-items/{host.number}/impact?edges=true").json()
    assert more["edges"] == [
        {"supplier": host.number, "dependent": service.number, "relation": "depends-on", "need": None}
    ]
    assert [one["number"] for one in more["services"]] == [service.number]
    assert (more["for_all"], more["everybody"]) == (1, 4)
    up = alice.get(f"services/{service.number}/impact?up=true&without={host.number}").json()
    assert [one["number"] for one in up["items"]] == []
    edge = alice.get(f"services/{service.number}/relations").json()["items"][0]
    assert (edge["type"], edge["direction"], edge["record"]["number"]) == ("depends-on", "forth", host.number)
    assert alice.get(f"services/{service.number}/impact?limit=0").status_code == 422
    assert alice.get(f"services/{service.number}/impact?without=CI-999999").status_code == 404


def test_search(alice: Program) -> None:
    number = make("incident", title="The unicorn does not print").number
    make("change", title="A unicorn for the second floor")
    assert {one["kind"] for one in alice.get("search?q=unicorn").json()["items"]} == {"incident", "change"}
    assert [one["number"] for one in alice.get("search?q=unicorn&type=incidents").json()["items"]] == [number]
    assert alice.get("search").status_code == 422
    assert alice.get("search?q=x&type=unicorns").status_code == 404
    assert alice.get("search?q=a%00b").status_code == 422


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/docs", "/api/v1/openapi.json"])
def test_what_needs_no_sign_in(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["X-Request-Id"]
    assert "nosniff" in answer.headers["X-Content-Type-Options"]
    assert client.post(path).status_code == 405


def test_figures_are_those_of_the_database(client: Client, db: None) -> None:
    before = _figures(client)
    make("incident")
    after = _figures(client)
    if "septet_journal_unplaced_entries 0" in after:
        assert _value(after, "septet_journal_entries_total") == _value(before, "septet_journal_entries_total") + 1
        assert _value(after, "septet_journal_unanchored_entries") == 1
    assert f'septet_info{{version="{septet.__version__}"}} 1' in after
    for line in after:
        assert line.startswith("#") or float(line.rpartition(" ")[2]) >= 0


def _figures(client: Client) -> list[str]:
    return client.get("/metrics").content.decode().splitlines()


def _value(lines: list[str], name: str) -> float:
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def test_health_asks_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_the_pages_describe_every_operation_and_every_problem(client: Client) -> None:
    whole = document()
    about = [tag["name"] for tag in whole["tags"]]
    pages = {name: client.get(f"/api/v1/docs/{name}").content.decode() for name in about[1:]}
    pages[about[0]] = client.get("/api/v1/docs").content.decode()
    for path, found in whole["paths"].items():
        if "get" in found and "servers" not in found:
            assert f">GET</span> <code>/api/v1{path}<" in pages[found["get"]["tags"][0]]
    for one in PROBLEMS:
        assert f'id="{one.slug}"' in pages[about[0]]
    for name, page in pages.items():
        assert f'href="/api/v1/docs/{name}"' in pages[about[0]] or name == about[0]
        assert "<script" not in page
        assert "style=" not in page
        assert page.count("<") < 12_000, "more than a browser shows at once"
    assert client.get("/api/v1/docs/nowhere").status_code == 404
