"""From rows of the database to the items of a list."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, cast

import orjson
from django.db import connection, models

from septet.kernel.actors import Actor
from septet.kernel.fields import FieldInfo, moment_text
from septet.kernel.reading import link, titles_of
from septet.kernel.registry import RecordType

Convert = Callable[[Any], Any]
# What an item holds before the type's own fields, and where it stands in a row.
HEAD = ("pk", "version", "updated_at")


class Reader:
    """How one kind's items are read off rows: the paths to fetch, and what each value becomes.

    Rows come as the driver gives them; Django's own way by converters and instances takes several times as long.
    """

    def __init__(self, it: RecordType, names: Sequence[str]) -> None:
        self.it, self.names = it, tuple(names)
        self.paths = (*HEAD, *(it.fields[name].attribute for name in names))
        self._moment = _moment_reader()
        self._plain = {name: plain_reader(it, it.fields[name]) for name in names}
        self._steps = [
            (place, name, self._plain[name], it.fields[name].sort == "reference")
            for place, name in enumerate(names, start=len(HEAD))
        ]
        self._references = [
            (place, it.fields[name].kind) for place, name, _, is_reference in self._steps if is_reference
        ]

    def items(self, rows: Sequence[tuple[Any, ...]], actor: Actor) -> list[dict[str, Any]]:
        """The items that rows of `paths` hold, with the titles of what they refer to by one query more."""
        kinds = {row[place]: kind for place, kind in self._references for row in rows}
        kinds.pop(None, None)
        titles = titles_of(kinds, actor)
        links: dict[int | None, Any] = {pk: link(kind, pk, titles) for pk, kind in kinds.items()}
        links[None] = None
        return [self._item(row, links) for row in rows]

    def _item(self, row: tuple[Any, ...], links: dict[int | None, Any]) -> dict[str, Any]:
        pk, version, updated_at = row[: len(HEAD)]
        found = {
            "number": f"{self.it.prefix}-{pk}",
            "kind": self.it.kind,
            "version": version,
            "updated_at": self._moment(updated_at),
        }
        for place, name, convert, is_reference in self._steps:
            value = row[place]
            if is_reference:
                found[name] = links[value]
            else:
                found[name] = value if convert is None or value is None else convert(value)
        return found

    def order_value(self, field: str, value: Any) -> Any:
        """The plain value of the field that a list is ordered by, from a row."""
        if field == "updated_at":
            return self._moment(value)
        f = self.it.fields.get(field)
        convert = plain_reader(self.it, f) if f is not None else None
        return value if convert is None or value is None else convert(value)


def list_fields(it: RecordType) -> tuple[str, ...]:
    """The fields of a list's items: all but long texts, which a record's own body holds."""
    return tuple(name for name, f in it.fields.items() if f.sort != "long-text" and name not in it.hidden)


@lru_cache(maxsize=256)
def reader_of(it: RecordType, *, long: bool, internal: bool) -> Reader:
    """The reader of a type's items, with long texts or without, with internal fields or without."""
    names = tuple(n for n in it.fields if n not in it.hidden) if long else list_fields(it)
    return Reader(it, [name for name in names if internal or not it.fields[name].internal])


def plain_reader(it: RecordType, f: FieldInfo) -> Convert | None:
    """What makes the plain value of a field from what the driver gives; None where that is plain already."""
    match f.sort:
        case "moment":
            return _moment_reader()
        case "boolean":
            return bool
        case "json":
            return lambda value: orjson.loads(value) if isinstance(value, str) else value
        case "decimal":
            return _decimal_reader(cast("models.Field[Any, Any]", it.model._meta.get_field(f.name)), f)
        case "date":
            return f.plain
    return None


def _moment_reader() -> Convert:
    """SQLite keeps moments as text in UTC, which needs no reading to be written as ISO 8601."""
    if connection.vendor == "sqlite":
        return lambda text: f"{text[:10]}T{text[11:]}Z"
    return moment_text


def _decimal_reader(column: "models.Field[Any, Any]", f: FieldInfo) -> Convert:
    expression = column.get_col(column.model._meta.db_table)
    converters = [*connection.ops.get_db_converters(expression), *column.get_db_converters(connection)]

    def read(value: Any) -> Any:
        for one in converters:
            value = one(value, expression, connection)
        return f.plain(value)

    return read
