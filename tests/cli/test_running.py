"""`septet up` as a tree of real processes, and what commands do on data of their own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import environment, septet


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, port: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A tree that is up; killed with all it started if a test leaves it."""
    command = [sys.executable, "-m", "septet", "up", "--json", "--port", str(port), *words]
    with subprocess.Popen(
        command, env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tree:
        try:
            yield tree
        finally:
            children = _descendants(tree.pid)
            tree.kill()
            for pid in children:
                _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if _is_alive(pid) else []:
        found += [int(child), *_descendants(int(child))]
    return found


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _wait(condition: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _greeting(tree: subprocess.Popen[str]) -> dict[str, Any]:
    assert tree.stdout is not None
    line = tree.stdout.readline()
    assert line, tree.stderr.read() if tree.stderr else ""
    found: dict[str, Any] = json.loads(line)
    return found


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_up_serves_restarts_what_dies_and_stops_all(data: Path) -> None:
    port = _free_port()
    with running(data, port) as tree:
        said = _greeting(tree)
        assert said["url"] == f"http://127.0.0.1:{port}"
        [link] = said["links"]
        assert link["mail"] == "admin@localhost"
        assert _answers(port)
        before = _descendants(tree.pid)
        assert len(before) == 4, "web with two processes, and a worker"
        for pid in before:
            _kill(pid)
        assert _wait(lambda: len(_descendants(tree.pid)) == 4 and _answers(port))
        children = _descendants(tree.pid)
        began = time.monotonic()
        tree.terminate()
        assert tree.wait(timeout=12) == 0
        assert time.monotonic() - began < 10
        assert _wait(lambda: not any(map(_is_alive, children)), 3)


def test_no_orphans_when_the_parent_is_killed(data: Path) -> None:
    port = _free_port()
    with running(data, port) as tree:
        _greeting(tree)
        children = _descendants(tree.pid)
        tree.kill()
        assert _wait(lambda: not any(map(_is_alive, children)), 10)


def test_a_port_in_use_is_one_clear_line(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("up", "web"):
            said = septet(data, command, "--port", str(port))
            assert said.code == 1
            assert said.err.startswith(f"Port {port} of 127.0.0.1 is in use already")
            assert len(said.err.splitlines()) == 1


def test_the_first_link_lasts_until_somebody_signed_in(data: Path) -> None:
    port = _free_port()
    links = []
    for _ in range(2):
        with running(data, port) as tree:
            links.append(_greeting(tree)["links"])
    assert links[0] != links[1]
    assert [len(one) for one in links] == [1, 1]


@pytest.mark.parametrize("word", ["DATABASE_URL", "SEPTET_DATA"])
def test_data_that_cannot_be_used_is_one_clear_line(tmp_path: Path, word: str) -> None:
    (tmp_path / "file").touch()
    value = {"DATABASE_URL": "postgresql://septet:hidden@127.0.0.1:1/septet", "SEPTET_DATA": str(tmp_path / "file/x")}
    said = septet(tmp_path, "list", "people", **{word: value[word]})
    assert said.code in (1, 2)
    assert len(said.err.splitlines()) == 1
    assert "hidden" not in said.err
    assert "Traceback" not in said.err


def test_a_damaged_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "septet.sqlite3").write_bytes(b"this is no database at all" * 100)
    said = septet(tmp_path, "list", "people")
    assert (said.code, len(said.err.splitlines())) == (1, 1)


def test_whoever_reads_may_stop_reading(data: Path) -> None:
    command = f"{sys.executable} -m septet types INC | head -n 1"
    done = subprocess.run(command, shell=True, env=environment(data), capture_output=True, text=True)
    assert done.stdout.startswith("Incident")
    assert not re.search("Traceback|BrokenPipe", done.stderr)
