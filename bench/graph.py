"""Build an impact graph of a million nodes and walk it; prints JSON.

The graph is layered as an estate is: each node depends on three others nearer to the bottom, so that the lowest ones
carry very much. `baseline_ms` is a fixed piece of arithmetic on this machine, against which the other times are read.

    python -m bench.graph [--nodes 1000000] [--edges 3000000]
"""

import argparse
import importlib
import json
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from septet.lib.graph import Graph


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=3_000_000)
    options = parser.parse_args()
    figures: dict[str, object] = {"nodes": options.nodes, "edges": options.edges, "baseline_ms": median_ms(baseline)}

    start = time.perf_counter()
    importlib.import_module("scipy.sparse.csgraph")
    figures["import_ms"] = round((time.perf_counter() - start) * 1000, 1)
    chance = np.random.default_rng(2012)
    dependents = chance.integers(1, options.nodes, options.edges)
    suppliers = (dependents * chance.random(options.edges) ** 0.2).astype(np.int64)
    valid_from = chance.integers(0, 1000, options.edges)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    graph = Graph(suppliers, dependents, valid_from=valid_from, needs=chance.random(options.edges) < 0.1)
    figures["build_ms"] = round((time.perf_counter() - start) * 1000, 1)
    figures["first_walk_ms"] = median_ms(lambda: graph.reach(options.nodes // 2), times=1)
    figures["other_moment_first_walk_ms"] = median_ms(lambda: graph.reach(options.nodes // 2, at=500), times=1)
    figures["peak_growth_mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    for size in (100, 10_000, 300_000):
        root = node_reaching(graph, size, options.nodes)
        figures[f"about_{size}"] = {
            "reached": len(graph.reach(root).nodes),
            "reach_ms": median_ms(partial(graph.reach, root)),
            "reach_at_a_moment_ms": median_ms(partial(graph.reach, root, at=500)),
            "failed": len(graph.failed([root])),
            "failed_ms": median_ms(partial(graph.failed, [root])),
        }
    print(json.dumps(figures, indent=2))


def node_reaching(graph: Graph, size: int, nodes: int) -> int:
    """A node with about so many descendants: the higher its number, the fewer it has."""
    low, high = 0, nodes - 1
    while high - low > 1:
        middle = (low + high) // 2
        if len(graph.reach(middle).nodes) > size:
            low = middle
        else:
            high = middle
    return low


def baseline() -> None:
    """Sort two million numbers."""
    np.sort(np.random.default_rng(1).random(2_000_000))


def median_ms(work: Callable[[], object], times: int = 7) -> float:
    """The median time of some work in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(taken), 2)


if __name__ == "__main__":
    main()
