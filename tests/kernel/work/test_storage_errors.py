"""Trouble with storage, made for real, said in a plain sentence; nothing of the action that met it remains."""

from pathlib import Path

import psycopg
import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError

from septet.kernel.errors import Conflict, Stale, Unavailable
from septet.kernel.storage_errors import AWAY, BUSY, DAMAGED, FULL, READ_ONLY, as_septet_error, lost_database
from tests.kernel.work.conftest import Site

TRY = """
import sqlite3
from pathlib import Path
from django.db import Error, connection
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, Record
from septet.kernel.storage_errors import as_septet_error, lost_database

def attempt(sql, times=1):
    made = Record.objects.count()
    connection.cursor().execute(sql)
    try:
        for n in range(times):
            create("organisation", OPERATOR, via="cli", title="x", description="y" * 20000)
            made += 1
    except Error as error:
        print(as_septet_error(error).detail, lost_database(error))
    connection.close()
    assert Record.objects.count() == Entry.objects.count() == made
"""
SQLITE = """
path = connection.settings_dict["NAME"]
attempt("PRAGMA max_page_count = 400", 1000)
attempt("PRAGMA query_only = 1")
other = sqlite3.connect(path, isolation_level=None)
other.execute("BEGIN IMMEDIATE")
attempt("PRAGMA busy_timeout = 50")
other.execute("ROLLBACK")
attempt("PRAGMA busy_timeout = 50")
other.close()
connection.close()
for beside in ("-wal", "-shm"):
    Path(path + beside).unlink(missing_ok=True)
with open(path, "r+b") as file:
    file.write(b"no database at all" * 10)
try:
    Record.objects.count()
except Error as error:
    print(as_septet_error(error).detail)
"""
POSTGRESQL = """
import psycopg
url = connection.get_connection_params()
attempt("SET default_transaction_read_only = on")
holder = psycopg.connect(host=url["host"], port=url["port"], user=url["user"], dbname=url["dbname"])
holder.execute("LOCK TABLE record IN EXCLUSIVE MODE")
attempt("SET statement_timeout = 50")
holder.rollback()
try:
    connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
except Error as error:
    print(as_septet_error(error).detail, lost_database(error))
connection.close()
attempt("SELECT 1")
connection.settings_dict["PORT"] = "1"
connection.close()
try:
    Record.objects.count()
except Error as error:
    print(as_septet_error(error).detail, lost_database(error))
"""


def test_what_sqlite_says(sqlite_site: Site) -> None:
    said = sqlite_site.script(TRY + SQLITE).splitlines()
    assert said == [f"{FULL} False", f"{READ_ONLY} False", f"{BUSY} False", DAMAGED]


def test_what_postgresql_says(postgres_site: Site) -> None:
    said = postgres_site.script(TRY + POSTGRESQL).splitlines()
    assert said == [f"{READ_ONLY} False", f"{BUSY} False", f"{AWAY} True", f"{AWAY} True"]


def test_a_full_disk_under_a_file_is_said() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        Path("/dev/full").write_text("x")
    found = as_septet_error(caught.value)
    assert isinstance(found, Unavailable)
    assert found.detail == FULL


@pytest.mark.parametrize(
    ("cause", "sort", "start"),
    [
        (psycopg.errors.DiskFull(), Unavailable, "The disk is full"),
        (psycopg.errors.DeadlockDetected(), Conflict, "Somebody else changed"),
        (psycopg.errors.SerializationFailure(), Conflict, "Somebody else changed"),
        (psycopg.errors.TooManyConnections(), Unavailable, "The database is busy"),
        (psycopg.errors.CannotConnectNow(), Unavailable, "The database does not answer"),
        (psycopg.errors.IoError(), Unavailable, "The disk reports an error"),
    ],
)
def test_what_postgresql_may_say_besides(cause: psycopg.Error, sort: type[Exception], start: str) -> None:
    error = OperationalError()
    error.__cause__ = cause
    found = as_septet_error(error)
    assert isinstance(found, sort)
    assert str(found).startswith(start)


def test_what_is_no_trouble_with_storage_is_left_to_others() -> None:
    for error in (ValueError("x"), DataError("x"), ProgrammingError("x"), FileNotFoundError(2, "x")):
        assert as_septet_error(error) is None
        assert not lost_database(error)
    stale = Stale("It was changed.")
    assert as_septet_error(stale) is stale
    assert lost_database(InterfaceError("connection already closed"))
