"""Insert many rows of one table, or many records with their child rows."""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.db import connection, models

from septet.kernel import door
from septet.kernel.bulk_rows.columns import Columns, Row, of_model, of_type
from septet.kernel.models import Record
from septet.kernel.registry import RecordType

# A statement may have 32,766 placeholders, and no table has a tenth of that many columns.
AT_ONCE = 100


def rows(model: type[models.Model], names: Sequence[str], found: Sequence[Row]) -> None:
    """Insert rows that hold a model's attributes in the order of `names`; the others get what the database gives."""
    door.check(model.__name__)
    _insert(of_model(model, tuple(names), connection.vendor), found)


def replace(model: type[models.Model], names: Sequence[str], key: Sequence[str], found: Sequence[Row]) -> None:
    """Insert rows of a derived table, or set them anew where one with the same `key`, a unique constraint, stands."""
    if not found:
        return
    columns = of_model(model, tuple(names), connection.vendor)
    quote = connection.ops.quote_name
    of_key = {str(one.column) for one in model._meta.local_concrete_fields if one.attname in key}
    values = zip(*columns.prepared(found), strict=True)
    named = ", ".join(map(quote, columns.names))
    anew = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in columns.names if name not in of_key)
    places = ", ".join(["%s"] * len(columns.names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(columns.table)} ({named}) VALUES ({places})"
            f" ON CONFLICT ({', '.join(map(quote, sorted(of_key)))}) DO UPDATE SET {anew}",
            list(values),
        )


def records(it: RecordType, found: Sequence[dict[str, Any]]) -> None:
    """Insert records of a type from plain values with `pk`, `kind`, `version`, `head` and `updated_at` beside them."""
    door.check(it.model.__name__)
    for model in (Record, it.model):
        columns, read = of_type(it, model, connection.vendor)
        _insert(columns, list(map(read, found)))


def _insert(columns: Columns, found: Sequence[Row]) -> None:
    if not found:
        return
    held = columns.prepared(found)
    # A column that is empty in all rows is left out: binding nothing costs more than binding a value.
    some = [place for place, values in enumerate(held) if any(value is not None for value in values)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(columns.names[place]) for place in some)
    values = list(zip(*(held[place] for place in some), strict=True))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(columns.table)} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            _into_sqlite(cursor, f"INSERT INTO {quote(columns.table)} ({names}) VALUES ", len(some), values)


def _into_sqlite(cursor: Any, beginning: str, width: int, values: list[tuple[Any, ...]]) -> None:
    """Several rows with each statement: SQLite opens a table and its indexes anew for every statement."""
    places = f"({', '.join('?' * width)})"
    full = beginning + ", ".join([places] * AT_ONCE)
    whole = len(values) // AT_ONCE * AT_ONCE
    with connection.wrap_database_errors:
        # Past Django's cursor, which would look for its own placeholders in the long statement each time.
        plain: sqlite3.Cursor = cursor.cursor
        for start in range(0, whole, AT_ONCE):
            sqlite3.Cursor.execute(plain, full, list(chain.from_iterable(values[start : start + AT_ONCE])))
        sqlite3.Cursor.executemany(plain, beginning + places, values[whole:])
