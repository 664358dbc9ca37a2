"""What several processes agree on: one at a time, and what time it is."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def exclusive(name: str) -> None:
    """Let nobody else hold `name` until the running transaction ends.

    On SQLite a transaction is alone in writing anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"septet {name}"])


def shared(name: str) -> None:
    """Let whoever wants `name` for itself wait until the running transaction ends; others may share it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [f"septet {name}"])


def shared_now() -> datetime:
    """The moment by the clock that all share: machines on one PostgreSQL may disagree, their leases must not."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
