"""Scopes: for which part of the work a right holds, and which records lie in it.

A scope names a service, a site or a technology, or several of these; a record lies in it if it names all of them. A
record names what it refers to, what it is itself, and, where its type has no field for it, what the records name that
it affects: an incident is one of databases because it affects a database. A scope reaches what lies below what it
names: "server" includes every type of server.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from septet.kernel.actors import Scope
from septet.kernel.models import Record, Relation
from septet.kernel.registry import registry
from septet.kernel.relations import in_force

# What a scope may name, by the column of a grant: the kind of the record that stands there.
DIMENSIONS = {"service": "service", "site": "site", "technology": "item-type"}
# How a kind names something: the kind in whose own table a column stands ("" for the base table), and the column.
Way = tuple[str, str]
THROUGH_RELATIONS: Way = ("", "")


def lies_in(record: Record, scope: Scope) -> bool:
    """Whether a record lies in a scope."""
    return all(bool(_named(record, dimension) & below(dimension, pk)) for dimension, pk in scope)


def conditions_in(scope: Scope, kinds: Iterable[str]) -> list[Q]:
    """Conditions on records of these kinds, of which one holds for each that lies in a scope."""
    alike: dict[tuple[Way, ...], list[str]] = {}
    for kind in kinds:
        alike.setdefault(tuple(_way(kind, dimension) for dimension, _ in scope), []).append(kind)
    found = []
    for ways, some in alike.items():
        condition = Q(kind__in=some)
        for way, (dimension, pk) in zip(ways, scope, strict=True):
            condition &= _naming(way, dimension, below(dimension, pk))
        found.append(condition)
    return found


def reach(scope: Scope) -> dict[str, frozenset[int]]:
    """What a scope reaches in each dimension that it names; in another one it reaches everything."""
    return {dimension: below(dimension, pk) for dimension, pk in scope}


def holds_on(scope: Scope, kind: str) -> bool:
    """Whether `conditions_in` will still be the same when records and relations have changed."""
    return all(_way(kind, dimension) != THROUGH_RELATIONS and not _has_levels(dimension) for dimension, _ in scope)


def covers(wide: Scope, narrow: Scope) -> bool:
    """Whether everything that lies in the narrow scope lies in the wide one too."""
    there = dict(narrow)
    return all(dimension in there and there[dimension] in below(dimension, pk) for dimension, pk in wide)


def below(dimension: str, pk: int) -> frozenset[int]:
    """The record that a scope names, and all that lie within it."""
    it = registry.types.get(DIMENSIONS[dimension])
    if it is None or not it.within:
        return frozenset({pk})
    parents = dict(it.model._default_manager.values_list("pk", f"{it.within}_id"))
    found, fresh = {pk}, {pk}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return frozenset(found)


def _has_levels(dimension: str) -> bool:
    it = registry.types.get(DIMENSIONS[dimension])
    return it is not None and bool(it.within)


def _way(kind: str, dimension: str) -> Way:
    if kind == DIMENSIONS[dimension]:
        return "", "pk"
    it = registry.types[kind]
    name = it.scope_fields.get(dimension, "")
    if not name:
        return THROUGH_RELATIONS
    return "" if it.fields[name].on_base else kind, it.fields[name].attribute


def _naming(way: Way, dimension: str, ids: frozenset[int]) -> Q:
    """The condition on records that name one of `ids`."""
    if way == THROUGH_RELATIONS:
        return Q(pk__in=_tied_to(dimension, ids))
    kind, column = way
    if not kind:
        return Q(**{f"{column}__in": ids})
    return Q(
        pk__in=registry.types[kind].model._default_manager.filter(**{f"{column}__in": ids}).order_by().values("pk")
    )


def _tied_to(dimension: str, ids: frozenset[int]) -> QuerySet[Relation, Any]:
    """The ids of records that affect one which names it by a field."""
    naming = [
        it.model._default_manager.filter(**{f"{it.scope_fields[dimension]}__in": ids}).order_by().values("pk")
        for it in registry.types.values()
        if dimension in it.scope_fields
    ]
    named = Q(target_id__in=ids)
    for some in naming:
        named |= Q(target_id__in=some)
    return _carriers().filter(named).order_by().values("record_id")


def _carriers() -> QuerySet[Relation]:
    """The relations through which a record belongs to the scope of another."""
    types = [key for key, one in registry.relations.items() if one.carries_scope]
    return in_force(Relation.objects.filter(type__in=types), timezone.now())


def _named(record: Record, dimension: str) -> set[int]:
    """What a record names in a dimension."""
    way = _way(record.kind, dimension)
    if way == THROUGH_RELATIONS:
        targets = Record.objects.filter(pk__in=_carriers().filter(record_id=record.pk).values("target_id"))
        return set().union(*(_of(target, dimension) for target in targets))
    return _of(record, dimension)


def _of(record: Record, dimension: str) -> set[int]:
    """What a record names by being it or by a field."""
    kind, column = _way(record.kind, dimension)
    if not column:
        return set()
    if not kind or isinstance(record, registry.types[kind].model):
        value: Any = getattr(record, column)
    else:
        value = registry.types[kind].model._default_manager.values_list(column, flat=True).get(pk=record.pk)
    return set() if value is None else {value}
