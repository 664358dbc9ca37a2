"""Ids taken before rows are written, so that a parent, its child and its journal entry go in without a look back."""

from collections.abc import Sequence

from django.db import connection, models


def allocate(model: type[models.Model], count: int = 1) -> Sequence[int]:
    """`count` ids for new rows of `model` in rising order, none of which anybody else will get.

    Must run inside a transaction: on SQLite it is the single writer that makes max + 1 safe. A base table's ids
    serve its multi-table children.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The sequence table remembers ids that were used once even if their rows are gone.
            cursor.execute(
                f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0),"
                " coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
                [table],
            )
            first = int(cursor.fetchone()[0]) + 1
            return range(first, first + count)
        # Others draw from the sequence at the same time, so the numbers may have gaps.
        cursor.execute(
            "SELECT nextval(s) FROM pg_get_serial_sequence(%s, 'id') s, generate_series(1, %s)", [table, count]
        )
        return [int(row[0]) for row in cursor.fetchall()]
