"""Import the public data sets by the profiles that come with Septet, each into an empty database; prints JSON.

Wall and CPU seconds, those of the process that writes and of the one that reads apart, and the highest memory of both
together (proportional set size, where Linux tells it). `baseline_ms` is a fixed piece of arithmetic on this machine.
Files that are not there are left out and named.

    python -m bench.imports [--data ../shared/data] [--only bpic2014-interactions] [--times 1]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.api import baseline, cpu_ms

FILES = {
    "bpic2014-interactions": "bpic2014/Detail_Interaction.csv.gz",
    "bpic2014-changes": "bpic2014/Detail_Change.csv.gz",
    "volvo-incidents": "bpic2013_volvo/VINST-new.csv.gz",
}
EVERY = 0.2
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Import, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", choices=FILES)
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    figures: dict[str, Any] = {"baseline_ms": cpu_ms(baseline)}
    for profile, name in FILES.items():
        if options.only in (None, profile):
            file = (options.data / name).resolve()
            figures[profile] = [measured(profile, file) for _ in range(options.times)] if file.is_file() else "no file"
    print(json.dumps(figures, indent=2))


def measured(profile: str, file: Path) -> dict[str, Any]:
    """One import into an empty database."""
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "SEPTET_DATA": data}
        environment.pop("DATABASE_URL", None)
        septet = [sys.executable, "-m", "septet"]
        subprocess.run([*septet, "list", "people", "--count"], env=environment, check=True, capture_output=True)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        command = [*septet, "import", profile, str(file), "--json"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        memory, reading = watched(process)
        wall = time.monotonic() - began
        told = json.loads(process.stdout.read()) if process.stdout else {}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall_seconds": round(wall, 1),
        "cpu_seconds_writing": round(cpu - reading, 1),
        "cpu_seconds_reading": round(reading, 1),
        "peak_mb": memory // 1024,
        **{name: told.get(name) for name in ("rows", "created", "refused", "dangling", "notes")},
    }


def watched(process: "subprocess.Popen[bytes]") -> tuple[int, float]:
    """The highest memory of a process and its children in kB, and the CPU seconds of its children, until it ends."""
    memory, seconds = 0, dict[int, float]()
    while process.poll() is None:
        with suppress(OSError, IndexError, ValueError):
            task = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            children = [int(pid) for pid in task.read_text().split()]
            memory = max(memory, sum(kilobytes(pid) for pid in (process.pid, *children)))
            seconds |= {pid: cpu_of(pid) for pid in children}
        time.sleep(EVERY)
    return memory, sum(seconds.values())


def kilobytes(pid: int) -> int:
    """The memory of a process, what it shares with others counted in part."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def cpu_of(pid: int) -> float:
    """The CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
