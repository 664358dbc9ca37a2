"""Rows saved one at a time, as `Model.save` does: the SQL is written once per table and choice of columns, for every
action ends with it, and to write it costs Django several times as long as the database needs to carry it out."""

from collections.abc import Callable, Collection
from functools import lru_cache, partial
from typing import Any, NamedTuple

from django.db import connection, models

from septet.kernel import door


class Statement(NamedTuple):
    """SQL, and for each of its parameters the attribute of the row that it takes, made into what the driver takes."""

    sql: str
    takes: tuple[tuple[str, Callable[[Any], Any]], ...]

    def values(self, row: models.Model) -> list[Any]:
        """The parameters for a row."""
        return [prepare(getattr(row, name)) for name, prepare in self.takes]


def insert(row: models.Model) -> None:
    """Insert a row into each of its tables, a record's base first; one that has no id yet gets one. Needs the door."""
    model = type(row)
    door.check(model.__name__)
    for table in _tables(model):
        identified = row.pk is not None
        if identified:
            # A child has its parent's id under two names.
            setattr(row, str(table._meta.pk.attname), row.pk)
        one = _insertion(table, identified, connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(one.sql, one.values(row))
            if not identified:
                row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, names: Collection[str] | None = None) -> None:
    """Save those fields of a row that are named, by default all of them. Needs the door."""
    model = type(row)
    door.check(model.__name__)
    for one in _updates(model, None if names is None else frozenset(names), connection.vendor):
        with connection.cursor() as cursor:
            cursor.execute(one.sql, one.values(row))


def _tables(model: type[models.Model]) -> list[type[models.Model]]:
    return [*reversed(model._meta.get_parent_list()), model]


@lru_cache(maxsize=512)
def _insertion(model: type[models.Model], identified: bool, vendor: str) -> Statement:
    pk = model._meta.pk
    fields = [one for one in model._meta.local_concrete_fields if identified or one is not pk]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(one.column)) for one in fields)
    places = ", ".join(["%s"] * len(fields))
    back = "" if identified else f" RETURNING {quote(str(pk.column))}"
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places}){back}"  # noqa: S608  names come from the models
    return Statement(sql, tuple(map(_taken, fields)))


@lru_cache(maxsize=4096)
def _updates(model: type[models.Model], names: frozenset[str] | None, vendor: str) -> list[Statement]:
    found = []
    quote = connection.ops.quote_name
    for table in _tables(model):
        pk = table._meta.pk
        fields = [one for one in table._meta.local_concrete_fields if one is not pk]
        if names is not None:
            fields = [one for one in fields if one.name in names or one.attname in names]
        if fields:
            sets = ", ".join(f"{quote(str(one.column))} = %s" for one in fields)
            sql = f"UPDATE {quote(table._meta.db_table)} SET {sets} WHERE {quote(str(pk.column))} = %s"  # noqa: S608  names come from the models
            found.append(Statement(sql, tuple(map(_taken, [*fields, pk]))))
    return found


def _taken(one: "models.Field[Any, Any]") -> tuple[str, Callable[[Any], Any]]:
    return str(one.attname), partial(one.get_db_prep_save, connection=connection)
