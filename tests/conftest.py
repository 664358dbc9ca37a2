"""What tests of every module share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests import postgres
from tests.engines import on_sqlite_alone

if TYPE_CHECKING:  # before Django is set up its models cannot be imported
    from tests.cast import Cast
    from tests.snapshot import Snapshot

ROOT = Path(__file__).parent.parent

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# The fixtures by which a test meets the database that DATABASE_URL names.
DATABASE_OF_THE_RUN = {"db", "transactional_db", "engine_url"}

# What takes longest. A process that begins with one of these is not still busy with it when all others have ended.
LONG = (
    "tests/fuzz/",
    "tests/soak/",
    "tests/everything/test_guide.py::test_the_guide_is_true",
    "tests/journeys/test_looks.py",
    "tests/demo/test_demo.py",
    "tests/service/test_real_clocks.py",
    "tests/matrix/",
    "tests/bad_input/test_storage.py",
    "tests/kernel/work/test_clock_events.py",
    "tests/kernel/test_migrate.py",
    "tests/kernel/proofs/",
)

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# As root it starts only without its sandbox.
CHROMIUM_ARGUMENTS = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

# How long one example takes says more about the machine than about the code.
settings.register_profile("septet", deadline=None)
settings.load_profile("septet")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long ones. On PostgreSQL, run what meets the database of the run and is not for SQLite alone.

    A test that wants both engines, or a PostgreSQL that it may stop, starts its own in the run on SQLite.
    """
    items.sort(key=lambda one: not one.nodeid.startswith(LONG))
    if not ON_POSTGRES:
        return
    wanted: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for one in items:
        wanted[_meets_the_database(one) and not on_sqlite_alone(one)].append(one)
    items[:] = wanted[True]
    config.hook.pytest_deselected(items=wanted[False])


def _meets_the_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & DATABASE_OF_THE_RUN) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium instead of a downloaded one."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End the sessions that killed processes left on PostgreSQL, so that the tests' database can be dropped."""
    yield
    with django_db_blocker.unblock():
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid), query FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                for _, query in cursor.fetchall():
                    print(f"A session was still open; its last words: {query}")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real evaluation data, which is not part of the repository."""
    folder = Path(os.environ.get("SEPTET_TEST_DATA") or ROOT.parent / "shared/data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no evaluation data in {folder}; SEPTET_TEST_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a real PostgreSQL: the one that the tests run on, or one of its own when they run on SQLite."""
    if ON_POSTGRES:
        yield os.environ["DATABASE_URL"]
    else:
        with postgres.server() as started:
            yield started


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Address of an empty database on a real PostgreSQL, dropped after the test."""
    with postgres.database(postgres_server) as address:
        yield address


@pytest.fixture(scope="session")
def engaged(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> "Snapshot[Cast]":
    """The cast as rows, made once in each process of the tests."""
    from tests.cast import engage
    from tests.snapshot import Snapshot

    with django_db_blocker.unblock():
        return Snapshot.of(engage)


@pytest.fixture
def cast(db: None, engaged: "Snapshot[Cast]") -> "Cast":
    """Alice, Bob, Rita, Paul and Otto, in an empty database unless a fixture before filled it."""
    from septet.kernel.models import Record
    from tests.cast import engage

    # Where there are records already, ids are taken and rules apply, so that they are made anew.
    return engage() if Record.objects.exists() else engaged.restore()


@pytest.fixture(autouse=True)
def nothing_is_kept_from_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for a moment would outlive the database of the test that made it. Within a test it is kept as long
    as the test takes, so that a slow machine asks no more queries than a fast one."""
    from septet.kernel import kept

    monkeypatch.setattr(kept, "now", lambda: 0.0)
    kept.forget_all()


@pytest.fixture(scope="session")
def of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share; see `once`."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills, once in a run of the tests, whichever of its processes asks first. Copy it."""
    with folder.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def migrated(of_the_run: Path) -> Path:
    """A data directory with an empty SQLite database that is up to date."""

    def make(folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        words = [sys.executable, "-m", "septet", "list", "people"]
        done = subprocess.run(words, env=kept | {"SEPTET_DATA": str(folder)}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return once(of_the_run / "migrated", make)


@pytest.fixture
def data(migrated: Path, tmp_path: Path) -> Path:
    """A data directory of one test's own, with an empty SQLite database."""
    return Path(shutil.copytree(migrated, tmp_path / "data"))
