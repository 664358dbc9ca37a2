"""What a record reaches: nearest first, named as far as the actor may see it, the rest counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound
from septet.kernel.impact.held import Held, as_known, carriers, current
from septet.kernel.loading import Head, heads
from septet.kernel.models import Record
from septet.kernel.policy import may, seen_among
from septet.kernel.reading import relations
from septet.kernel.references import MISSING, find_id
from septet.kernel.registry import registry
from septet.lib.moments import microseconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.integer[Any]]

LIMIT = 1000
# The relation by which a piece of work says what it is done to.
AFFECTS = "affects"
_MOST_KINDS = 256
Effect = Literal["failing", "degraded", ""]


@dataclass(frozen=True, slots=True)
class Affected:
    """A record that another one reaches.

    `distance` counts relations; `parent` is the id of the record one step nearer, None if the actor may not see it;
    `relation` is the key of the relation type between the two. `effect` is "failing" when too few of the suppliers it
    needs are left, "degraded" when it loses one directly or further up but still works, and empty when asked upwards.
    """

    record: Head
    distance: int
    parent: int | None
    relation: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many records of a kind are so far away and not named."""

    distance: int
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What is affected, nearest first. `total` counts all of it, `failing` those of them that fail, and `hidden` those
    among the nearest ones that the actor may not see, which are therefore not in `nodes`. `left_out` are the ones
    beyond the limit, seen or not, by distance and kind."""

    nodes: list[Affected]
    total: int
    failing: int
    hidden: int
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is reached from a record at a moment, nearest first: ids, distances, and the ids one step nearer.

    What the record affects, as a change does its items, is taken to fail with it and stands at the distance 1; these
    are `touched`. `struck` are all that fail to begin with, the record among them.
    """

    held: Held
    at: int
    struck: list[int]
    touched: list[int]
    nodes: "Integers"
    distances: "Integers"
    parents: "Integers"


def impact(
    record: Record,
    *,
    actor: Actor,
    up: bool = False,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    removed: Sequence[Record] = (),
    limit: int = LIMIT,
    skip: int = 0,
) -> Impact:
    """What is affected when `record` fails, together with the `removed` ones; with `up`, what it depends on.

    Of a record that affects others, such as a change, it is what is affected when these fail. `as_of` asks for the
    relations of a moment (default: now), `known_at` for what the journal knew of them then. At most `limit` records
    are named, the nearest ones but for the first `skip`. Raises NotFound for a record that the actor may not see.
    """
    for one in (record, *removed):
        if not may(actor, "see", one):
            raise NotFound(MISSING.format(written=one.number))
    found = walk(record, actor, up=up, as_of=as_of, known_at=known_at, removed=[one.pk for one in removed])
    part = slice(skip, skip + limit)
    nearest = found.nodes[part].tolist()
    failing, those_near = (0, set()) if up else _failing(found, nearest)
    there = heads(nearest)
    may_see = seen_among(actor, there)
    seen = {one.pk: one for one in there if one.pk in may_see}
    near = zip(nearest, found.distances[part].tolist(), found.parents[part].tolist(), strict=True)
    nodes = [
        Affected(
            record=seen[pk],
            distance=distance,
            parent=parent if parent in seen or parent in found.struck else None,
            relation=_relation(found, pk, parent, up=up),
            effect="" if up else "failing" if pk in those_near else "degraded",
        )
        for pk, distance, parent in near
        if pk in seen
    ]
    return Impact(
        nodes=nodes,
        total=len(found.nodes),
        failing=failing,
        hidden=len(nearest) - len(nodes),
        left_out=left_out(found, skip + limit),
    )


def is_mapped(edges: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a record with these relations, as `reading.relations` tells them, reaches anything either way."""
    return any((one["type"] == AFFECTS and one["direction"] == "forth") or one["type"] in carriers() for one in edges)


def walk(
    record: Record,
    actor: Actor,
    *,
    up: bool = False,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    removed: Iterable[int] = (),
) -> Walk:
    """What the record, which the actor is known to see, and the removed ones reach; see `impact`."""
    import numpy as np

    held = current() if known_at is None else as_known(current(), known_at)
    at = microseconds(as_of or timezone.now())
    touched = _touched(record, actor, as_of, known_at)
    struck = list(dict.fromkeys([record.pk, *touched, *removed]))
    reach = held.graph.reach(struck, down=not up, at=at)
    if not touched:
        return Walk(held, at, struck, [], reach.nodes, reach.distances, reach.parents)
    return Walk(
        held,
        at,
        struck,
        touched,
        nodes=np.concatenate([touched, reach.nodes]),
        distances=np.concatenate([np.ones(len(touched), np.int64), reach.distances + 1]),
        parents=np.concatenate([np.full(len(touched), record.pk), reach.parents]),
    )


def _failing(found: Walk, nearest: list[int]) -> tuple[int, set[int]]:
    """How many fail in a walk downwards, without what was struck to begin with but for the `touched`; and which of the
    nearest ones."""
    import numpy as np

    # In ascending order, so that each is looked for by halving.
    failed = found.held.graph.failed(found.struck, at=found.at)
    some = np.array([*nearest, *found.struck], np.int64)
    places = np.searchsorted(failed, some).clip(max=len(failed) - 1)
    fail = set(some[failed[places] == some].tolist()) if len(failed) else set()
    total = len(failed) - len(fail.intersection(found.struck)) + len(found.touched)
    return total, fail.difference(found.struck).union(found.touched)


def left_out(found: Walk, limit: int) -> list[LeftOut]:
    """What a walk found beyond the nearest `limit` records, nearest first."""
    import numpy as np

    far = found.nodes[limit:]
    if not len(far):
        return []
    kinds = found.held.kinds
    # One number for both, since counting pairs takes much longer.
    counts = np.bincount(found.distances[limit:] * _MOST_KINDS + kinds.of(far))
    both = np.flatnonzero(counts)
    return [
        LeftOut(one // _MOST_KINDS, kinds.named(one % _MOST_KINDS), count)
        for one, count in zip(both.tolist(), counts[both].tolist(), strict=True)
    ]


def _touched(record: Record, actor: Actor, as_of: datetime | None, known_at: datetime | None) -> list[int]:
    """The ids of what a piece of work affects by its relations; what merely exists affects nothing that way."""
    if not registry.types[record.kind].is_work:
        return []
    edges = relations(record, actor, as_of=as_of, known_at=known_at)
    touching = [one for one in edges if one["direction"] == "forth" and one["type"] == AFFECTS]
    return sorted({find_id(one["record"]["number"]) for one in touching})


def _relation(found: Walk, pk: int, parent: int, *, up: bool) -> str:
    if pk in found.touched:
        return AFFECTS
    edge = found.held.graph.edge(pk, parent, at=found.at) if up else found.held.graph.edge(parent, pk, at=found.at)
    return carriers()[int(found.held.rows["type"][edge])]
