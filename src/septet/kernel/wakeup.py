"""How a worker that has nothing to do hears soon that there is something, at next to no cost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from septet.kernel.work import CHANNEL

GLANCE_SECONDS = 0.1

Wait = Callable[[float, threading.Event], object]


@contextmanager
def waiting(*, for_runs: bool) -> Iterator[Wait]:
    """A function `wait(seconds, stop)` that returns earlier when `stop` is set, or when there may be something new:
    on SQLite whatever was written, on PostgreSQL, if it is `for_runs`, a run that was enqueued."""
    if connection.vendor == "sqlite":
        yield _wait_for_change
    elif for_runs:
        with _listening() as wait:
            yield wait
    else:
        yield lambda seconds, stop: stop.wait(seconds)


@contextmanager
def _listening() -> Iterator[Wait]:
    """PostgreSQL tells those who listen. The connection is one of its own, for the other one is at work."""
    ears: Any = connection.copy()
    try:
        ears.ensure_connection()
        ears.connection.execute(f"LISTEN {CHANNEL}")

        def wait(seconds: float, stop: threading.Event) -> None:
            with ears.wrap_database_errors:
                next(ears.connection.notifies(timeout=seconds, stop_after=1), None)

        yield wait
    finally:
        ears.close()


def _wait_for_change(seconds: float, stop: threading.Event) -> None:
    """SQLite counts what other connections write; a look at the counter reads no table."""
    before, end = _data_version(), time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if stop.wait(min(GLANCE_SECONDS, left)) or _data_version() != before:
            return


def _data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
