"""Imports and exports by page."""

import csv
import gzip
import io
import re
import threading
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from septet.kernel import content
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.models import LogEntry, Record, Run, RunState
from septet.kernel.runs import step
from septet.kernel.work import Cancelled, Released, progress
from septet.surfaces.cli import program
from septet.surfaces.transfer import writing
from septet.surfaces.web.views import imports, undoing
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


def outcome(run: Run) -> dict[str, Any]:
    """What came of a run so far."""
    assert isinstance(run.result, dict)
    return run.result


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
    assert "Import 2 records" in page, page
    assert "What the first records become" in page
    assert "<dd>Hamburg</dd>" in page
    assert not Record.objects.filter(kind="site").exists()
    run = Run.objects.get()
    real = bob.post(f"/imports/{run.pk}/for-real/")
    work()
    assert sorted(Record.objects.filter(kind="site").values_list("title", flat=True)) == ["Berlin", "Hamburg"]
    page = bob.get(real["Location"]).text
    create("site", OPERATOR, via="cli", title="Not imported")
    found = re.search(r'href="(/infrastructure/sites/\?among=[^"]+)"', page)
    assert found, page
    made = bob.get(unescape(found[1])).text
    assert "Berlin" in made
    assert "Not imported" not in made
    undo = page.partition('href="/undo/')[2].partition('"')[0]
    assert bob.post(f"/undo/{undo}").status_code == 200
    assert Record.objects.filter(kind="site", withdrawn_at=None).count() == 1
    assert "This import was undone" in bob.get(real["Location"]).text
    listed = bob.get("/imports/").text
    assert "sites.csv" in listed
    assert f'value="run:{Run.objects.latest("queued_at").pk}"' in listed


