"""Records by their ids: the SQL is written once, for every page and action begins with it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

from septet.kernel.prepared import Prepared, Slot, one_of, prepare

M = TypeVar("M", bound=models.Model)


def load(model: type[M], pk: int | str) -> M | None:
    """The row with this id as an instance, None if there is none."""
    names, prepared = _prepared(model, connection.vendor)
    found = prepared.read({"pk": pk})
    return model.from_db(connection.alias, names, found[0]) if found else None


def load_some(model: type[M], ids: Iterable[int]) -> list[M]:
    """Those of the rows with these ids that there are, in no order, by one query."""
    condition, value = one_of(ids)
    names, prepared = _prepared_some(model, condition, connection.vendor)
    return [model.from_db(connection.alias, names, row) for row in prepared.read({"ids": value})]


@lru_cache(maxsize=256)
def _prepared_some(model: type[models.Model], condition: str, vendor: str) -> tuple[list[str], Prepared]:
    names = [one.attname for one in model._meta.concrete_fields]
    all_of_them = prepare(model._default_manager.order_by().values_list(*names))
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"{all_of_them.sql} WHERE {table}.{connection.ops.quote_name('id')} {condition}"
    return names, replace(all_of_them, sql=sql, params=(Slot("ids"),))


@lru_cache(maxsize=256)
def _prepared(model: type[models.Model], vendor: str) -> tuple[list[str], Prepared]:
    names = [one.attname for one in model._meta.concrete_fields]
    return names, prepare(model._default_manager.filter(pk=Slot("pk")).order_by().values_list(*names))


class Head(NamedTuple):
    """What is said of a record where another one mentions it, and by which is judged who may see it."""

    pk: int
    kind: str
    title: str
    state: str
    confidentiality: str

    @property
    def number(self) -> str:
        """The number people use."""
        from septet.kernel.registry import number_of

        return number_of(self.kind, self.pk)


def heads(ids: Iterable[int], *, withdrawn: bool = True) -> list[Head]:
    """Those of some records that there are, in no order, by one query; without the `withdrawn` ones if so asked."""
    wanted = set(ids)
    if not wanted:
        return []
    condition, value = one_of(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, kind, title, state, confidentiality FROM record WHERE id {condition}"
            f"{'' if withdrawn else ' AND withdrawn_at IS NULL'}",
            [value],
        )
        found: list[Any] = cursor.fetchall()
    return [Head(*row) for row in found]


def kinds(ids: Iterable[int]) -> list[tuple[int, str]]:
    """(id, kind) of those of some records that there are, in no order, by one query."""
    condition, value = one_of(ids)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, kind FROM record WHERE id {condition}", [value])
        found: list[tuple[int, str]] = cursor.fetchall()
    return found
