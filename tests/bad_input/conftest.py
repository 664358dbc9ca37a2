"""One installation that runs, for the tests that leave it standing; others make one of their own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.bad_input.site import Site
from tests.cli.conftest import cli
from tests.conftest import ON_POSTGRES, once

__all__ = ["cli"]


@pytest.fixture(scope="session")
def engine_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty database, or nothing when the tests run on SQLite."""
    if ON_POSTGRES:
        with postgres.database(postgres_server) as address:
            yield address
    else:
        yield ""


@pytest.fixture(scope="session")
def staged(engine_url: str, of_the_run: Path, migrated: Path) -> Site:
    """An installation with the cast, a ticket of Rita's and a restricted record; it is not up, but copied."""

    def make(folder: Path) -> None:
        data = Path(shutil.copytree(migrated, folder / "data"))
        (folder / "told.json").write_text(json.dumps(Site(data, engine_url).stage().told))

    # On PostgreSQL each process of the tests stages a database of its own.
    name = engine_url.rpartition("/")[2] or "sqlite"
    folder = once(of_the_run / f"staged-{name}", make)
    return Site(folder / "data", engine_url, told=json.loads((folder / "told.json").read_text()))


@pytest.fixture(scope="session")
def site(staged: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A copy of it that is up."""
    with staged.copied(tmp_path_factory.mktemp("site") / "data") as found, found.up():
        yield found
