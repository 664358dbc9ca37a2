"""The impact graph: who depends on whom, and what fails when something does.

Edges lie in flat arrays grouped by node (compressed sparse rows), so a million nodes with three million edges take
some hundred megabytes and a walk over thousands of them a millisecond. numpy and scipy are loaded when the first
graph is built, for a process that never asks for impact should not pay for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    Integers = NDArray[np.integer[Any]]
    Mask = NDArray[np.bool_]

ALWAYS = (-(2**63), 2**63 - 1)
_VIEWS_KEPT = 4


@dataclass(frozen=True)
class Reach:
    """What a walk found, nearest first and without its starting points.

    `nodes` are ids, `distances` the number of edges from the nearest start, `parents` the ids of the nodes from which
    each was reached.
    """

    nodes: "Integers"
    distances: "Integers"
    parents: "Integers"


@dataclass(frozen=True, slots=True)
class Redundancy:
    """A group of suppliers of which a node can lose some: `needed` of all `suppliers` must work; `kind` is that of
    their edges. All are ids but `needed` and `kind`."""

    node: int
    kind: int
    needed: int
    suppliers: tuple[int, ...]


@dataclass(frozen=True)
class _Side:
    """Edge numbers grouped by the node at one end: those of node i are `edges[bounds[i]:bounds[i + 1]]`."""

    bounds: "Integers"
    edges: "Integers"
    heads: "Integers"


@dataclass(frozen=True)
class _View:
    """The graph as it is from `since` until `until`, the boundaries between which no edge comes or goes.

    `groups` are those of the edges of `down`, in the same order; `spare` is how many suppliers each group can lose.
    """

    since: int
    until: int
    down: _Side
    up: _Side
    groups: "Integers"
    spare: "Integers"


class Graph:
    """Nodes by id, and edges from a supplier to the node that depends on it.

    All sequences have one value per edge. `suppliers` and `dependents` are ids (not negative; a table as large as
    the largest id is made while building), `kinds` small numbers: the suppliers of a node by edges of one kind are a
    group. `needs` says how many of a group must work for the node to work, where 0 means all of them; the highest
    value of a group counts. `valid_from` and `valid_to` bound the time in which an edge exists, in microseconds since
    1970, the end not included.
    """

    def __init__(
        self,
        suppliers: "ArrayLike",
        dependents: "ArrayLike",
        *,
        kinds: "ArrayLike | None" = None,
        needs: "ArrayLike | None" = None,
        valid_from: "ArrayLike | None" = None,
        valid_to: "ArrayLike | None" = None,
    ) -> None:
        import numpy as np

        tails, heads = np.asarray(suppliers, np.int64), np.asarray(dependents, np.int64)
        self.ids, places = _numbered(np.concatenate([tails, heads]))
        self.suppliers, self.dependents = places[: len(tails)], places[len(tails) :]
        size = len(tails)
        self.kinds = np.zeros(size, np.int32) if kinds is None else np.asarray(kinds, np.int32)
        self.needs = np.zeros(size, np.int32) if needs is None else np.asarray(needs, np.int32)
        self.valid_from = np.full(size, ALWAYS[0]) if valid_from is None else np.asarray(valid_from, np.int64)
        self.valid_to = np.full(size, ALWAYS[1]) if valid_to is None else np.asarray(valid_to, np.int64)
        self._down = _side(self.suppliers, self.dependents, len(self.ids))
        self._up = _side(self.dependents, self.suppliers, len(self.ids))
        self._groups: tuple[Integers, Integers] | None = None
        self._views: dict[int | None, _View] = {}

    def reach(
        self, start: int | Iterable[int], *, down: bool = True, at: int | None = None, removed: Iterable[int] = ()
    ) -> Reach:
        """Every node that depends, directly or not, on `start` (or, with `down=False`, on which it depends).

        `at` asks for the edges of one moment (default: every edge there ever was); the walk does not enter `removed`
        nodes. Ids that no edge mentions reach nothing.
        """
        import numpy as np
        from scipy.sparse.csgraph import breadth_first_order

        starts = self._places([start] if isinstance(start, int) else start)
        if not len(starts):
            return Reach(self.ids[:0], self.ids[:0], self.ids[:0])
        view = self._view(at)
        side = view.down if down else view.up
        gone = np.setdiff1d(self._places(removed), starts)
        if len(gone):
            side = self._without(side, gone)
        root, above = int(starts[0]), 0
        if len(starts) > 1:
            # One more node points at all starts, so that one walk serves any number of them.
            root, above, side = len(self.ids), 1, _joined(side, starts)
        order, before = breadth_first_order(_matrix(side), root, directed=True, return_predecessors=True)
        found = slice(above + len(starts), None)
        nodes = order[found]
        return Reach(self.ids[nodes], _levels(order, before)[found] - above, self.ids[before[nodes]])

    def failed(self, removed: Iterable[int], *, at: int | None = None) -> "Integers":
        """The ids of all that fail when `removed` nodes fail, these included, in ascending order.

        A node fails when in one of its groups fewer than the needed suppliers are left. Nodes that only hold each
        other up in a cycle stay up.
        """
        import numpy as np

        view = self._view(at)
        _, owners = self._grouped()
        down = np.zeros(len(self.ids), np.bool_)
        spare = view.spare.copy()
        scratch = np.empty(len(down), np.int32)
        # Of the same type as what it is taken from: a plain 1 takes twenty times as long.
        one = spare.dtype.type(1)
        frontier = self._places(removed)
        while len(frontier):
            down[frontier] = True
            hit = view.groups[_stretches(view.down, frontier)]
            np.subtract.at(spare, hit, one)
            struck = owners[hit[spare[hit] < 0]]
            frontier = _distinct(struck[~down[struck]], scratch)
        return self.ids[down]

    def edge(self, supplier: int, dependent: int, *, at: int | None = None) -> int | None:
        """The number of an edge between two ids at a moment, or None: an index into what the graph was built from."""
        tail, head = self._place(supplier), self._place(dependent)
        if tail is None or head is None:
            return None
        side = self._view(at).down
        low, high = side.bounds[tail], side.bounds[tail + 1]
        hits = (side.heads[low:high] == head).nonzero()[0]
        return int(side.edges[low + hits[0]]) if len(hits) else None

    def among(self, ids: Iterable[int], *, at: int | None = None) -> "Integers":
        """The numbers of the edges between any two of these nodes at a moment."""
        import numpy as np

        places = self._places(ids)
        inside = np.zeros(len(self.ids), np.bool_)
        inside[places] = True
        edges = _edges_of(self._view(at).down, places)
        return edges[inside[self.dependents[edges]]]

    def redundancies(self, ids: Iterable[int], *, at: int | None = None) -> list[Redundancy]:
        """The groups in which these nodes have more suppliers than they need."""
        view = self._view(at)
        groups, owners = self._grouped()
        edges = _edges_of(view.up, self._places(ids))
        edges = edges[view.spare[groups[edges]] > 0]
        members: dict[int, list[int]] = {}
        for edge, group in zip(edges.tolist(), groups[edges].tolist(), strict=True):
            members.setdefault(group, []).append(edge)
        return [
            Redundancy(
                node=int(self.ids[owners[group]]),
                kind=int(self.kinds[found[0]]),
                needed=len(found) - int(view.spare[group]),
                suppliers=tuple(self.ids[self.suppliers[found]].tolist()),
            )
            for group, found in members.items()
        ]

    def turns(self, ids: Iterable[int]) -> list[int]:
        """The moments, in order, at which an edge of one of these nodes comes or goes."""
        import numpy as np

        places = self._places(ids)
        edges = np.concatenate([_edges_of(self._down, places), _edges_of(self._up, places)])
        found = np.unique(np.concatenate([self.valid_from[edges], self.valid_to[edges]]))
        return [one for one in found.tolist() if one not in ALWAYS]

    def _place(self, pk: int) -> int | None:
        place = int(self.ids.searchsorted(pk))
        return place if place < len(self.ids) and self.ids[place] == pk else None

    def _places(self, ids: Iterable[int]) -> "Integers":
        import numpy as np

        wanted = np.fromiter(ids, np.int64)
        if not len(self.ids):
            return wanted[:0]
        places = np.searchsorted(self.ids, wanted).clip(max=len(self.ids) - 1)
        return np.unique(places[self.ids[places] == wanted])

    def _grouped(self) -> "tuple[Integers, Integers]":
        """The group of each edge, and the node of each group."""
        import numpy as np

        if self._groups is None:
            width = int(self.kinds.max(initial=0)) + 1
            keys, groups = _numbered(self.dependents.astype(np.int64) * width + self.kinds)
            self._groups = groups, (keys // width).astype(np.int32)
        return self._groups

    def _view(self, at: int | None) -> _View:
        for view in self._views.values():
            if at is not None and view.since <= at < view.until:
                return view
        if at is None and None in self._views:
            return self._views[None]
        while len(self._views) >= _VIEWS_KEPT:
            self._views.pop(next(iter(self._views)), None)
        view = self._views[at] = self._make_view(at)
        return view

    def _make_view(self, at: int | None) -> _View:
        import numpy as np

        groups, _ = self._grouped()
        if at is None:
            spare = self._spare(np.ones(len(self.kinds), np.bool_))
            return _View(0, 0, self._down, self._up, groups[self._down.edges], spare)
        edges = (self.valid_from <= at) & (at < self.valid_to)
        bounds = (self.valid_from, self.valid_to)
        since = max(int(times[times <= at].max(initial=ALWAYS[0])) for times in bounds)
        until = min(int(times[times > at].min(initial=ALWAYS[1])) for times in bounds)
        down = _kept(self._down, edges)
        return _View(since, until, down, _kept(self._up, edges), groups[down.edges], self._spare(edges))

    def _spare(self, edges: "Mask") -> "Integers":
        """How many suppliers each group can lose. A group never needs more than it has."""
        import numpy as np

        groups, owners = self._grouped()
        size = np.bincount(groups[edges], minlength=len(owners))
        needed = np.zeros(len(owners), np.int64)
        some = edges & (self.needs > 0)
        np.maximum.at(needed, groups[some], self.needs[some])
        return np.where(needed == 0, 0, np.maximum(size - needed, 0)).astype(np.int32)

    def _without(self, side: _Side, gone: "Integers") -> _Side:
        import numpy as np

        out = np.zeros(len(self.ids), np.bool_)
        out[gone] = True
        return _kept(side, ~(out[self.suppliers] | out[self.dependents]))


def _numbered(values: "Integers") -> "tuple[Integers, Integers]":
    """The different values in ascending order, and for each value its place among them."""
    import numpy as np

    present = np.zeros(1 + int(values.max(initial=-1)), np.bool_)
    present[values] = True
    places = np.cumsum(present, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(present), places[values]


def _distinct(values: "Integers", scratch: "Integers") -> "Integers":
    """Each of the values once. `scratch` has a place for every value there may be; what is in it does not matter."""
    import numpy as np

    order = np.arange(len(values), dtype=scratch.dtype)
    scratch[values] = order
    once: Integers = values[scratch[values] == order]
    return once


def _side(tails: "Integers", heads: "Integers", size: int) -> _Side:
    import numpy as np
    from scipy.sparse import csc_array

    # A matrix with one entry per column: turning it round sorts the edges by node in linear time.
    columns = np.arange(len(tails) + 1, dtype=np.int32)
    rows = csc_array((np.ones(len(tails), np.int8), tails, columns), shape=(size, len(tails))).tocsr()
    return _Side(rows.indptr, rows.indices, heads[rows.indices])


def _matrix(side: _Side) -> "csr_array[np.float64, tuple[int, int]]":
    import numpy as np
    from scipy.sparse import csr_array

    size = len(side.bounds) - 1
    # One number seen as many: the walk wants float64 weights but never looks at them.
    weights = np.lib.stride_tricks.as_strided(np.ones(1), (len(side.heads),), (0,))
    return csr_array((weights, side.heads, side.bounds), shape=(size, size))


def _joined(side: _Side, starts: "Integers") -> _Side:
    """The same side with one more node, which points at all starts."""
    import numpy as np

    bounds = np.append(side.bounds, side.bounds[-1] + len(starts)).astype(np.int32)
    return _Side(bounds, side.edges, np.concatenate([side.heads, starts]).astype(np.int32))


def _kept(side: _Side, edges: "Mask") -> _Side:
    """The same side with only the marked edges."""
    import numpy as np

    stay = edges[side.edges]
    before = np.zeros(len(stay) + 1, np.int32)
    np.cumsum(stay, out=before[1:])
    return _Side(before[side.bounds], side.edges[stay], side.heads[stay])


def _edges_of(side: _Side, nodes: "Integers") -> "Integers":
    """The numbers of all edges of the given nodes."""
    return side.edges[_stretches(side, nodes)]


def _stretches(side: _Side, nodes: "Integers") -> "Integers":
    """Where the edges of the given nodes stand in a side."""
    import numpy as np

    first = side.bounds[nodes]
    count = side.bounds[nodes + 1] - first
    places = np.repeat(first - np.cumsum(count, dtype=first.dtype) + count, count)
    places += np.arange(len(places), dtype=places.dtype)
    return places


def _levels(order: "Integers", before: "Integers") -> "Integers":
    """The distance from the first node of each node in a breadth-first order, given each node's predecessor.

    Predecessors stand in the same order as the nodes reached from them, so each level is one unbroken stretch.
    """
    import numpy as np

    place = np.empty(len(before), np.int64)
    place[order] = np.arange(len(order))
    parents = place[before[order[1:]]]
    levels = np.zeros(len(order), np.int32)
    start, end, level = 0, 1, 0
    while end < len(order):
        level += 1
        start, end = end, 1 + int(np.searchsorted(parents, end, side="left"))
        levels[start:end] = level
    return levels
