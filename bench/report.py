"""Write what `bench.measure` found for several sizes and engines as docs/speed.md, with a chart of how cost grows.

python -m bench.report FILE.json…
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from math import log10
from pathlib import Path
from typing import Any

FOLDER = Path("docs")
CHART = "speed.svg"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
COLOURS = {"sqlite": "#1f6feb", "postgresql": "#bc4c00"}
# How long the baseline takes on the machine for which figures are told.
REFERENCE_MS = 0.35
Figures = Mapping[str, Any]

HEAD = f"""# Speed

What requests cost, and how that grows with the number of records. Written by `python -m bench.report`; do not edit.

Measured on a seeded set of so many incidents with their journals (five to six entries each), a fifth as many
configuration items and six tenths as many relations, an agreement with clocks, and goals:

```
python -m bench.build --size 1000000                      # once; an interrupted build goes on where it stopped
python -m bench.measure --size 1000000 --json FILE.json
python -m bench.postgres -- python -m bench.build --size 1000000    # the same on PostgreSQL
python -m bench.postgres -- python -m bench.measure --size 1000000 --json FILE.json
python -m bench.report FILE.json…
```

Figures are milliseconds of **server CPU a request**: user and system time of the web processes and of PostgreSQL's
backends, divided by requests, the median of nine rounds of twelve; where the bound is on the time that a request takes,
its 95th percentile. *Driver* is what the bare database driver needs for the same SQL in the same run, at the largest
size. What is over its bound is **bold**.

Processors are not equally fast, nor is a shared one at every hour. So a fixed piece of arithmetic, the baseline, is
done between the rounds of each case, and all times are told as on a machine that does it in {REFERENCE_MS} ms: measured
time × {REFERENCE_MS} / baseline. The last row says what it took on the machine that measured. Other work there adds to
times that are waited for.

![Milliseconds of server CPU by number of incidents]({CHART})
"""


def main() -> None:
    """Read, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--note", default="", help="what a reader has to know of this run")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    found: list[Figures] = [_scaled(json.loads(one.read_text())) for one in options.files]
    found.sort(key=lambda one: (list(NAMES).index(one["engine"]), one["size"]))
    note = [f"{options.note}\n"] if options.note else []
    parts = [
        HEAD,
        *note,
        *(part for engine in NAMES for part in _engine([one for one in found if one["engine"] == engine])),
    ]
    (FOLDER / "speed.md").write_text("\n".join(parts).rstrip() + "\n")
    (FOLDER / CHART).write_text(_chart(found))


def _scaled(found: dict[str, Any]) -> Figures:
    """The figures of a run as the reference machine would have them."""
    usual = found["baseline_ms"]
    for part, names in (("creations", ("p50_ms", "p99_ms", "longest_ms")), ("impact-inside", ("narrow", "wide"))):
        _scale(found.get(part, {}), names, usual)
    if "per_second" in found.get("creations", {}):
        found["creations"]["per_second"] *= found["creations"].get("baseline_ms", usual) / REFERENCE_MS
    for case in found["cases"].values():
        _scale(case, ("cpu_ms", "p50_ms", "p95_ms", "p99_ms", "raw_ms"), usual)
    _scale(found, ("start_s",), usual)
    return found


def _scale(figures: dict[str, Any], names: Iterable[str], usual: float) -> None:
    for name in names:
        if name in figures:
            figures[name] *= REFERENCE_MS / figures.get("baseline_ms", usual)


def _engine(found: list[Figures]) -> Iterable[str]:
    if not found:
        return
    yield f"## {NAMES[found[0]['engine']]}\n"
    sizes = [f"{one['size']:,}" for one in found]
    yield _table(["What is asked", "Bound", *sizes, "Driver", "Bytes"], _cases(found))
    yield _table(["Beside requests", "Bound", *sizes], _beside(found))


def _cases(found: list[Figures]) -> Iterable[list[str]]:
    for name, last in _largest(found).items():
        cells = [_held(one["cases"].get(name)) for one in found]
        bound = f"{last['bar']:g}{' (p95)' if last['of'] == 'p95' else ''}" if last["bar"] else ""
        yield [last["says"], bound, *cells, f"{last['raw_ms']:.2f}", f"{last['bytes']:,}"]


def _largest(found: list[Figures]) -> dict[str, Figures]:
    """Each case at the largest size at which it was measured."""
    names = dict.fromkeys(name for one in reversed(found) for name in one["cases"])
    return {name: next(one["cases"][name] for one in reversed(found) if name in one["cases"]) for name in names}


def _held(case: Figures | None) -> str:
    if case is None:
        return "–"
    if case["of"] == "p95":
        text = _marked(f"{case['p95_ms']:.0f}", over=case["p95_ms"] > case["bar"])
        return f"{text} (CPU {case['cpu_ms']:.1f})"
    return _marked(f"{case['cpu_ms']:.1f}", over=bool(case["bar"]) and case["cpu_ms"] > case["bar"])


