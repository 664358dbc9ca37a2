"""Imports and exports by page."""

import csv
import io
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.models import LogEntry, Record, Run, RunState
from septet.kernel.runs import step
from tests.cast import Cast
from tests.web.conftest import SignIn

PROFILE = """
septet-profile: 1
name: sites
source: atlas
read: {delimiter: ";"}
records:
  - kind: site
    key: code
    fields:
      title: name
"""


def file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def work() -> None:
    """What a worker does with what waits."""
    while step("test", threading.Event()):
        pass


def test_a_dry_run_shows_what_would_happen_and_then_does_it(browser_of: SignIn) -> None:
    bob = browser_of("bob")
    assert bob.get("/imports/").status_code == 200
    sent: dict[str, Any] = {
        "profile_file": file("sites.yaml", PROFILE),
        "file": file("sites.csv", "code;name\nB;Berlin\nH;Hamburg\n"),
        "dry_run": "yes",
    }
    answer = bob.post("/imports/", sent)
    assert answer.status_code == 302, answer.text
    address = answer["Location"]
    assert "starts as soon as a worker is free" in bob.get(address).text
    work()
    page = bob.get(address).text
    assert "Import it for real" in page, page
    assert not Record.objects.filter(kind="site").exists()
    run = Run.objects.get()
    real = bob.post(f"/imports/{run.pk}/for-real/")
    work()
    assert sorted(Record.objects.filter(kind="site").values_list("title", flat=True)) == ["Berlin", "Hamburg"]
    page = bob.get(real["Location"]).text
    undo = page.partition('href="/undo/')[2].partition('"')[0]
    assert bob.post(f"/undo/{undo}").status_code == 200
    assert Record.objects.filter(kind="site", withdrawn_at=None).count() == 0
    assert "sites.csv" in bob.get("/imports/").text


def test_a_run_is_seen_by_who_asked_for_it_and_can_be_stopped(browser_of: SignIn, cast: Cast) -> None:
    bob = browser_of("bob")
    sent = {"profile_file": file("sites.yaml", PROFILE), "file": file("sites.csv", "code;name\n")}
    address = bob.post("/imports/", sent)["Location"]
    assert browser_of("rita").get(address).status_code == 404
    assert browser_of("rita").post(f"{address}cancel/").status_code == 404
    assert browser_of("admin").get(address).status_code == 200
    assert bob.post(f"{address}cancel/").status_code == 302
    assert Run.objects.get().state == RunState.CANCELLED


def test_what_is_missing_or_wrong_is_said_at_its_place(browser_of: SignIn) -> None:
    bob = browser_of("bob")
    assert "Choose a profile" in bob.post("/imports/", {"file": file("a.csv", "x")}).text
    assert "Choose at least one file" in bob.post("/imports/", {"profile": "volvo-incidents"}).text
    broken = {"profile_file": file("p.yaml", "records: 3"), "file": file("a.csv", "x")}
    assert bob.post("/imports/", broken).status_code == 422
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["alice", "rita", "otto"])
def test_who_may_not_import_finds_no_such_page(name: str, browser_of: SignIn) -> None:
    assert browser_of(name).get("/imports/").status_code == 404
    assert browser_of(name).post("/imports/", {}).status_code == 404


def test_a_list_leaves_as_a_file_and_that_is_logged(browser_of: SignIn, cast: Cast) -> None:
    create("incident", OPERATOR, via="cli", title="Wanted", owner=cast.alice.number)
    create("incident", OPERATOR, via="cli", title="Left out")
    answer = browser_of("alice").get("/support/incidents/export/csv/", {"owner": "Alice"})
    assert answer["Content-Disposition"] == 'attachment; filename="incidents.csv"'
    text = b"".join(answer).decode("utf-8-sig")
    assert [row["title"] for row in csv.DictReader(io.StringIO(text))] == ["Wanted"]
    assert LogEntry.objects.filter(event="export", actor_id=cast.alice.pk, via="web").count() == 1
    assert browser_of("alice").get("/support/incidents/export/pdf/").status_code == 404
    assert browser_of("rita").get("/support/incidents/export/csv/").status_code == 403
