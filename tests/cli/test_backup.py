"""A backup holds everything and proves itself; a restore loses nothing, not even what was there before."""

import shutil
import sqlite3
import tarfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import septet
from tests.conftest import once


@dataclass(frozen=True)
class Filled:
    """A data directory in which an incident has a file; and the archive of a backup, if one was made."""

    data: Path
    number: str
    archive: Path


def _fill(data: Path, **environ: str) -> str:
    (data / "log.txt").write_bytes(b"bytes of a file")
    number = str(septet(data, "create", "incidents", "title=Saved", "--json", **environ).json["number"])
    done = septet(data, "do", number, "attach", f"file={data}/log.txt", **environ)
    assert done.code == 0, done.err
    return number


@pytest.fixture(scope="session")
def saved(of_the_run: Path, migrated: Path) -> Path:
    """A filled data directory on SQLite, the archive of it, and the number of its incident."""

    def make(folder: Path) -> None:
        data = Path(shutil.copytree(migrated, folder / "data"))
        (folder / "number").write_text(_fill(data))
        done = septet(data, "backup", str(folder / "septet.tar.gz"))
        assert done.code == 0, done.err

    return once(of_the_run / "saved", make)


@pytest.fixture
def filled(saved: Path, tmp_path: Path) -> Filled:
    """A copy of that directory for one test."""
    copied = Path(shutil.copytree(saved, tmp_path / "saved"))
    return Filled(copied / "data", (copied / "number").read_text(), copied / "septet.tar.gz")


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Filled, dict[str, str]]:
    """A filled data directory on each engine with its backup, and the environment that goes with it."""
    if request.param == "sqlite":
        return request.getfixturevalue("filled"), {}
    environ = {"DATABASE_URL": str(request.getfixturevalue("postgres_url"))}
    data, archive = tmp_path / "data", tmp_path / "septet.tar.gz"
    data.mkdir()
    number = _fill(data, **environ)
    done = septet(data, "backup", str(archive), **environ)
    assert done.code == 0, done.err
    return Filled(data, number, archive), environ


def _titles(data: Path, url: str = "") -> set[str]:
    """The titles of the incidents in a database."""
    query = "SELECT title FROM record WHERE kind = 'incident'"
    if url.startswith("postgres"):
        with psycopg.connect(url) as session:
            return {str(title) for (title,) in session.execute(query)}
    connection = sqlite3.connect(url.removeprefix("sqlite:///") or data / "septet.sqlite3")
    try:
        return {str(title) for (title,) in connection.execute(query)}
    finally:
        connection.close()


def test_what_was_saved_comes_back(on_both: tuple[Filled, dict[str, str]]) -> None:
    filled, environ = on_both
    data, url = filled.data, environ.get("DATABASE_URL", "")
    assert filled.archive.stat().st_mode & 0o777 == 0o600
    assert septet(data, "create", "incidents", "title=Later", **environ).code == 0
    refused = septet(data, "restore", str(filled.archive), **environ)
    assert (refused.code, "--replace" in refused.err) == (1, True)
    assert _titles(data, url) == {"Saved", "Later"}

    restored = septet(data, "restore", str(filled.archive), "--replace", "--json", **environ)
    assert restored.code == 0, restored.err
    assert _titles(data, url) == {"Saved"}
    assert septet(data, "show", filled.number, **environ).code == 0
    assert (Path(restored.json["replaced"]) / "content").is_dir()
    stored = [path.read_bytes() for path in (data / "content").rglob("*") if path.is_file()]
    assert stored == [b"bytes of a file"]


def test_into_an_empty_directory(filled: Filled, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert septet(other, "restore", str(filled.archive)).code == 0
    assert _titles(other) == {"Saved"}
    assert (other / "secret_key").read_text() == (filled.data / "secret_key").read_text()


def test_a_damaged_archive_changes_nothing(filled: Filled, tmp_path: Path) -> None:
    whole = filled.archive.read_bytes()
    # Zeros would change nothing where the archive has zeros itself.
    turned = bytes(255 - one for one in whole[2000:2004])
    for broken in (whole[: len(whole) // 2], b"no archive", whole[:2000] + turned + whole[2004:]):
        filled.archive.write_bytes(broken)
        said = septet(filled.data, "restore", str(filled.archive), "--replace")
        assert (said.code, len(said.err.splitlines())) == (1, 1), said.err
    assert septet(filled.data, "restore", str(tmp_path / "none"), "--replace").code == 1
    assert _titles(filled.data) == {"Saved"}


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tar.gz"
    (tmp_path / "x").write_text("x")
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "x", "../escaped")
    assert septet(tmp_path / "data", "restore", str(archive)).code == 1
    assert not (tmp_path / "escaped").exists()


def test_a_backup_of_another_engine_is_refused(filled: Filled, tmp_path: Path, postgres_url: str) -> None:
    said = septet(tmp_path / "other", "restore", str(filled.archive), DATABASE_URL=postgres_url)
    assert (said.code, "move-database" in said.err) == (1, True)


def test_the_database_moves_and_the_old_one_stays(filled: Filled, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/moved.sqlite3"
    moved = septet(filled.data, "move-database", url, "--json")
    assert moved.code == 0, moved.err
    assert moved.json["verified"]["problems"] == []
    assert _titles(filled.data, url) == _titles(filled.data) == {"Saved"}
    again = septet(filled.data, "move-database", url)
    assert (again.code, again.out) == (1, "")
