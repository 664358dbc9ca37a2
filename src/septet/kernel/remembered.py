"""Queries about what an actor sees that no list asks, such as one's own work: their SQL is remembered for the actor."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVarTuple

from django.db import connection
from django.db.models import QuerySet

from septet.kernel.actors import Actor
from septet.kernel.policy import is_lasting
from septet.kernel.prepared import Prepared, prepare

Ts = TypeVarTuple("Ts")
# Of so many actors each process remembers each query.
REMEMBERED = 256


def remembered(write: Callable[[Actor, *Ts], QuerySet[Any, Any]]) -> Callable[[Actor, *Ts], Prepared]:
    """Have the SQL of a query written once for an actor and further arguments, as long as their rights are the same.

    The query must not depend on anything else that changes: moments go into slots.
    """

    @lru_cache(maxsize=REMEMBERED)
    def kept(_vendor: str, *asked: Any) -> Prepared:
        return prepare(write(*asked))

    def asked(actor: Actor, *more: *Ts) -> Prepared:
        return kept(connection.vendor, actor, *more) if is_lasting(actor) else prepare(write(actor, *more))

    return asked
