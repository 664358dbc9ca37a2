"""The impact graph against a plain evaluation with dicts and recursion."""

from collections import defaultdict
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.graph import Graph


class Edge(NamedTuple):
    supplier: int
    dependent: int
    kind: int = 0
    need: int = 0
    since: int = 0
    until: int = 100


def graph_of(edges: list[Edge]) -> Graph:
    suppliers, dependents, kinds, needs, since, until = zip(*edges, strict=True) if edges else ((),) * 6
    return Graph(suppliers, dependents, kinds=kinds, needs=needs, valid_from=since, valid_to=until)


def plain_failed(edges: list[Edge], removed: set[int], at: int | None) -> set[int]:
    """What fails, found by asking each node again and again until nothing changes."""
    groups: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        if at is None or edge.since <= at < edge.until:
            groups[edge.dependent, edge.kind].append(edge)

    def evaluate(down: set[int]) -> set[int]:
        more = set(down)
        for (node, _), group in groups.items():
            left = sum(edge.supplier not in down for edge in group)
            need = min(max(edge.need for edge in group) or len(group), len(group))
            if left < need:
                more.add(node)
        return down if more == down else evaluate(more)

    known = {node for edge in edges for node in edge[:2]}
    return evaluate(removed & known)


def plain_distances(edges: list[Edge], starts: set[int], down: bool, at: int | None, gone: set[int]) -> dict[int, int]:
    pairs = [
        (e.supplier, e.dependent) if down else (e.dependent, e.supplier)
        for e in edges
        if at is None or e.since <= at < e.until
    ]
    distances, level = dict.fromkeys(starts, 0), 0
    while True:
        level += 1
        found = {b for a, b in pairs if distances.get(a) == level - 1} - gone - distances.keys()
        if not found:
            return {node: distance for node, distance in distances.items() if distance}
        distances |= dict.fromkeys(found, level)


nodes = st.integers(0, 9)
edges = st.lists(
    st.builds(Edge, nodes, nodes, st.integers(0, 2), st.integers(0, 3), st.integers(0, 9), st.integers(0, 12)),
    max_size=30,
)
moments = st.none() | st.integers(-1, 13)


@given(edges, st.sets(nodes, max_size=3), st.lists(moments, min_size=1, max_size=8))
def test_what_fails_is_what_a_plain_evaluation_says(
    edges: list[Edge], removed: set[int], ats: list[int | None]
) -> None:
    graph = graph_of(edges)
    for at in ats:
        assert graph.failed(removed, at=at).tolist() == sorted(plain_failed(edges, removed, at))


@given(
    edges,
    st.sets(nodes, min_size=1, max_size=3),
    st.sets(nodes, max_size=2),
    st.booleans(),
    st.lists(moments, max_size=8),
)
def test_what_is_reached_is_what_a_plain_walk_finds(
    edges: list[Edge], starts: set[int], gone: set[int], down: bool, ats: list[int | None]
) -> None:
    graph = graph_of(edges)
    for at in ats:
        found = graph.reach(starts, down=down, at=at, removed=gone)
        distances = dict(zip(found.nodes.tolist(), found.distances.tolist(), strict=True))
        assert distances == plain_distances(edges, starts, down, at, gone - starts)
        assert sorted(distances.values()) == found.distances.tolist()
        for node, parent in zip(found.nodes.tolist(), found.parents.tolist(), strict=True):
            assert distances.get(parent, 0) == distances[node] - 1
            ends = (parent, node) if down else (node, parent)
            number = graph.edge(*ends, at=at)
            assert number is not None
            assert edges[number][:2] == ends


@given(edges, st.sets(nodes, max_size=3), moments)
def test_only_what_is_reached_can_fail(edges: list[Edge], removed: set[int], at: int | None) -> None:
    graph = graph_of(edges)
    assert set(graph.failed(removed, at=at).tolist()) <= removed | set(graph.reach(removed, at=at).nodes.tolist())


WEB, ONE, TWO, THREE, POWER, SHOP = 1, 2, 3, 4, 5, 6
FARM = [
    *(Edge(host, WEB, need=2) for host in (ONE, TWO, THREE)),
    Edge(POWER, ONE),
    Edge(POWER, TWO, until=50),
    Edge(WEB, SHOP),
]


@pytest.mark.parametrize(
    ("removed", "at", "failing"),
    [
        ([ONE], None, [ONE]),
        ([ONE, TWO], None, [WEB, ONE, TWO, SHOP]),
        ([POWER], 10, [WEB, ONE, TWO, POWER, SHOP]),
        ([POWER], 60, [ONE, POWER]),
        ([WEB], None, [WEB, SHOP]),
        ([77], None, []),
    ],
)
def test_a_farm_of_which_two_of_three_must_work(removed: list[int], at: int | None, failing: list[int]) -> None:
    assert graph_of(FARM).failed(removed, at=at).tolist() == failing


def test_an_empty_graph_reaches_nothing() -> None:
    graph = graph_of([])
    assert graph.reach(1).nodes.tolist() == []
    assert graph.failed([1], at=5).tolist() == []
    assert graph.edge(1, 2) is None


def test_a_long_chain() -> None:
    found = Graph(range(2000), range(1, 2001)).reach(0)
    assert found.distances.tolist() == list(range(1, 2001))
