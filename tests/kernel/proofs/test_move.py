"""A database moved to PostgreSQL and back: nothing is lost, and it still verifies."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from septet.kernel.errors import Invalid
from septet.kernel.move import move_database
from tests.conftest import once

# The search index starts anew on the other side, and is followed up there.
OF_THE_ENGINE = {"follower"}


class Place:
    """A database, and the data directory that goes with it."""

    def __init__(self, url: str, data: Path) -> None:
        self.url = url
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SEPTET_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "septet.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def do(self, *steps: str) -> list[Any]:
        """What steps of `moving.py` found, each written as NAME or NAME=PARAMETER, in a process of their own."""
        program = Path(__file__).with_name("moving.py")
        done = subprocess.run([sys.executable, str(program), *steps], env=self.environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        found: list[Any] = orjson.loads(done.stdout)
        return found


@pytest.fixture(scope="session")
def furnished(of_the_run: Path, migrated: Path) -> Path:
    """A data directory with a furnished database on SQLite."""

    def make(folder: Path) -> None:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        Place("", folder).do("furnish")

    return once(of_the_run / "furnished", make)


@pytest.fixture
def here(furnished: Path, tmp_path: Path) -> Place:
    """A furnished database on SQLite."""
    data = Path(shutil.copytree(furnished, tmp_path / "data"))
    return Place(f"sqlite:///{data / 'septet.sqlite3'}", data)


def test_there_and_back_nothing_is_lost(here: Place, postgres_url: str, tmp_path: Path) -> None:
    there = Place(postgres_url, tmp_path / "data")
    back = Place(f"sqlite:///{tmp_path / 'back.sqlite3'}", tmp_path / "data")
    before, moved, after = here.do("look", f"go={there.url}", "look")
    assert (before["problems"], before["anchors"]) == ([], 1)
    assert all(before["tables"][name][0] for name in ("record", "entry", "relation", "external_key", "account", "span"))
    total = sum(rows for rows, _ in before["tables"].values())
    assert (moved["rows"], moved["seen"]) == (total, [total, total])
    assert "DATABASE_URL" in moved["next"]
    assert after == before
    first, worked, then, _ = there.do("look", "work", "look", f"go={back.url}")
    assert without_engine(first) == without_engine(before)
    assert worked == {"found": True, "gapless": True}
    assert then["problems"] == []
    first, worked, last = back.do("look", "work", "look")
    assert without_engine(first) == without_engine(then)
    assert worked == {"found": True, "gapless": True}
    assert last["problems"] == []


def without_engine(looked: dict[str, Any]) -> dict[str, Any]:
    tables = {name: table for name, table in looked["tables"].items() if name not in OF_THE_ENGINE}
    return {**looked, "tables": tables}


def test_a_target_that_is_not_empty_or_does_not_answer_is_refused(here: Place, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as target:
        target.execute("CREATE TABLE somebody_s (id int)")
    nowhere = "postgresql://septet@127.0.0.1:1/nothing"
    said = [one["refused"] for one in here.do(f"go={postgres_url}", f"go={here.url}", f"go={nowhere}")]
    for one, words in zip(said, ("is not empty", "not empty", "does not answer"), strict=True):
        assert words in one


def test_a_value_that_the_other_engine_cannot_hold_is_named(here: Place, postgres_url: str) -> None:
    _, said = here.do("spoil", f"go={postgres_url}")
    assert "cannot hold a value in the table 'record'" in said["refused"]


@pytest.mark.parametrize(("url", "words"), [("mysql://localhost/septet", "must begin"), ("", "Give the address")])
def test_an_address_that_cannot_be_used(db: None, url: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        move_database(url)
