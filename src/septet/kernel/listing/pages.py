"""Pages of a list, its count, and all of it as a stream."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from django.db import connection, models
from django.db.models.expressions import RawSQL

from septet.kernel import search
from septet.kernel.actors import Actor
from septet.kernel.listing.items import reader_of
from septet.kernel.listing.query import Condition, Query, read_cursor, write_cursor
from septet.kernel.listing.selecting import following, is_nullable, ordered, path_of_order, rows, sees_all_internal
from septet.kernel.policy import is_lasting
from septet.kernel.prepared import Prepared, Slot, merged, prepare

STREAM_CHUNK = 2000
# So many lists, each of one actor, are remembered as SQL by a process: some megabytes.
REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is the cursor of the next one, if there is any."""

    items: list[dict[str, Any]]
    next: str | None = None


def page(query: Query, actor: Actor) -> Page:
    """One page of the list; at another time than now by spans and replay. The records are one query, what the records
    they refer to are called is a second one."""
    if query.travels:
        from septet.kernel import timetravel

        return timetravel.page(query, actor)
    return _page(query, actor, long=False)


def _page(query: Query, actor: Actor, *, long: bool) -> Page:
    template, values = _lifted(query)
    if query.q and not values["q"]:
        return Page([])
    reader = reader_of(query.it, long=long, internal=sees_all_internal(actor, query.it))
    found = _records(template, actor, reader.paths).rows(values)
    more, found = len(found) > query.limit, found[: query.limit]
    items = reader.items(found, actor)
    if not more:
        return Page(items)
    last = found[-1]
    return Page(items, write_cursor(query, reader.order_value(query.order_field, last[-1]), last[0]))


def count(query: Query, actor: Actor) -> int:
    """How many records the list holds."""
    if query.travels:
        from septet.kernel import timetravel

        return timetravel.count(query, actor)
    template, values = _lifted(replace(query, after=None))
    if query.q and not values["q"]:
        return 0
    write = _counted if _is_lasting(template, actor) else _counted.__wrapped__
    found = write(template, actor).rows(values)
    return int(found[0][0]) if found else 0


def stream(query: Query, actor: Actor) -> Iterator[dict[str, Any]]:
    """Every item of the list with its long texts, page by page, in flat memory: what an export writes."""
    query = replace(query, limit=STREAM_CHUNK, after=None)
    while True:
        one = page(query, actor) if query.travels else _page(query, actor, long=True)
        yield from one.items
        if one.next is None:
            return
        query = replace(query, after=read_cursor(query, one.next))


def _records(template: Query, actor: Actor, paths: tuple[str, ...]) -> Prepared:
    """The rows of a page. What the actor may see is part of the SQL, so it is remembered for this actor alone."""
    write = _written if _is_lasting(template, actor) else _written.__wrapped__
    return write(template, actor, paths)


def _is_lasting(template: Query, actor: Actor) -> bool:
    """Whether the SQL may be remembered. A set with a name asks anew each time whether the actor may see it."""
    return template.among is None and is_lasting(actor, template.it)


@lru_cache(maxsize=REMEMBERED)
def _written(template: Query, actor: Actor, paths: tuple[str, ...]) -> Prepared:
    """First which records, by narrow rows along the indexes, then all that is shown of these few."""
    keys = list(dict.fromkeys(("pk", path_of_order(template))))
    parts = [
        prepare(ordered(template, following(template, one)).values_list(*keys)[: template.limit + 1])
        for one in rows(template, actor)
    ]
    shown = merged(parts, _order_of_keys(template), template.limit + 1)
    if not shown.sql:
        return shown
    found = template.it.model._default_manager.filter(
        pk__in=RawSQL(f"SELECT pk FROM ({shown.sql}) AS shown", shown.params)
    )
    return prepare(ordered(template, found).values_list(*paths, path_of_order(template)))


def _order_of_keys(template: Query) -> str:
    """The list's order among rows of `_written`'s keys."""
    direction = "DESC" if template.descending else "ASC"
    if path_of_order(template) == "pk":
        return f"1 {direction}"
    return f"2 {direction}{' NULLS LAST' if is_nullable(template) else ''}, 1 {direction}"


@lru_cache(maxsize=REMEMBERED)
def _counted(template: Query, actor: Actor) -> Prepared:
    return merged([prepare(one.values_list("pk")) for one in rows(template, actor)]).counted()


def _lifted(query: Query) -> tuple[Query, dict[str, Any]]:
    """The query with slots for its values, and the values for them as the database holds them.

    Custom fields keep their values: whether these are numbers is part of their SQL.
    """
    meta = query.it.model._meta
    values: dict[str, Any] = {}

    def slot(field: str, value: Any) -> Slot:
        name = f"v{len(values)}"
        column = cast("models.Field[Any, Any]", meta.get_field(field))
        values[name] = column.get_db_prep_value(value, connection)
        return Slot(name)

    def lifted(one: Condition) -> Condition:
        if one.name.startswith("extra."):
            return one
        return replace(one, values=tuple(v if v is None else slot(one.name, v) for v in one.values))

    changes: dict[str, Any] = {"conditions": tuple(map(lifted, query.conditions))}
    if query.after is not None:
        value, pk = query.after
        field = "id" if query.order_field == "number" else query.order_field
        changes["after"] = (None if value is None else slot(field, value), slot("id", pk))
    if query.q:
        values["q"] = search.expression(query.q)
        changes["q"] = Slot("q")
    return replace(query, **changes), values
