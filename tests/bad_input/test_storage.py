"""Storage that fails under a server that runs: a full disk, a database that goes away, processes that are killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests import postgres
from tests.bad_input.site import Site, descendants, eventually, is_line, is_page, is_problem
from tests.conftest import ON_POSTGRES

on_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="this is about the database file of SQLite")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 24 MB."""
    if os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root alone")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@on_sqlite
def test_a_full_disk_is_said_and_nothing_is_lost(staged: Site, small_disk: Path) -> None:
    with staged.copied(small_disk / "data") as site, site.up():
        alice, browser = site.program("alice"), site.browser("alice")
        ticket = f"incidents/{site.told['incident']}"
        page = f"/r/{site.told['incident']}/do/comment/"
        assert browser.post(page, {"text": "There is room"}).status_code == 302
        before = alice.get(f"{ticket}/history").json()["items"]
        filler = site.data / "filler"
        with filler.open("wb") as file:
            while os.statvfs(site.data).f_bavail:
                file.write(b"x" * 4096)
                file.flush()
        answers = [alice.post(f"{ticket}/comment", {"text": "x" * 90_000}) for _ in range(20)]
        kept = [one for one in answers if one.status_code == 200]  # as long as the log of SQLite had room to spare
        refused = [one for one in answers if one.status_code != 200]
        assert refused
        for one in refused:
            assert "disk is full" in is_problem(one, 503)["detail"]
            assert one.headers["Retry-After"]
        assert "disk is full" in is_page(browser.post(page, {"text": "y" * 90_000}), 503)
        upload = alice.post(f"{ticket}/attachments?name=x", b"x" * 100_000, headers={"Content-Type": "text/plain"})
        assert "disk is full" in is_problem(upload, 503)["detail"]
        line = is_line(site.cli("do", site.told["incident"], "comment", f"text={'z' * 90_000}"), 1)
        assert "disk is full" in line
        assert alice.get(ticket).status_code == 200
        after = alice.get(f"{ticket}/history").json()["items"]
        assert after[: len(before)] == before
        assert len(after) == len(before) + len(kept)
        filler.unlink()
        assert alice.post(f"{ticket}/comment", {"text": "There is room again"}).status_code == 200
        assert [one.name for one in (site.data / "content").rglob("incoming-*")] == []
    site.is_whole()


def test_a_database_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    with ExitStack() as stack:
        site = Site(tmp_path, stack.enter_context(postgres.server())).stage()
        stack.enter_context(site.up())
        alice, browser = site.program("alice"), site.browser("alice")
        ticket = f"incidents/{site.told['incident']}"
        assert browser.get("/my-work/").status_code == 200
        form = {"text": "from the page", "csrfmiddlewaretoken": browser.proof}
        with postgres.away(site.url):
            assert "does not answer" in is_problem(alice.get(ticket), 503)["detail"]
            assert is_problem(alice.post(f"{ticket}/comment", {"text": "lost"}), 503)["status"] == 503
            assert is_problem(browser.get("/api/v1/me"), 503)
            assert is_problem(browser.get("/readyz"), 503)
            assert browser.get("/healthz").status_code == 200
            for answer in (
                browser.get("/my-work/"),
                browser.get("/sign-in/"),
                browser.client.post(f"/r/{site.told['incident']}/do/comment/", data=form),
            ):
                assert "does not answer" in is_page(answer, 503)
            for words in (("list", "incidents"), ("verify",), ("do", site.told["incident"], "comment", "text=x")):
                assert is_line(site.cli(*words), 1).startswith("The database does not answer.")
        assert alice.post(f"{ticket}/comment", {"text": "back"}).status_code == 200
        assert browser.get("/my-work/").status_code == 200
        # The worker works on as well: it gives what was just written its place.
        eventually(lambda: "septet_journal_unplaced_entries 0" in browser.get("/metrics").text)
        texts = [one["changes"].get(":comment") for one in alice.get(f"{ticket}/history").json()["items"]]
        assert [one[1] for one in texts if one] == ["back"]
        site.is_whole()


def test_a_web_server_killed_while_it_works_does_all_or_nothing(staged: Site, tmp_path: Path) -> None:
    with staged.copied(tmp_path / "data") as site, site.up():
        alice, stop, done = site.program("alice"), threading.Event(), []

        def open_records() -> None:
            while not stop.is_set():
                try:
                    answer = alice.post("incidents", {"title": "Killed", "description": "x" * 5000})
                except httpx.TransportError:
                    continue
                if answer.status_code == 201:
                    done.append(answer.json()["number"])

        with ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(open_records)
            for goal in (5, 15, 25):
                eventually(lambda goal=goal: len(done) >= goal)  # type: ignore[misc]  # mypy cannot infer a default
                for pid in _web_workers(site):
                    os.kill(pid, signal.SIGKILL)
            eventually(lambda: len(done) >= 35)
            stop.set()
        counted = alice.get("incidents", params={"title": "Killed", "count": "true", "limit": "1"}).json()["count"]
        # Whoever was cut off may have had their record opened without hearing of it, but only then.
        assert len(done) <= counted <= len(done) + 3 * 4
        assert len(set(done)) == len(done)
        site.is_whole()


def _web_workers(site: Site) -> list[int]:
    """The processes that answer requests: those that the web server started."""
    return [
        pid for pid in descendants(site.tree.pid) if Path(f"/proc/{pid}/comm").read_text().startswith("septet web")
    ][1:]


def test_processes_that_migrate_at_once(engine_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(postgres.database(engine_url)) if engine_url else ""
        site = Site(tmp_path, url)
        words = [sys.executable, "-m", "septet", "list", "people", "--count"]
        started = [
            subprocess.Popen(words, env=site.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        said = [one.communicate(timeout=120) for one in started]
        assert [one.returncode for one in started] == [0, 0, 0], said
        assert {out.strip() for out, _ in said} == {"0"}
        site.is_whole()