def test_what_is_refused_can_be_fetched_with_the_reasons(browser_of: SignIn) -> None:
    bob = browser_of("bob")
    rows = "code;name\nB;Berlin\n;Nowhere\nH;\nB;Bonn\n"
    sent = {"profile_file": file("sites.yaml", PROFILE), "file": file("sites.csv", rows), "dry_run": "yes"}
    address = bob.post("/imports/", sent)["Location"]
    work()
    page = bob.get(address).text
    assert "the key is empty" in page
    report = re.search(r'href="(/imports/[^"]+report.csv)\?sort=refused"', page)
    assert report, page
    answer = bob.get(f"{report[1]}?sort=refused")
    assert 'filename="refused-sites.csv"' in answer["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [(one["sort"], one["line"]) for one in found] == [("refused", "3"), ("refused", "5")]
    assert "the key is empty" in found[0]["reason"]
    assert browser_of("rita").get(report[1]).status_code == 404
    Run.objects.update(result={"report": "0" * 64})
    assert bob.get(report[1]).status_code == 404


BAD_FILES = {
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ""),
    "another table": (b"id;title\n1;x\n", "No file has a column"),
    "half an archive": (gzip.compress(b"code;name\nB;Berlin\n" * 1000)[:40], "damaged"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(name: str, browser_of: SignIn) -> None:
    bob, (content, said) = browser_of("bob"), BAD_FILES[name]
    sent = {"profile_file": file("sites.yaml", PROFILE), "file": SimpleUploadedFile("sites.csv", content)}
    address = bob.post("/imports/", sent)["Location"]
    work()
    run, page = Run.objects.get(), bob.get(address).text
    assert run.state == RunState.FAILED
    assert run.attempt == 1, "what repeating cannot mend is not repeated"
    assert said in run.error
    assert "Traceback" not in page
    assert "Nothing was written." in page
    assert not Record.objects.filter(kind="site").exists()


def test_an_import_whose_worker_died_goes_on_and_tells_of_all_it_did(
    browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = browser_of("bob")
    rows = "code;name\n" + "".join(f"{place};Site {place}\n" for place in range(5))
    bob.post("/imports/", {"profile_file": file("sites.yaml", PROFILE), "file": file("sites.csv", rows)})
    monkeypatch.setattr(writing, "BATCH", 2)
    told = progress

    def dies(*given: Any) -> None:
        told(*given)
        if given[0] == 2:
            raise Released

    monkeypatch.setattr("septet.surfaces.api.background.progress", dies)
    assert step("first", threading.Event())
    run = Run.objects.get()
    assert (run.state, outcome(run)["created"], Record.objects.filter(kind="site").count()) == (RunState.QUEUED, 2, 2)
    monkeypatch.setattr("septet.surfaces.api.background.progress", told)
    work()
    run.refresh_from_db()
    assert (run.state, outcome(run)["created"], outcome(run)["unchanged"]) == (RunState.DONE, 5, 0)
    assert Record.objects.filter(kind="site").count() == 5


def test_what_rows_refer_to_is_counted_too_when_a_worker_died(
    browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = browser_of("bob")
    profile = PROFILE + "      customer: {column: firm, missing: create}\n"
    rows = "code;name;firm\n" + "".join(f"{place};Site {place};Firm {place % 2}\n" for place in range(4))
    bob.post("/imports/", {"profile_file": file("sites.yaml", profile), "file": file("sites.csv", rows)})
    monkeypatch.setattr(writing, "BATCH", 2)
    told = progress

    def dies(*given: Any) -> None:
        told(*given)
        if Record.objects.filter(kind="site").exists():
            raise Released

    monkeypatch.setattr("septet.surfaces.api.background.progress", dies)
    assert step("first", threading.Event())
    assert 0 < Record.objects.filter(kind="site").count() < 4
    monkeypatch.setattr("septet.surfaces.api.background.progress", told)
    work()
    found = outcome(Run.objects.get())
    assert (found["created"], found["unchanged"]) == (6, 0)
    assert {kind: counts["created"] for kind, counts in found["kinds"].items()} == {"organisation": 2, "site": 4}


def test_a_cancelled_import_keeps_what_is_written_and_can_be_undone(
    browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = browser_of("bob")
    rows = "code;name\n" + "".join(f"{place};Site {place}\n" for place in range(5))
    address = bob.post("/imports/", {"profile_file": file("sites.yaml", PROFILE), "file": file("sites.csv", rows)})[
        "Location"
    ]
    monkeypatch.setattr(writing, "BATCH", 2)
    told = progress

    def cancelled(*given: Any) -> None:
        told(*given)
        if given[0] == 4:
            raise Cancelled

    monkeypatch.setattr("septet.surfaces.api.background.progress", cancelled)
    work()
    run, page = Run.objects.get(), bob.get(address).text
    assert (run.state, outcome(run)["created"]) == (RunState.CANCELLED, 4)
    assert "stays" in page
    assert f'href="/undo/{run.request}/"' in page
    assert bob.post(f"/undo/{run.request}/").status_code == 200
    assert not Record.objects.filter(kind="site", withdrawn_at=None).exists()


def test_a_large_undo_is_tried_first_and_tells_by_type(browser_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    bob = browser_of("bob")
    sent = {"profile_file": file("sites.yaml", PROFILE), "file": file("sites.csv", "code;name\nB;Berlin\nH;Hamburg\n")}
    bob.post("/imports/", sent)
    work()
    request = Run.objects.get().request
    page = bob.get(f"/undo/{request}/").text
    assert "Sites" in page
    tried = bob.post(f"/undo/{request}/", {"dry_run": "yes"})["Location"]
    assert "as soon as a worker is free" in bob.get(tried).text
    work()
    page = bob.get(tried).text
    assert "2 records would be put back" in page
    assert "Undo 2 records" in page
    assert Record.objects.filter(kind="site", withdrawn_at=None).count() == 2
    done = bob.post(f"/undo/{request}/")["Location"]
    work()
    assert "2 records were put back" in bob.get(done).text
    assert not Record.objects.filter(kind="site", withdrawn_at=None).exists()


@pytest.mark.parametrize("ends", [Cancelled, Released])
def test_an_undo_that_is_broken_off_tells_how_far_it_came_and_goes_on(
    browser_of: SignIn, monkeypatch: pytest.MonkeyPatch, ends: type[BaseException]
) -> None:
    bob = browser_of("bob")
    rows = "code;name\n" + "".join(f"{place};Site {place}\n" for place in range(5))
    imported = bob.post("/imports/", {"profile_file": file("s.yaml", PROFILE), "file": file("s.csv", rows)})["Location"]
    work()
    request = Run.objects.get().request
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    monkeypatch.setattr("septet.kernel.undo.PAGE", 2)
    told = progress

    def broken_off(*given: Any) -> None:
        told(*given)
        raise ends

    monkeypatch.setattr("septet.surfaces.api.background.progress", broken_off)
    address = bob.post(f"/undo/{request}/")["Location"]
    assert step("first", threading.Event())
    monkeypatch.setattr("septet.surfaces.api.background.progress", told)
    page = bob.get(address).text
    left = Record.objects.filter(kind="site", withdrawn_at=None).count()
    assert 0 < left < 5
    assert f"{5 - left} record{'s' if left < 4 else ''} " in page
    if ends is Cancelled:
        assert f'href="/undo/{request}/"' in page
        assert f'href="{imported}"' in page
        address = bob.post(f"/undo/{request}/")["Location"]
    work()
    expected = f"{left} records were put back" if ends is Cancelled else "5 records were put back"
    assert expected in bob.get(address).text
    assert not Record.objects.filter(kind="site", withdrawn_at=None).exists()


def test_a_dry_run_whose_files_are_gone_asks_for_them_again(browser_of: SignIn) -> None:
    bob = browser_of("bob")
    sent = {"profile_file": file("s.yaml", PROFILE), "file": file("s.csv", "code;name\nB;Berlin\n"), "dry_run": "yes"}
    address = bob.post("/imports/", sent)["Location"]
    work()
    run = Run.objects.get()
    content.path(run.arguments["files"][0][1]).unlink()
    assert "Import 1 record" not in bob.get(address).text
    assert "Send them again" in bob.post(f"/imports/{run.pk}/for-real/").text


def test_all_imports_are_listed_page_by_page_whoever_did_them(
    browser_of: SignIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imports, "PER_PAGE", 2)
    (tmp_path / "sites.yaml").write_text(PROFILE)
    (tmp_path / "by-hand.csv").write_text("code;name\nB;Berlin\n")
    assert program.run(["import", str(tmp_path / "sites.yaml"), str(tmp_path / "by-hand.csv")]) == 0
    bob, admin = browser_of("bob"), browser_of("admin")
    for place in range(2):
        sent = {"profile_file": file("sites.yaml", PROFILE), "file": file(f"{place}.csv", "code;name\nB;Berlin\n")}
        bob.post("/imports/", sent)
    work()
    first = admin.get("/imports/").text
    assert "by-hand.csv" not in first
    following = re.search(r'href="(\?before=[^"]+)"', first)
    assert following
    second = admin.get(f"/imports/{following[1]}").text
    assert "by-hand.csv" in second
    assert "Command line" in second
    assert "by-hand.csv" not in bob.get(f"/imports/{following[1]}").text


def test_a_shipped_profile_can_be_read_and_used(browser_of: SignIn) -> None:
    bob = browser_of("bob")
    page = bob.get("/imports/profiles/volvo-incidents/").text
    assert "septet-profile: 1" in page
    assert "volvo-incidents.yaml" in bob.get("/imports/profiles/volvo-incidents/?file=yes")["Content-Disposition"]
    assert bob.get("/imports/profiles/no-such/").status_code == 404
    again = {"profile": f"run:{Run.objects.none().first()}", "file": file("a.csv", "x")}
    assert "Choose a profile" in bob.post("/imports/", again).text


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
