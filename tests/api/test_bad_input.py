"""Whatever is sent: a problem document that says what to do, nothing changed, nothing leaked."""

import errno
import logging
import os
from typing import Any

import pytest
from django.db import OperationalError

from septet.kernel import content, listing
from septet.kernel.models import Entry
from tests.api.conftest import Program
from tests.everything.walk import make


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "no JSON"),
        (b"\xff\xfe{}", 400, "no JSON"),
        (b'{"title": "\xff"}', 400, "no JSON"),
        (b'{"title": "\\ud800"}', 400, "no JSON"),
        (b'{"title": NaN}', 400, "no JSON"),
        (b"[" * 100_000, 400, "no JSON"),
        (b"[]", 400, "JSON object"),
        (b"null", 400, "JSON object"),
        (b"{}", 422, "title"),
        (b'{"title": ""}', 422, "title"),
        (b'{"title": 5}', 422, "title"),
        (b'{"title": "a\\u0000b"}', 422, "NUL"),
        (b'{"title": "%s"}' % (b"x" * 300), 422, "255"),
        (b'{"titel": "x", "title": "x"}', 422, "Did you mean 'title'?"),
        (b'{"title": "x", "impact": 99}', 422, "impact"),
        (b'{"title": "x", "opened_at": "0000-01-01"}', 422, "opened_at"),
        (b'{"title": "x", "opened_at": "soon"}', 422, "opened_at"),
        (b'{"title": "x", "owner": "PER-999999999999999999999"}', 422, "owner"),
        (b'{"title": "x", "owner": "SAP:4711"}', 422, "owner"),
        (b'{"title": "x", "extra": {"unknown": 1}}', 422, "custom field"),
        (b'{"title": "x", "at": "2999-01-01T00:00:00Z"}', 422, "at"),
        (b'{"title": "x", "key": "no-colon"}', 422, "SOURCE:KEY"),
        (b'{"title": "x", "note": "%s"}' % (b"n" * 10_001), 422, "note"),
        (b'{"title": "x", "priority": 99999999999999999999}', 422, "priority"),
    ],
)
def test_a_body_that_does_not_fit(alice: Program, body: bytes, status: int, said: str) -> None:
    before = Entry.objects.count()
    answer = alice.post("incidents", body)
    assert answer.status_code == status, answer.content
    assert said in answer.content.decode()
    assert Entry.objects.count() == before


def test_other_media_types_and_large_bodies_are_refused(alice: Program) -> None:
    assert alice.post("incidents", b"title=x", content_type="application/x-www-form-urlencoded").status_code == 415
    number = make("incident").number
    comment = alice.post(f"incidents/{number}/comment", {"text": "x" * (50 * 1024 * 1024)})
    assert comment.status_code == 413
    long = alice.post(f"incidents/{number}/comment", {"text": "x" * 200_000})
    assert (long.status_code, list(long.json()["fields"])) == (422, ["text"])
    unknown = alice.post("incidents", b"{}", headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH="")
    assert unknown.status_code == 411


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("stat=new", "stat", "Did you mean 'state'?"),
        ("state=neww", "state", "Did you mean 'new'?"),
        ("limit=0", "limit", "between 1 and"),
        ("limit=9999999999999999999999", "limit", "between 1 and"),
        ("order=sideways", "order", "ordered by"),
        ("cursor=made-up", "cursor", "first page"),
        ("cursor=W10", "cursor", "first page"),
        ("as_of=0000-00-00", "as_of", ""),
        ("as_of=99999-01-01", "as_of", ""),
        ("known_at=whenever", "known_at", "moment"),
        ("count=perhaps", "count", "true or false"),
        ("owner=nobody", "owner", ""),
        ("opened_at__near=2020-01-01", "opened_at__near", "comparison"),
        ("title=a%00b", "title", ""),
        ("q=a%00b", "q", ""),
        ("extra.branch=a%00b", "extra.branch", ""),
        ("priority=99999999999999999999", "priority", ""),
    ],
)
def test_a_query_that_does_not_fit(alice: Program, query: str, name: str, said: str) -> None:
    answer = alice.get(f"incidents?{query}")
    assert answer.status_code == 422, answer.content
    assert said in answer.json()["fields"][name]