def _beside(found: list[Figures]) -> Iterable[list[str]]:
    rows: list[tuple[str, float | None, bool, list[float | None]]] = [
        ("Creations a second, 8 clients", 120, False, [_at(one, "creations", "per_second") for one in found]),
        ("… of which 99 in 100 take at most, ms", 500, True, [_at(one, "creations", "p99_ms") for one in found]),
        ("Impact in the process, a twentieth of all items reached, ms of CPU", 10, True,
         [_at(one, "impact-inside", "narrow") for one in found]),
        ("… three quarters of all items reached", 60, True, [_at(one, "impact-inside", "wide") for one in found]),
        ("First look at the board, bytes", 200_000, True, [_at(one, "first-load", "bytes") for one in found]),
        ("… in requests", 11, True, [_at(one, "first-load", "requests") for one in found]),
        ("From start to the first answer, s", 4, True, [one.get("start_s") for one in found]),
        ("Memory of all processes after the start (PSS), MB", 280, True, [one.get("idle_pss_mb") for one in found]),
        ("… after all of the above", None, True, [one.get("used_pss_mb") for one in found]),
        ("Incidents written by the bulk door a CPU second, each with five to six entries", None, False,
         [one["size"] / one["built"]["incidents"]["cpu"] if "built" in one else None for one in found]),
        ("Baseline, ms", None, True, [one["baseline_ms"] for one in found]),
    ]  # fmt: skip
    for says, bound, most, values in rows:
        cells = [
            "–" if v is None else _marked(_number(v), over=bound is not None and (v > bound) == most and v != bound)
            for v in values
        ]
        yield [says, f"{bound:,}" if bound else "", *cells]


def _at(one: Figures, name: str, key: str) -> float | None:
    found: float | None = one.get(name, {}).get(key)
    return found


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _marked(text: str, *, over: bool) -> str:
    return f"**{text}**" if over else text


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, [":--", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


# The chart: one small field for each case that has a bound.
WIDE, HIGH, ACROSS, EDGE = 230, 150, 4, 34


def _chart(found: list[Figures]) -> str:
    names = [name for name, case in _largest(found).items() if case["bar"]]
    rows = -(-len(names) // ACROSS)
    width, height = WIDE * ACROSS, HIGH * rows + 24
    box = f'viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-size="10" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for place, engine in enumerate(NAMES):
        x = 12 + place * 110
        parts.append(f'<path d="M{x} 12h20" stroke="{COLOURS[engine]}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 26}" y="16" fill="#24292f">{NAMES[engine]}</text>')
    parts.append('<path d="M232 12h20" stroke="#8c959f" stroke-dasharray="3 3"/><text x="258" y="16">bound</text>')
    for place, name in enumerate(names):
        parts += _field(found, name, (place % ACROSS) * WIDE, 24 + place // ACROSS * HIGH)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _field(found: list[Figures], name: str, left: float, top: float) -> Iterable[str]:
    held = [one for one in found if name in one["cases"]]
    case = held[-1]["cases"][name]
    key = "p95_ms" if case["of"] == "p95" else "cpu_ms"
    highest = max(case["bar"], *(one["cases"][name][key] for one in held)) * 1.1
    sizes = sorted({one["size"] for one in found})
    span = max(log10(sizes[-1] / sizes[0]), 1e-9)
    right, floor, roof = left + WIDE - 14, top + HIGH - 26, top + 24

    def x(size: int) -> float:
        return left + EDGE + (right - left - EDGE) * log10(size / sizes[0]) / span

    def y(value: float) -> float:
        return floor - (floor - roof) * value / highest

    title = f"{name}{', p95' if case['of'] == 'p95' else ''}, ms"
    yield f'<text x="{left + EDGE}" y="{top + 15}" fill="#24292f" font-weight="bold">{title}</text>'
    yield f'<path d="M{left + EDGE} {roof}V{floor}H{right}" fill="none" stroke="#d0d7de"/>'
    bar = y(case["bar"])
    yield f'<path d="M{left + EDGE} {bar:.1f}H{right}" stroke="#8c959f" stroke-dasharray="3 3"/>'
    yield f'<text x="{left + EDGE - 4}" y="{bar + 3:.1f}" text-anchor="end" fill="#57606a">{case["bar"]:g}</text>'
    for size in sizes:
        label = f"{size // 1000:,}k" if size < 1_000_000 else f"{size / 1_000_000:g}M"
        yield f'<text x="{x(size):.1f}" y="{floor + 13}" text-anchor="middle" fill="#57606a">{label}</text>'
    for engine in NAMES:
        points = [(x(one["size"]), y(one["cases"][name][key])) for one in held if one["engine"] == engine]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline points="{line}" fill="none" stroke="{COLOURS[engine]}" stroke-width="2"/>'
        yield from (f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{COLOURS[engine]}"/>' for a, b in points)


if __name__ == "__main__":
    main()
