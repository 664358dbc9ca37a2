"""How values of each column go into the database, worked out once per model."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, models

from septet.kernel.fields import FieldInfo
from septet.kernel.models import Record
from septet.kernel.registry import RecordType

Prepare = Callable[[Any], Any]
Row = Sequence[Any]


@dataclass(frozen=True)
class Columns:
    """Columns of a table in the order in which rows hold them: most values pass as they are, `special` ones are
    prepared."""

    table: str
    names: tuple[str, ...]
    special: tuple[tuple[int, Prepare], ...]

    def prepared(self, rows: Iterable[Row]) -> list[Sequence[Any]]:
        """The values of rows as the driver takes them, column by column: what rows share is done without a loop."""
        held: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, prepare in self.special:
            held[place] = list(map(prepare, held[place]))
        return held


@lru_cache(maxsize=256)
def of_model(model: type[models.Model], names: tuple[str, ...], vendor: str) -> Columns:
    """The columns of attributes of model instances (`record_id`, not `record`)."""
    by_name = {one.attname: one for one in model._meta.local_concrete_fields}
    fields = [by_name[name] for name in names]
    prepares = [_of_instance(one, vendor) for one in fields]
    return Columns(model._meta.db_table, tuple(str(one.column) for one in fields), _special(prepares))


@lru_cache(maxsize=256)
def of_type(it: RecordType, model: type[Record], vendor: str) -> tuple[Columns, Callable[[dict[str, Any]], Row]]:
    """The columns of one of a record type's two tables, and how they are read from plain values by name."""
    by_column = {f.column: f for f in it.fields.values()}
    names, keys, prepares = [], [], []
    for one in model._meta.local_concrete_fields:
        column = str(one.column)
        f = by_column.get(column)
        names.append(column)
        keys.append(f.name if f else {"id": "pk", "record_ptr_id": "pk"}.get(column, column))
        prepares.append(_of_plain(f, vendor) if f else _of_instance(one, vendor))
    return Columns(model._meta.db_table, tuple(names), _special(prepares)), _reader(keys)


def _reader(keys: list[str]) -> Callable[[dict[str, Any]], Row]:
    if len(keys) > 1:
        return itemgetter(*keys)
    # Of one name itemgetter gives the bare value.
    only = itemgetter(*keys)
    return lambda values: (only(values),)


def _special(prepares: list[Prepare | None]) -> tuple[tuple[int, Prepare], ...]:
    return tuple((place, prepare) for place, prepare in enumerate(prepares) if prepare is not None)


def _of_instance(one: "models.Field[Any, Any]", vendor: str) -> Prepare | None:
    if isinstance(one, models.JSONField):
        return _json
    if isinstance(one, models.DateTimeField):
        return _moment_text if vendor == "sqlite" else None
    if isinstance(one, models.DecimalField):
        return lambda value: one.get_db_prep_save(value, connection)
    return None


def _of_plain(f: FieldInfo, vendor: str) -> Prepare | None:
    if f.sort == "json":
        return _json
    if f.sort == "moment":
        return _plain_moment if vendor == "sqlite" else None
    if f.nullable:
        return None
    blank = f.blank if f.default is None else f.default
    return lambda value: blank if value is None else value


def _json(value: Any) -> str:
    return orjson.dumps({} if value is None else value).decode()


def _plain_moment(text: str | None) -> str | None:
    """The journal's ISO text as Django keeps moments on SQLite: naive UTC with a space."""
    return None if text is None else f"{text[:10]} {text[11:-1]}"


# A record's birth stands in its entry, its span and its relations; all entries of a batch are recorded at one time.
@lru_cache(maxsize=8192)
def _moment_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    text = value.isoformat(sep=" ")
    return text if value.tzinfo is None else text[: -len("+00:00")]
