"""Doing things: once and only once, several at a time, with files, back again."""

import json
import threading
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from septet.kernel import content
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, IdempotencyKey, Record, Run
from tests.api.conftest import Program
from tests.cast import Cast
from tests.everything.walk import make


def form(**fields: Any) -> dict[str, Any]:
    """A form as a browser sends it; a value of bytes becomes a file."""
    files = {
        name: SimpleUploadedFile(f"{name}.txt", value) if isinstance(value, bytes) else value
        for name, value in fields.items()
    }
    return {"body": encode_multipart(BOUNDARY, files), "content_type": MULTIPART_CONTENT}


def test_a_repeated_request_does_nothing_twice(alice: Program) -> None:
    headers = {"Idempotency-Key": "order-4711"}
    first = alice.post("incidents", {"title": "Once"}, headers=headers)
    again = alice.post("incidents", {"title": "Once"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    for name in ("Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    other = alice.post("incidents", {"title": "Another"}, headers=headers)
    assert (other.status_code, list(other.json()["fields"])) == (422, ["Idempotency-Key"])
    assert Record.objects.filter(kind="incident").count() == 1
    number = first.json()["number"]
    for _ in range(2):
        alice.post(f"incidents/{number}/comment", {"text": "Hello"}, headers={"Idempotency-Key": "c"})
    assert Entry.objects.filter(action="comment").count() == 1
    assert alice.post("incidents", {"title": "x"}, headers={"Idempotency-Key": "k" * 201}).status_code == 422


def test_a_failed_request_may_be_repeated_with_its_key(alice: Program) -> None:
    headers = {"Idempotency-Key": "k"}
    incident = make("incident")
    assert alice.post(f"incidents/{incident.number}/resume", {}, headers=headers).status_code == 409
    assert not IdempotencyKey.objects.exists()


def test_a_claim_of_a_process_that_died_is_taken_over(alice: Program, cast: Cast) -> None:
    headers = {"Idempotency-Key": "k"}
    alice.post("incidents", {"title": "x"}, headers=headers)
    IdempotencyKey.objects.update(status=None, body="")
    running = alice.post("incidents", {"title": "x"}, headers=headers)
    assert (running.status_code, running.json()["detail"].split(";")[0]) == (
        409,
        "A request with this Idempotency-Key is still running",
    )
    IdempotencyKey.objects.update(made_at=timezone.now() - timedelta(minutes=3))
    assert alice.post("incidents", {"title": "x"}, headers=headers).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_does_it(alice: Program) -> None:
    answers: list[Any] = []

    def send() -> None:
        try:
            program = Program(alice.token)
            answers.append(program.post("incidents", {"title": "Once"}, headers={"Idempotency-Key": "same"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Record.objects.filter(kind="incident").count() == 1
    # An in-memory database has no room for two writers; a real one lets them wait.
    assert {one.status_code for one in answers} <= {201, 409, 503}
    assert len({one.json()["number"] for one in answers if one.status_code == 201}) == 1


def test_several_operations_in_one_request(alice: Program) -> None:
    known = make("incident")
    operations = [
        {"type": "incidents", "fields": {"title": "New", "key": "LEGACY:1", "note": "by bulk"}},
        {"number": known.number, "fields": {"title": "Renamed"}},
        {"number": known.number, "action": "comment", "fields": {"text": "Hello"}},
        {"number": known.number, "version": 1, "fields": {"title": "Stale"}},
        {"type": "changes", "number": known.number, "fields": {"title": "Wrong type"}},
        {"number": "INC-999999", "action": "comment", "fields": {"text": "Nobody"}},
        {"type": "incidents", "fields": {}},
        {"number": "LEGACY:1", "fields": {"title": "By its key"}},
        {"fields": {"title": "Nothing named"}},
    ]
    tried = alice.post("bulk", {"operations": operations, "dry_run": True}).json()
    assert (tried["done"], tried["refused"]) == (4, 5)
    assert Record.objects.filter(kind="incident").count() == 1
    answer = alice.post("bulk", {"operations": operations})
    done = answer.json()
    assert [one["status"] for one in done["items"]] == [201, 200, 200, 412, 422, 404, 422, 200, 422]
    assert (done["done"], done["refused"], done["request"]) == (4, 5, answer.headers["X-Request-Id"])
    assert done["items"][6]["problem"]["fields"] == {"title": "This must be given."}
    assert Entry.objects.filter(request=done["request"]).count() == 4
    assert alice.get("incidents/LEGACY:1").json()["title"] == "By its key"
    assert alice.post("bulk", {"operations": []}).status_code == 422
    assert alice.post("bulk", {"operations": [{"nmber": "INC-1"}]}).status_code == 422


def test_undo_takes_back_all_that_a_request_did(bob: Program) -> None:
    known = make("incident", title="Before")
    operations = [
        {"type": "incidents", "fields": {"title": "New"}},
        {"number": known.number, "fields": {"title": "After"}},
    ]
    request = bob.post("bulk", {"operations": operations}).json()["request"]
    tried = bob.post(f"undo/{request}", {"dry_run": True}).json()
    assert (tried["undone"], tried["dry_run"], tried["refused"]) == (2, True, [])
    assert bob.get(f"incidents/{known.number}").json()["title"] == "After"
    answer = bob.post(f"undo/{request}", {"note": "a mistake"})
    assert (answer.json()["undone"], answer.json()["request"]) == (2, answer.headers["X-Request-Id"])
    assert bob.get(f"incidents/{known.number}").json()["title"] == "Before"
    assert bob.get("incidents?count=true").json()["count"] == 1
    assert bob.get("incidents?count=true&withdrawn=true").json()["count"] == 2
    assert bob.post(f"undo/{uuid4()}", {}).status_code == 404


def test_a_file_goes_up_and_comes_down(alice: Program, otto: Program) -> None:
    base = f"incidents/{make('incident').number}/attachments"
    whole = alice.post(f"{base}?name=../../etc/log.txt", b"some bytes", content_type="text/html")
    assert (whole.status_code, whole.json()["name"], whole.json()["size"]) == (201, "_.._etc_log.txt", 10)
    as_form = alice.post(base, **form(file="ärger.txt".encode(), audience="internal", note="from the user"))
    assert as_form.status_code == 201
    assert [one["name"] for one in alice.get(base).json()["items"]] == ["_.._etc_log.txt", "file.txt"]
    down = alice.get(whole.json()["url"])
    assert down.getvalue() == b"some bytes"
    assert down.headers["Content-Disposition"] == 'attachment; filename="_.._etc_log.txt"'
    assert down.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in down.headers["Content-Security-Policy"]
    kept = alice.get(whole.json()["url"], headers={"If-None-Match": down.headers["ETag"]})
    assert kept.status_code == 304
    assert otto.get(whole.json()["url"]).status_code == 404
    assert alice.get(f"{base}/999").status_code == 404
    assert alice.post(base, b"x", content_type="text/plain").json()["fields"].keys() == {"name"}
    header = {"Content-Disposition": 'attachment; filename="n.txt"'}
    assert alice.post(base, b"", content_type="text/plain", headers=header).json()["digest"] == content.EMPTY
    content.path(whole.json()["digest"]).unlink()
    assert alice.get(whole.json()["url"]).status_code == 404


def test_an_internal_file_is_not_for_the_requester(alice: Program, rita: Program, cast: Cast) -> None:
    base = f"incidents/{make('incident', requester=cast.rita.number).number}/attachments"
    internal = alice.post(f"{base}?name=internal.txt", b"secret", content_type="text/plain").json()
    told = alice.post(f"{base}?name=told.txt&audience=requester", b"for you", content_type="text/plain").json()
    assert [one["name"] for one in rita.get(base).json()["items"]] == ["told.txt"]
    assert rita.get(told["url"]).getvalue() == b"for you"
    assert rita.get(internal["url"]).status_code == 404


def test_files_that_are_refused_leave_nothing(alice: Program, rita: Program, cast: Cast) -> None:
    service = make("service")
    refused = alice.post(f"services/{service.number}/attachments?name=x", b"x", content_type="text/plain")
    assert refused.status_code == 403
    base = f"incidents/{make('incident').number}/attachments?name=x"
    large = alice.post(base, b"x", content_type="text/plain", CONTENT_LENGTH=str(content.LARGEST + 1))
    assert large.status_code == 413
    assert not any(path.is_file() for path in content._folder().rglob("*"))


def test_a_zip_bomb_is_kept_as_it_is(alice: Program) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    base = f"incidents/{make('incident').number}/attachments?name=bomb.zip"
    kept = alice.post(base, packed.getvalue(), content_type="application/zip").json()
    assert kept["size"] == len(packed.getvalue())
    assert sum(path.stat().st_size for path in content._folder().rglob("*") if path.is_file()) == kept["size"]


PROFILE = b"""\
septet-profile: 1
name: desk-list
source: DESK
read: {format: csv}
records:
  - kind: incident
    key: number
    fields:
      title: text
      impact: {column: impact, type: integer}
"""
ROWS = b"number,text,impact\n1,Printer is on fire,2\n2,Mail is slow,3\n3,No such impact,99\n"


def test_a_small_import_is_done_at_once(bob: Program, alice: Program) -> None:
    tried = bob.post("imports", **form(profile=PROFILE, file=ROWS, dry_run="true"))
    assert tried.status_code == 200, tried.content
    assert (tried.json()["created"], tried.json()["refused"]) == (2, 1)
    assert not Record.objects.filter(kind="incident").exists()
    answer = bob.post("imports", **form(profile=PROFILE, file=ROWS))
    done = answer.json()
    assert (done["created"], done["refused"], done["findings"]["refused"][0]["line"]) == (2, 1, 4)
    assert bob.get("incidents/DESK:1").json()["title"] == "Printer is on fire"
    assert bob.post("imports", **form(profile=PROFILE, file=ROWS)).json()["unchanged"] == 2
    assert bob.post(f"undo/{done['request']}", {}).json()["undone"] == 2
    assert bob.get("incidents?count=true").json()["count"] == 0
    assert alice.post("imports", **form(profile=PROFILE, file=ROWS)).status_code == 403


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"profile": "no-such-profile", "file": ROWS}, "profile", "Send one as a file"),
        ({"profile": "/etc/passwd", "file": ROWS}, "profile", "Send one as a file"),
        ({"profile": b"\xff", "file": ROWS}, "profile", "UTF-8"),
        ({"profile": b"records: 1", "file": ROWS}, "profile", "line 1"),
        ({"profile": PROFILE}, "file", "between 1 and"),
        ({"profile": PROFILE, "file": ROWS, "dryrun": "1"}, "dryrun", "Did you mean 'dry_run'?"),
        ({"profile": PROFILE, "file": ROWS, "dry_run": "perhaps"}, "dry_run", "true or false"),
    ],
)
def test_imports_that_cannot_begin(bob: Program, fields: dict[str, Any], name: str, said: str) -> None:
    answer = bob.post("imports", **form(**fields))
    assert answer.status_code == 422
    assert said in answer.json()["fields"][name]
    assert bob.post("imports", {"profile": "x"}).status_code == 415


def test_a_large_import_is_a_run_that_a_worker_does(bob: Program, otto: Program) -> None:
    from septet.kernel.work import find_task

    rows = b"number,text,impact\n" + b"".join(b"%d,%s,2\n" % (n, b"x" * 200) for n in range(3000))
    answer = bob.post("imports", **form(profile=PROFILE, file=rows))
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert otto.get(answer.headers["Location"]).status_code == 404
    run = Run.objects.get()
    result = find_task(run.task).func(**run.arguments)
    assert (result["created"], result["request"]) == (3000, answer.headers["X-Request-Id"])
    json.dumps(result)
    undone = bob.post(f"undo/{result['request']}", {})
    assert (undone.status_code, undone.json()["task"]) == (202, "undo-request")
    run = Run.objects.get(task="undo-request")
    assert find_task(run.task).func(**run.arguments)["undone"] == 3000


def test_a_key_that_fits_several_records_lists_them(bob: Program) -> None:
    incident = create("incident", OPERATOR, via="cli", key=("SAP", "7"), title="One")
    change = create("change", OPERATOR, via="cli", key=("SAP", "7"), title="Two")
    answer = bob.get("incidents/SAP:7")
    assert answer.status_code == 409
    assert incident.number in answer.json()["detail"]
    assert change.number in answer.json()["detail"]


def test_after_leaving_the_caller_s_sight_there_is_no_content(alice: Program, cast: Cast) -> None:
    incident = make("incident", confidentiality="restricted")
    perform(incident, "share", OPERATOR, via="cli", party=cast.alice.number)
    answer = alice.post(f"incidents/{incident.number}/unshare", {"party": cast.alice.number})
    assert (answer.status_code, answer.content) == (204, b"")
    assert alice.get(f"incidents/{incident.number}").status_code == 404
