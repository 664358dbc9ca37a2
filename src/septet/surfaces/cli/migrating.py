"""The database is brought up to date by any command that needs it, by one process at a time."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection

from septet.kernel import statistics

LOCK = 0x5E97E7  # any number; the same for every process that would migrate


def migrate_if_needed(*, telling: bool = False) -> bool:
    """Apply the migrations that the database does not have yet, saying so if `telling`; whether there were any.

    The usual case costs one query: the names of the migration files against those that were applied.
    """
    if not missing():
        return False
    with _alone():
        if not missing():
            return False
        if telling:
            print("Bringing the database up to date …", file=sys.stderr)
        call_command("migrate", verbosity=0, interactive=False)
        statistics.refresh()
    return True


def missing() -> set[tuple[str, str]]:
    """Migrations that lie in the installed apps and were not applied, as (app, name)."""
    return on_disk() - applied()


def on_disk() -> set[tuple[str, str]]:
    """The migrations that this version brings, as (app, name)."""
    return {
        (config.label, file.stem)
        for config in apps.get_app_configs()
        for file in Path(config.path, "migrations").glob("[0-9]*.py")
    }


def applied() -> set[tuple[str, str]]:
    """The migrations that the database has, as (app, name)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall())
    except (OperationalError, ProgrammingError):
        # An empty database has no such table; one that does not answer says so again, and to the caller.
        if "django_migrations" in connection.introspection.table_names():
            raise
        return set()


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process migrates: on this machine by a file, on PostgreSQL for all machines by its lock."""
    with Path(settings.DATA_DIR, "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
