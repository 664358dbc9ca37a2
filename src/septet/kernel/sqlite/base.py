"""The database engine of a default installation: SQLite as Django knows it, but whoever wants to write waits in line.

SQLite lets one write at a time, and has the others ask again after ever longer pauses, up to a tenth of a second: who
came late overtakes who has waited long, and between two of them nobody writes. Here the threads of a process take
turns, one transaction each, and so only one of them asks SQLite, every millisecond while another process writes.
"""

import os
import sqlite3
import threading
import time
from collections import defaultdict

from django.db.backends.sqlite3 import base

PAUSE = 0.001

# Of each database whose transaction it is in this process.
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin in turn."""

    _turn: "threading.Lock | None" = None

    def _start_transaction_under_autocommit(self) -> None:
        (patience,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        until = time.monotonic() + patience / 1000
        turn = _turns[str(self.settings_dict["NAME"])]
        if turn.acquire(timeout=patience / 1000):
            self._turn = turn
        try:
            self.connection.execute("PRAGMA busy_timeout = 0")
            self._begin(until)
        except BaseException:
            self._pass_on()
            raise
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {patience}")

    def _begin(self, until: float) -> None:
        # Past Django's cursor: what is tried again and again should cost little.
        begin = f"BEGIN {self.settings_dict['OPTIONS'].get('transaction_mode', '')}"
        with self.wrap_database_errors:
            while True:
                try:
                    self.connection.execute(begin)
                except sqlite3.OperationalError as error:
                    if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= until:
                        raise
                    time.sleep(PAUSE)
                else:
                    return

    def _pass_on(self) -> None:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            turn.release()

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # unknown to django-stubs
        finally:
            self._pass_on()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # unknown to django-stubs
        finally:
            self._pass_on()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # unknown to django-stubs
        finally:
            self._pass_on()


# In a forked process nobody waits: a thread that had its turn stayed behind.
os.register_at_fork(after_in_child=_turns.clear)