def test_parameters_that_are_unknown_or_given_twice(alice: Program) -> None:
    number = make("incident").number
    assert "Did you mean 'as_of'?" in alice.get(f"incidents/{number}?asof=now").json()["fields"]["asof"]
    assert alice.get(f"incidents/{number}?as_of=now&as_of=now").json()["fields"]["as_of"] == "Give this once."
    assert alice.post(f"incidents/{number}/comment?x=1", {"text": "x"}).status_code == 422
    assert alice.get("me?x=1").status_code == 422


def test_addresses_that_do_not_exist(alice: Program) -> None:
    number = make("incident").number
    wanted = {
        "incident": "Did you mean 'incidents'?",
        "incidents/": "without a slash",
        "incidents/INC-999999": "INC-999999",
        "incidents/INC-99999999999999999999999": "INC-9",
        "incidents/nonsense": "nonsense",
        f"incidents/{number}/history/1": "nothing at this address",
        "types/incidnets": "Did you mean 'incidents'?",
        "runs/1": "no run",
        "incidents/SAP:a%00b": "NUL",
        "": "nothing at this address",
    }
    for path, said in wanted.items():
        answer = alice.get(path)
        assert answer.status_code == 404
        assert said in answer.json()["detail"]
    assert "Did you mean 'comment'?" in alice.post(f"incidents/{number}/coment", {}).json()["detail"]
    assert alice.post("undo/not-a-uuid", {}).status_code == 404


def test_a_wrong_method_names_the_right_ones(alice: Program) -> None:
    number = make("incident").number
    answer = alice("DELETE", f"incidents/{number}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, PATCH")
    assert alice("OPTIONS", "incidents").status_code == 405
    assert alice("PUT", f"incidents/{number}/comment").headers["Allow"] == "POST"
    assert alice("PUT", f"incidents/{number}/clocks").headers["Allow"] == "GET, HEAD"
    assert alice.post(f"incidents/{number}/clocks", {}).status_code == 405
    assert alice.get(f"incidents/{number}/comment").status_code == 405


def test_versions_that_are_none(alice: Program) -> None:
    number = make("incident").number
    for given in ("3", "x", '"x"', '"1", "2"'):
        answer = alice.patch(f"incidents/{number}", {"title": "x"}, headers={"If-Match": given})
        assert (answer.status_code, list(answer.json()["fields"])) == (422, ["If-Match"])
    assert alice.patch(f"incidents/{number}", {"title": "x"}, headers={"If-Match": 'W/"1"'}).status_code == 200
    assert alice.patch(f"incidents/{number}", {"title": "y"}, headers={"If-Match": "*"}).status_code == 200


def test_an_error_of_ours_shows_no_trace(
    alice: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret is 4711")

    monkeypatch.setattr(listing, "page", fail)
    with caplog.at_level(logging.ERROR):
        answer = alice.get("incidents")
    assert answer.status_code == 500
    assert "4711" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "the secret is 4711" in caplog.text


def test_storage_that_fails_is_unavailable(
    alice: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    number = make("incident").number
    with monkeypatch.context() as patch:
        patch.setattr(listing, "page", gone)
        answer = alice.get("incidents")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = Entry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = alice.post(f"incidents/{number}/attachments?name=x.txt", b"x", content_type="text/plain")
        assert answer.status_code == 503
        assert "full" in answer.json()["detail"]
    assert Entry.objects.count() == before
    assert not any(path.is_file() for path in content._folder().rglob("*"))


@pytest.mark.parametrize("written", [2024, 0.5, "2024", "0.5", " 1700000000 ", "-1"])
def test_a_number_is_no_moment(alice: Program, written: Any) -> None:
    number = make("incident").number
    answer = alice.post(f"incidents/{number}/wait", {"waiting_for": "user", "at": written})
    assert answer.status_code == 422
    assert "2026-05-01" in answer.json()["fields"]["at"]
