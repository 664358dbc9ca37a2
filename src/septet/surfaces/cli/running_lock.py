"""Who runs on this data: servers hold a shared lock as long as they live, and what must be alone waits for none."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from septet.kernel.errors import Conflict

RUNNING = "Septet is running on this data. Stop it first."
_held: list[IO[str]] = []


def hold() -> None:
    """Say that this process, and those it starts, run on the data until they end."""
    file = _file()
    fcntl.flock(file, fcntl.LOCK_SH)
    _held.append(file)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else runs on the data, nor on its PostgreSQL. Raises Conflict."""
    with _file() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(RUNNING) from None
        if connection.vendor == "postgresql" and _others_connected():
            raise Conflict(RUNNING)
        yield


def _file() -> IO[str]:
    return Path(settings.DATA_DIR, "running.lock").open("w")


def _others_connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name = 'septet')"
        )
        return bool(cursor.fetchone()[0])
