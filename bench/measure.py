"""Measure a data set that `bench.build` made: what requests cost, and how it starts; prints a table, writes JSON.

    python -m bench.measure [--size 1000000] [--data DIR] [--database URL] [--only NAME,NAME] [--json FILE]

`septet up` runs beside and is asked over HTTP. Of each case: the server's CPU time a request
(user and system, of the web processes and, on PostgreSQL, of its backends; the median of several rounds), how long a
request took, bytes over the line, and beside it what the raw driver needs for the same queries. `baseline_ms` is a
fixed piece of arithmetic, done between the rounds of each case, against which to read the figures of different
machines and hours.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench import build
from bench.client import Ask, Client
from bench.processes import Server, cpu_ns, pss_bytes, serving, tree

ROUNDS = 9
A_ROUND = 12
WARM_UP = 12
SHOWN = ("cpu_ms", "p50_ms", "p95_ms", "p99_ms", "bytes", "queries", "raw_ms")


def main() -> None:
    """Measure, tell, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=build.SIZE)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = build.use(options.size, options.data, options.database)
    found = measure(folder, {one for one in options.only.split(",") if one})
    text = json.dumps(found, indent=2)
    if options.json:
        options.json.write_text(text + "\n")


def measure(folder: Path, only: set[str]) -> dict[str, Any]:
    """All figures of the data set in this folder, or `only` those of some cases."""
    # A token asks here as fast as it can.
    os.environ["SEPTET_REQUESTS_PER_MINUTE"] = "0"
    import django

    django.setup()
    from bench import beside, inside
    from bench.cases import CASES, Ground

    described = build.described(folder)
    ground = Ground(described)
    tokens = {name: one["token"] for name, one in described["people"].items()}
    sessions = {name: inside.session(one["id"]) for name, one in described["people"].items()}
    found: dict[str, Any] = {
        "size": described["size"],
        "engine": described["engine"],
        "counts": described["counts"],
        "built": described["took"],
        "baseline_ms": baseline(),
        "cases": {},
    }
    with serving() as server:
        time.sleep(3)
        found["start_s"] = server.seconds_to_start
        found["idle_pss_mb"] = round(pss_bytes(tree(server.root)) / 2**20)
        tell("case", "cpu ms", "p50", "p95", "p99", "bytes", "queries", "raw ms", "bar")
        client = Client(server.port, tokens, sessions)
        for case in CASES:
            if only and case.name not in only:
                continue
            asks = [case.ask(ground) for _ in range(WARM_UP + ROUNDS * A_ROUND)]
            figures = ask_all(client, server, asks)
            figures |= inside.floor(asks[:A_ROUND], tokens, sessions, writes=case.writes)
            figures |= {"says": case.says, "bar": case.bar, "of": case.of, "most_bytes": case.most_bytes}
            found["cases"][case.name] = figures
            tell(case.name, *(figures[name] for name in SHOWN), f"{case.of} {case.bar}" if case.bar else "")
        client.close()
        for name, work in {
            "creations": lambda: beside.creations_at_once(server.port, ground, tokens),
            "first-load": lambda: beside.first_load(server, sessions["agent"]),
            "impact-inside": lambda: beside.impact_inside(described),
        }.items():
            if not only or name in only:
                found[name] = {**work(), "baseline_ms": baseline()}
                tell(name, *(f"{key} {value}" for key, value in found[name].items()))
        found["used_pss_mb"] = round(pss_bytes(tree(server.root)) / 2**20)
    return found


def ask_all(client: Client, server: Server, asks: list[Ask]) -> dict[str, Any]:
    """The cost of these requests, one after the other; the first ones only warm up."""
    from bench import inside

    for ask in asks[:WARM_UP]:
        client.send(ask)
    spenders = [*server.web(), *inside.backends()]
    spent, times, sizes, beats = [], [], [], []
    for start in range(WARM_UP, len(asks), A_ROUND):
        before = settled(spenders)
        for ask in asks[start : start + A_ROUND]:
            answer = client.send(ask)
            if answer.status >= 300:
                raise SystemExit(f"{ask.path} answered {answer.status}: {answer.body[:500].decode()}")
            times.append(answer.ms)
            sizes.append(answer.size)
        spent.append((settled(spenders) - before) / A_ROUND / 1e6)
        beats.append(baseline(times=3))
    return {
        "cpu_ms": round(statistics.median(spent), 2),
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "p99_ms": percentile(times, 99),
        "bytes": round(statistics.median(sizes)),
        "baseline_ms": round(statistics.median(beats), 3),
    }


def settled(processes: list[int]) -> int:
    """The CPU time so far, once what follows an answer is over."""
    time.sleep(0.005)
    return cpu_ns(processes)


def percentile(values: list[float], place: int) -> float:
    """That percentile, rounded."""
    return round(statistics.quantiles(values, n=100, method="inclusive")[place - 1], 2)


def baseline(times: int = 50) -> float:
    """CPU milliseconds of a fixed piece of arithmetic, the median of several times."""
    found = []
    for _ in range(times):
        start = time.process_time()
        sum(n * n for n in range(10_000))
        found.append((time.process_time() - start) * 1000)
    return round(statistics.median(found), 3)


def tell(*cells: object) -> None:
    """One line of the table."""
    first, *rest = map(str, cells)
    print(f"{first:22}" + "".join(f"{cell:>10}" for cell in rest), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
