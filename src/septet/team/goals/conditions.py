"""What may be said about a condition (a Django Q) without a database: which fields it names, what it means at a
moment, and whether it holds for a record's values as the journal tells them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Q

Value = Any
_TESTS: dict[str, Callable[[Value, Value], bool]] = {
    "exact": lambda held, given: bool(held == given),
    "in": lambda held, given: held in given,
    "isnull": lambda held, given: (held is None) == given,
    "gt": lambda held, given: held is not None and held > given,
    "gte": lambda held, given: held is not None and held >= given,
    "lt": lambda held, given: held is not None and held < given,
    "lte": lambda held, given: held is not None and held <= given,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment for which something is asked, put into a condition: `Q(review_at__gt=THEN - timedelta(days=7))`."""

    shift: timedelta = timedelta()

    def __add__(self, by: timedelta) -> "Moment":
        return Moment(self.shift + by)

    def __sub__(self, by: timedelta) -> "Moment":
        return Moment(self.shift - by)


THEN = Moment()


def parts_of(q: Q) -> list[Any]:
    """What a condition is put together of: conditions, single tests as (field with lookup, value), expressions."""
    return list(q.children)


def leaves(q: Q) -> Iterator[tuple[str, Value]]:
    """Each single test of a condition: the field with its lookup, and what it is compared with."""
    for child in parts_of(q):
        if isinstance(child, Q):
            yield from leaves(child)
        elif isinstance(child, tuple):
            yield child


def fields_in(q: Q) -> set[str]:
    """The fields that a condition looks at, those of its comparisons included."""
    found = set()
    for path, value in leaves(q):
        found.add(path.partition("__")[0])
        if isinstance(value, F):
            found.add(str(value.name).partition("__")[0])  # type: ignore[attr-defined]  # the stubs leave it out
    return found


def moves(q: Q) -> bool:
    """Whether what the condition says of a record changes by time alone."""
    return any(isinstance(value, Moment) for _, value in leaves(q))


def at_moment(q: Q, at: datetime) -> Q:
    """The condition with the moment put in."""
    found = Q(_connector=q.connector, _negated=q.negated)
    for child in parts_of(q):
        if isinstance(child, Q):
            found.children.append(at_moment(child, at))
        elif isinstance(child, tuple) and isinstance(child[1], Moment):
            found.children.append((child[0], at + child[1].shift))
        else:
            found.children.append(child)
    return found


def check_told(q: Q, where: str) -> None:
    """Refuse a condition that `test_of` could not answer. Raises ImproperlyConfigured."""
    for child in parts_of(q):
        if isinstance(child, Q):
            check_told(child, where)
            continue
        known = isinstance(child, tuple) and (child[0].partition("__")[2] or "exact") in _TESTS
        if not known or isinstance(child[1], F):
            raise ImproperlyConfigured(f"{where}: {child!r} cannot be told of the past; compare a field with a value.")


def test_of(q: Q) -> Callable[[Mapping[str, Value]], bool]:
    """What says whether a condition, with its moment put in, holds for values of the names in it."""
    tests = [test_of(child) if isinstance(child, Q) else _test(child[0], child[1]) for child in parts_of(q)]
    if len(tests) == 1:
        [only] = tests
        return (lambda values: not only(values)) if q.negated else only
    whole = any if q.connector == Q.OR and tests else all
    return lambda values: whole(test(values) for test in tests) != q.negated


def _test(path: str, given: Value) -> Callable[[Mapping[str, Value]], bool]:
    name, _, lookup = path.partition("__")
    if given is None:
        return lambda values: values[name] is None
    compare = _TESTS[lookup or "exact"]
    return lambda values: compare(values[name], given)
