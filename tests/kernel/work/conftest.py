"""Databases and processes for the tests of background work."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from septet.kernel import reactions
from tests import postgres

ROOT = Path(__file__).parents[3]


@dataclass
class Site:
    """An installation of its own: a data directory, a database, and the processes started in it."""

    data: Path
    url: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**kept, "SEPTET_DATA": str(self.data), **({"DATABASE_URL": self.url} if self.url else {})}

    def script(self, text: str) -> str:
        """Run Python inside Septet and return what it printed."""
        command = [sys.executable, "-m", "tests.kernel.work.process"]
        done = subprocess.run(
            command, input=text, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker; its log goes to `worker.log` in the data directory."""
        with (self.data / "worker.log").open("ab") as file:
            command = [sys.executable, "-m", "tests.kernel.work.process", "worker"]
            self.processes.append(subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=file, stderr=file))
        return self.processes[-1]

    @property
    def log(self) -> str:
        """What its workers said."""
        return (self.data / "worker.log").read_text()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        if not self.url:
            connection = sqlite3.connect(self.data / "septet.sqlite3", timeout=20)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self.url) as session:
            return session.execute(query.encode()).fetchall()

    def execute(self, statement: str) -> None:
        """Change something beside Septet."""
        if not self.url:
            connection = sqlite3.connect(self.data / "septet.sqlite3", timeout=20, isolation_level=None)
            connection.execute(statement)
            connection.close()
            return
        with psycopg.connect(self.url) as session:
            session.execute(statement.encode())

    def until(self, query: str, *expected: tuple[Any, ...], seconds: float = 180) -> None:
        """Wait until the query is answered so."""
        eventually(lambda: self.rows(query) == list(expected), seconds, lambda: f"{self.rows(query)}\n{self.log}")


def eventually(true: Callable[[], bool], seconds: float = 180, said: Callable[[], object] = lambda: "") -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with all tables."""
    with postgres.database(postgres_server) as url:
        Site(tmp_path_factory.mktemp("template"), url).script(MIGRATE)
        yield url


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """The site; at the end its processes are killed."""
    try:
        yield site
    finally:
        for process in site.processes:
            process.kill()
            process.wait()


@pytest.fixture
def postgres_site(postgres_server: str, postgres_template: str, tmp_path: Path) -> Iterator[Site]:
    """An installation on PostgreSQL."""
    with postgres.database(postgres_server, postgres_template) as url, running(Site(tmp_path, url)) as site:
        yield site


@pytest.fixture
def sqlite_site(data: Path) -> Iterator[Site]:
    """An installation on SQLite."""
    with running(Site(data, "")) as site:
        yield site


@pytest.fixture(params=["sqlite_site", "postgres_site"])
def site(request: pytest.FixtureRequest) -> Site:
    """An installation, once on each engine."""
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def only_mine() -> Iterator[None]:
    """No reactions but those that the test declares."""
    kept = dict(reactions.declared)
    reactions.declared.clear()
    yield
    reactions.declared.clear()
    reactions.declared.update(kept)
