"""A tree of processes: each child is started again when it dies, all end together, and none outlives its parent."""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType

STOP_SECONDS = 7.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
PR_SET_NAME, PR_SET_PDEATHSIG = 15, 1
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

# Forked, not started anew: the children share the memory of all that the parent has loaded.
fork = multiprocessing.get_context("fork")


def die_with_parent(parent: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Have Linux send this process a signal when its parent dies, even if the parent was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it died before it was asked


def set_title(name: str) -> None:
    """Show the process by this name in `ps -o comm` and `top`, as far as Linux lets it: 15 letters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


@dataclass
class _Child:
    """One service: how it is started, and how it fares."""

    name: str
    main: Callable[[], None]
    process: ForkProcess | None = None
    started: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=1.0)

    def start(self) -> None:
        self.process = fork.Process(target=_begin, args=(self.name, self.main, os.getpid()), name=self.name)
        self.process.start()
        self.started = time.monotonic()

    def died(self) -> None:
        """Say when it is to be started again: later each time, soon if it had run steadily."""
        assert self.process is not None, "only a started child dies"
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.pause = 1.0
        code = self.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        print(f"The {self.name} ended unexpectedly ({how}); starting it again in {self.pause:g} s.", file=sys.stderr)
        self.process = None
        self.start_at = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def _begin(name: str, main: Callable[[], None], parent: int) -> None:
    """The first steps of a child. Its session is its own, so that Ctrl-C reaches the parent alone, which tells it."""
    os.setsid()
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(parent)
    set_title(f"septet {name}")
    main()


class Tree:
    """Runs services until it is told to stop."""

    def __init__(self, services: Mapping[str, Callable[[], None]]) -> None:
        self.children = [_Child(name, main) for name, main in services.items()]
        self._woken, self._wake = os.pipe()
        self.stopping = False
        for number in STOPPING:
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        os.write(self._wake, b"x")

    def start(self) -> None:
        """Start every service."""
        for child in self.children:
            child.start()

    def run(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        """Watch over the services until a signal says stop; then end them. What is to be done once they are ready
        is done once."""
        pending = [when_ready]
        while not self.stopping:
            self._watch(0.05 if pending else None)
            if pending and is_ready():
                pending.pop()()
        self.end()

    def _watch(self, longest: float | None) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.start_at <= now:
                child.start()
        pauses = [child.start_at - now for child in self.children if child.process is None]
        if longest is not None:
            pauses.append(longest)
        running = {child.process.sentinel: child for child in self.children if child.process is not None}
        for found in wait([*running, self._woken], timeout=min(pauses) if pauses else None):
            if isinstance(found, int) and found in running and not self.stopping:
                child = running[found]
                if child.process is not None:
                    child.process.join()
                    child.died()

    def end(self) -> None:
        """Ask every child to end; what has not after some seconds is killed with all it started."""
        processes = [child.process for child in self.children if child.process is not None]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
        for process in processes:
            if process.pid is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.join(1.0)
