"""How hard a batch is pressed onto the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def relaxed() -> Iterator[None]:
    """Commit without waiting for the disk: a power cut may cost the last batches, which the next run writes again.

    What is committed afterwards waits for the disk again, and with it all that came before.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA cache_size=-65536")
        # Pages that many batches touch go from the log into the file once, not after each batch.
        cursor.execute("PRAGMA wal_autocheckpoint=16000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_autocheckpoint=1000")
