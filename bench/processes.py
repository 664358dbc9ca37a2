"""A running Septet to be measured: its process tree, the CPU time and the memory it uses. Linux only."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LONGEST_START = 120.0


@dataclass(frozen=True)
class Server:
    """`septet up` on the data set that the environment names: its port and first process."""

    port: int
    root: int
    seconds_to_start: float

    def web(self) -> list[int]:
        """The processes that answer requests."""
        return [one for one in tree(self.root) if _name(one) == "septet web"]


@contextmanager
def serving() -> Iterator[Server]:
    """Start the whole process tree; it ends with the block."""
    port = free_port()
    started = time.monotonic()
    words = [sys.executable, "-m", "septet", "up", "--port", str(port)]
    process = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        _until_answers(port, started)
        yield Server(port, process.pid, round(time.monotonic() - started, 2))
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_answers(port: int, started: float) -> None:
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() - started > LONGEST_START:
            raise SystemExit("The server did not start.")
        time.sleep(0.02)


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in _tasks(one):
            with suppress(OSError):
                waiting += map(int, (task / "children").read_text().split())
    return found


def _name(process: int) -> str:
    with suppress(OSError):
        return (PROC / str(process) / "comm").read_text().strip()
    return ""


def cpu_ns(processes: list[int]) -> int:
    """The CPU time, user and system, that all threads of some processes have used so far, in nanoseconds."""
    total = 0
    for one in processes:
        for task in _tasks(one):
            with suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
    return total


def pss_bytes(processes: list[int]) -> int:
    """The memory of some processes, what they share counted once."""
    total = 0
    for one in processes:
        with suppress(OSError):
            for line in (PROC / str(one) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def _tasks(process: int) -> list[Path]:
    with suppress(OSError):
        return list((PROC / str(process) / "task").iterdir())
    return []
