"""From a list's query to the database's: which records, in which order."""

from functools import reduce
from math import isfinite
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet

from septet.kernel import search
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.listing.query import Condition, Query, sortable
from septet.kernel.models import ExtraValue, Record, Verb
from septet.kernel.policy import in_circles
from septet.kernel.prepared import Unindexed
from septet.kernel.registry import RecordType
from septet.kernel.scopes import conditions_in

# What the indexes of open records are ordered by.
ALONG_OPEN = ("opened_at", "due_at")


def rows(query: Query, actor: Actor) -> list[QuerySet[Any]]:
    """The records of a list as they are now, unordered and unpaged, of those that the actor may see: in one part, or
    in several that may overlap, each along an index of its own."""
    # The child table is joined only where one of its own columns is asked for.
    model = Record if all(_is_on_base(query.it, name) for name in _named(query)) else query.it.model
    found: QuerySet[Any] = model._default_manager.order_by()
    if not query.withdrawn:
        found = found.filter(withdrawn_at=None)
    if query.only_open is not None:
        found = found.filter(closed_at__isnull=query.only_open)
    if query.among is not None:
        found = query.among.narrow(found, actor)
    for one in query.conditions:
        if one.name.startswith("extra."):
            having = Q(pk__in=_having(one))
            found = found.filter(~having if one.comparison == "not" else having)
        else:
            found = found.filter(_condition_q(query.it, one))
    if query.q:
        found = found.filter(pk__in=search.matching(query.q, internal=sees_all_internal(actor, query.it)))
    return in_circles(actor, without_telling(query, actor, found), query.it)


def without_telling(query: Query, actor: Actor, found: QuerySet[Any]) -> QuerySet[Any]:
    """Only records whose internal fields the actor may read, if the list is filtered or ordered by such a field: which
    records are in it, and in which order, would tell what stands there. Raises Invalid for who may read none."""
    asked = [name for name in _named(query) if _is_internal(query.it, name)]
    scopes = None if actor.all_rights else actor.scopes(Verb.SEE, query.it.kind)
    if not asked or scopes is None:
        return found
    if not scopes:
        raise Invalid(fields=dict.fromkeys(asked, "Lists can be filtered and ordered by this by IT staff only."))
    within = [one for scope in scopes for one in conditions_in(scope, [query.it.kind])]
    return found.filter(reduce(or_, within))


def _is_internal(it: RecordType, name: str) -> bool:
    f = it.fields.get("extra" if name.startswith("extra.") else name)
    return f is not None and f.internal


def _named(query: Query) -> list[str]:
    return [query.order_field, *(one.name for one in query.conditions)]


def _is_on_base(it: RecordType, name: str) -> bool:
    return name not in it.fields or it.fields[name].on_base


def sees_all_internal(actor: Actor, it: RecordType) -> bool:
    """Whether internal fields of every record of the type are for this actor."""
    return actor.all_rights or actor.scopes(Verb.SEE, it.kind) is None


def _condition_q(it: RecordType, one: Condition) -> Q:
    """A condition as Django's Q."""
    path = it.fields[one.name].attribute
    if one.comparison and one.comparison != "not":
        return Q(**{f"{path}__{one.comparison}": one.values[-1]})
    given = [value for value in one.values if value is not None]
    found = Q(**{path: given[0]}) if len(given) == 1 else Q(**{f"{path}__in": given})
    if None in one.values:
        found = (found | Q(**{path: None})) if given else Q(**{path: None})
    return ~found if one.comparison == "not" else found


def _having(one: Condition) -> QuerySet[Any]:
    """The ids of records with a custom value; numbers compare as numbers where the text is one."""
    name = one.name.removeprefix("extra.")
    numbers = [number for text in one.values if (number := _number(text)) is not None]
    if one.comparison and one.comparison != "not":
        last = one.values[-1]
        number = _number(last)
        fitting = Q(**{f"text__{one.comparison}": last} if number is None else {f"numeric__{one.comparison}": number})
    else:
        fitting = Q(text__in=one.values)
        if numbers:
            fitting |= Q(numeric__in=numbers)
    return ExtraValue.objects.filter(fitting, name=name).values("record_id")


def _number(text: str) -> float | None:
    """The number that a custom value is kept as, if the text means one."""
    if text in {"true", "false"}:
        return float(text == "true")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None


def path_of_order(query: Query) -> str:
    """The column that the list is ordered by."""
    return sortable(query.it)[query.order_field]


def ordered(query: Query, found: QuerySet[Any]) -> QuerySet[Any]:
    """Records in the list's order; rows with an empty value come last."""
    path, sign = path_of_order(query), "-" if query.descending else ""
    if path == "pk":
        return found.order_by(f"{sign}pk")
    # Little work is open: it is read first and then sorted, instead of looked for in the order of all there ever was.
    sort = query.only_open and query.it.is_work and query.order_field not in ALONG_OPEN
    column = Unindexed(path) if sort else F(path)
    nulls_last = is_nullable(query) or None
    key = column.desc(nulls_last=nulls_last) if query.descending else column.asc(nulls_last=nulls_last)
    return found.order_by(key, f"{sign}pk")


def is_nullable(query: Query) -> bool:
    """Whether the column that the list is ordered by may be empty."""
    return query.order_field in query.it.fields and query.it.fields[query.order_field].nullable


def following(query: Query, found: QuerySet[Any]) -> QuerySet[Any]:
    """Without the records of the pages before."""
    if query.after is None:
        return found
    return found.filter(_beyond(path_of_order(query), query.after, query.descending, is_nullable(query)))


def _beyond(path: str, after: tuple[Any, int], down: bool, nullable: bool) -> Q:
    """What comes after a row in the order; rows with an empty value come last."""
    value, pk = after
    sign = "lt" if down else "gt"
    if path == "pk":
        return Q(**{f"pk__{sign}": pk})
    if value is None:
        return Q(**{path: None, f"pk__{sign}": pk})
    # The first half alone is a range of the index; the second only drops the rows already shown.
    beyond = Q(**{f"{path}__{sign}e": value}) & (Q(**{f"{path}__{sign}": value}) | Q(**{f"pk__{sign}": pk}))
    return beyond | Q(**{path: None}) if nullable else beyond
