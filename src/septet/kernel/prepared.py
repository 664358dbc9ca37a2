"""Queries that are asked again and again with other values: Django writes their SQL once, then only the values change.

Writing the SQL of a list takes Django several times as long as the database needs to answer it. So a query is built
once with `Slot`s where its values go, and kept; whoever asks puts the values in. On SQLite the same text is also the
same prepared statement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, Func, QuerySet


class Slot(Expression):
    """The place of a value in a query. Two slots of the same name are the same."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Unindexed(Func):
    """A column that SQLite is to look for along no index."""

    template, arity = "%(expressions)s", 1

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query's SQL, and its parameters: constants, and slots. Without SQL it finds nothing. `converters` are those of
    the columns, by their places, whose values the database holds in another form than Python."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def read(self, values: Mapping[str, Any]) -> list[list[Any]]:
        """The rows with their values as Python has them."""
        found = [list(row) for row in self.rows(values)]
        for place, convert in self.converters:
            for row in found:
                row[place] = convert(row[place])
        return found

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them, with these values, as the database holds them, in the slots."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [values[one.name] if isinstance(one, Slot) else one for one in self.params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def counted(self) -> "Prepared":
        """How many rows the query finds, as its only row's only value."""
        return Prepared(f"SELECT count(*) FROM ({self.sql}) AS counted", self.params) if self.sql else self


def prepare(query: QuerySet[Any, Any]) -> Prepared:
    """The SQL of a query whose values are slots."""
    compiler = query.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return Prepared("", ())
    columns = compiler.get_converters([one for one, _, _ in compiler.select])
    converters = tuple((place, _chained(some, one)) for place, (some, one) in columns.items())
    return Prepared(sql, tuple(params), converters)


def _chained(some: Sequence[Callable[..., Any]], expression: Any) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        for one in some:
            value = one(value, expression, connection)
        return value

    return convert


def as_stored(moment: datetime) -> Any:
    """A moment as it goes into a slot."""
    return connection.ops.adapt_datetimefield_value(moment)


def merged(parts: Sequence[Prepared], order: str = "", limit: int | None = None) -> Prepared:
    """The rows that any of the queries finds, each once, in an order such as "2 DESC, 1 DESC", at most so many."""
    some = [one for one in parts if one.sql]
    if len(some) < 2:
        return some[0] if some else Prepared("", ())
    sql = " UNION ".join(f"SELECT * FROM ({one.sql}) AS part{place}" for place, one in enumerate(some))
    if limit is not None:
        sql += f" ORDER BY {order} LIMIT {limit}"
    return Prepared(sql, tuple(param for one in some for param in one.params))


def one_of(ids: Iterable[int]) -> tuple[str, Any]:
    """A condition that a column is one of these ids, and its one parameter: the same text for any number of them."""
    wanted = list(ids)
    if connection.vendor == "sqlite":
        return "IN (SELECT value FROM json_each(%s))", orjson.dumps(wanted).decode()
    return "= ANY(%s)", wanted
