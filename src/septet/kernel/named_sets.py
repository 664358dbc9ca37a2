"""Sets of records that a list can be narrowed to by a name: `?among=goal:GOAL-12:missed:2026-10`.

    @named_set("goal")
    def behind_a_goal(name: str, it: RecordType) -> NamedSet: ...

The name before the first colon says who knows the set; what follows is that one's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.models import Entry
from septet.kernel.registry import RecordType
from septet.lib.text import suggestion


@dataclass(frozen=True)
class NamedSet:
    """A set of records: its name, what it is in words, and how a list of its type is narrowed to it for an actor.

    `narrow` may raise NotFound, where the actor may not see what the set is about. `withdrawn`: whether some of its
    records may have been withdrawn since.
    """

    name: str
    label: str
    narrow: Callable[[QuerySet[Any], Actor], QuerySet[Any]]
    withdrawn: bool = False


Find = Callable[[str, RecordType], NamedSet]
declared: dict[str, Find] = {}


def named_set(prefix: str) -> Callable[[Find], Find]:
    """Declare who knows the sets whose names begin with `prefix` and a colon. Raises Invalid or NotFound for others."""

    def declare(function: Find) -> Find:
        if prefix in declared:
            raise ImproperlyConfigured(f"Sets named {prefix!r} are declared twice.")
        declared[prefix] = function
        return function

    return declare


def find_set(name: str, it: RecordType) -> NamedSet:
    """The set of this name among records of a type. Raises Invalid or NotFound."""
    prefix, _, _ = name.partition(":")
    if prefix not in declared:
        raise Invalid(fields={"among": f"There are no sets of records named {prefix!r}.{suggestion(prefix, declared)}"})
    return declared[prefix](name, it)


@named_set("request")
def touched_by_a_request(name: str, it: RecordType) -> NamedSet:
    """`request:ID`: what one request opened or changed, such as an import."""
    try:
        request = str(UUID(name.partition(":")[2]))
    except ValueError:
        raise Invalid(fields={"among": "Write request:ID; a request id is a UUID."}) from None
    touched = Entry.objects.filter(request=request, kind=it.kind).order_by().values("record_id")
    return NamedSet(
        name=f"request:{request}",
        label=f"opened or changed by request {request[:8]}…",
        narrow=lambda rows, actor: rows.filter(pk__in=touched),
    )
