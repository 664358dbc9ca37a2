"""Who writes to SQLite waits in line, as long as they may, and not longer."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from pytest_django import DjangoDbBlocker

from septet.kernel.move import ALIAS, opened
from septet.kernel.storage_errors import BUSY, as_septet_error


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A database of its own in a file, as installations have it, with a number in it."""
    path = tmp_path / "turns.sqlite3"
    with django_db_blocker.unblock(), opened(f"sqlite:///{path}") as connection:
        connection.connection.execute("CREATE TABLE counted (number INTEGER NOT NULL)")
        connection.connection.execute("INSERT INTO counted VALUES (0)")
        yield path


def ask(sql: str, *values: Any) -> Any:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_many_write_at_once_and_nobody_is_refused_or_overwritten(file: Path) -> None:
    together, failed = Barrier(8), []

    def count() -> None:
        try:
            together.wait()
            for _ in range(10):
                with transaction.atomic(using=ALIAS):
                    (number,) = ask("SELECT number FROM counted")
                    time.sleep(0.001)
                    ask("UPDATE counted SET number = %s", number + 1)
        except Exception as error:  # noqa: BLE001  told by the test
            failed.append(error)
        finally:
            connections[ALIAS].close()

    threads = [Thread(target=count) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert ask("SELECT number FROM counted") == (80,)


def test_who_waits_too_long_is_told_that_the_database_is_busy(file: Path) -> None:
    ask("PRAGMA busy_timeout = 150")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    try:
        with pytest.raises(OperationalError) as caught, transaction.atomic(using=ALIAS):
            pytest.fail("the other one is writing")
    finally:
        other.close()
    assert 0.15 <= time.monotonic() - began < 10
    told = as_septet_error(caught.value)
    assert told is not None
    assert told.detail == BUSY
    assert ask("PRAGMA busy_timeout") == (150,)
    with transaction.atomic(using=ALIAS):
        ask("UPDATE counted SET number = 1")
    assert ask("SELECT number FROM counted") == (1,)
