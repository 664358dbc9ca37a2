"""What the planner of SQLite knows of the tables: how many rows share a value of each index.

Without it the planner takes ten rows for what may be a million, and reads a whole kind where a few ids would do.
PostgreSQL keeps such statistics by itself.
"""

from django.db import connection

# So many rows of each index are looked at: all of it takes a fifth of a second, however large the database is.
LOOKED_AT = 10_000


def refresh() -> None:
    """Look at the tables anew. Connections that are open learn of it when they are opened anew."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
        cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
        for (name,) in cursor.fetchall():
            # One by one, so that nobody waits to write for longer than some milliseconds.
            cursor.execute(f"ANALYZE {connection.ops.quote_name(name)}")
