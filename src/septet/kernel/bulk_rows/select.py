"""Read rows by plain SQL where Django's query building would cost more than the query."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models


def rows(
    model: type[models.Model], names: Sequence[str], records: Collection[int], where: str = "", *values: Any
) -> list[tuple[Any, ...]]:
    """The named attributes of the rows that belong to records (`record_id`), and fit `where`, a piece of SQL that is
    part of the program; in order of record and id."""
    if not records:
        return []
    table, columns, moments = _table(model, tuple(names), connection.vendor)
    places = ", ".join(["%s"] * len(records))
    condition = f" AND {where}" if where else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} WHERE record_id IN ({places}){condition} ORDER BY record_id, id",  # noqa: S608  names come from the models, values are parameters
            [*records, *values],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return [_aware(row, moments) for row in found] if moments else found


@lru_cache(maxsize=64)
def _table(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, str, frozenset[int]]:
    fields = {one.attname: one for one in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    naive = (place for place, name in enumerate(names) if isinstance(fields[name], models.DateTimeField))
    # SQLite keeps moments as text, in UTC without saying so.
    moments = frozenset(naive if vendor == "sqlite" else ())
    return quote(model._meta.db_table), ", ".join(quote(str(fields[name].column)) for name in names), moments


def _aware(row: tuple[Any, ...], moments: frozenset[int]) -> tuple[Any, ...]:
    return tuple(
        datetime.fromisoformat(value).replace(tzinfo=UTC) if place in moments and value is not None else value
        for place, value in enumerate(row)
    )
