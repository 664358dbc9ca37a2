"""The worker: places entries, brings reactions along, keeps the schedule, runs background work. Any number of them
may run at once, on any number of machines."""

import logging
import os
import secrets
import socket
import threading
import time

from django.db import DatabaseError, connection

from septet.kernel import follow, loops, runs, schedule, search, sequencer
from septet.kernel.clocks import events as clock_events
from septet.kernel.errors import Unavailable
from septet.kernel.loops import Step
from septet.kernel.storage_errors import as_septet_error, lost_database
from septet.kernel.wakeup import Wait, waiting

SHORTEST_WAIT, LONGEST_WAIT = 0.05, 1.0
LONGEST_OUTAGE_WAIT = 5.0
# Entries that the search index takes in at a time, so that a large import holds nothing else up.
SEARCH_SHARE = 2000
ANCHORS_EVERY_SECONDS = 300.0

logger = logging.getLogger(__name__)


def run(stop: threading.Event, *, runners: int = 1) -> None:
    """Work until `stop` is set, then finish or hand back what is under way and return.

    `runners`: how many background runs at a time. Outlives a database that goes away.
    """
    outage = Outage()
    all_loops = [("journal", _journal_step(_name()), False)]
    all_loops += [(name, start(_name()), False) for name, start in loops.declared.items()]
    all_loops += [(f"runs {number}", _runs_step(_name(), stop), True) for number in range(1, runners + 1)]
    threads = [threading.Thread(target=_loop, args=(*loop, stop, outage), name=loop[0]) for loop in all_loops]
    logger.info("The worker is at work.")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logger.info("The worker has stopped.")


def _name() -> str:
    """A name that no other loop of any worker has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def _journal_step(name: str) -> Step:
    stages: list[Step] = [
        sequencer.run,
        lambda: schedule.step() > 0,
        clock_events.step,
        lambda: follow.step(name),
        lambda: search.catch_up(SEARCH_SHARE) > 0,
        _anchors_outside(),
    ]

    def step() -> bool:
        """Every stage has its turn, even if one before it fails."""
        moved, failure = False, None
        for stage in stages:
            try:
                moved |= stage()
            except Exception as error:  # raised below, when the others have had their turn
                if lost_database(error):
                    raise
                failure = failure or error
        if failure:
            raise failure
        return moved

    return step


def _anchors_outside() -> Step:
    """Now and then bring this machine's file of anchors up to date, for whichever machine made them."""
    due = time.monotonic()

    def step() -> bool:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + ANCHORS_EVERY_SECONDS
            sequencer.write_outside()
        return False

    return step


def _runs_step(name: str, stop: threading.Event) -> Step:
    return lambda: runs.step(name, stop)


class Outage:
    """Says once that storage is away or full and once that it is back, however many loops notice."""

    def __init__(self) -> None:
        self._without: set[str] = set()
        self._lock = threading.Lock()

    def away(self, loop: str, sentence: str) -> None:
        """A loop failed because of storage, which says this."""
        with self._lock:
            if not self._without:
                logger.error("The worker waits. %s", sentence)
            self._without.add(loop)

    def back(self, loop: str) -> None:
        """A loop came through."""
        with self._lock:
            if self._without == {loop}:
                logger.info("The worker goes on.")
            self._without.discard(loop)


def _loop(name: str, step: Step, for_runs: bool, stop: threading.Event, outage: Outage) -> None:
    """Repeat `step` until `stop`, waiting longer the longer there is nothing to do."""
    pause = SHORTEST_WAIT
    while not stop.is_set():
        try:
            with waiting(for_runs=for_runs) as wait:
                step()
                outage.back(name)
                pause = SHORTEST_WAIT
                _work(step, wait, stop)
        except Exception as error:
            connection.close()
            trouble = as_septet_error(error)
            if isinstance(trouble, Unavailable):
                # A connection may have died in an outage that is over, and which another loop has told of.
                if not (lost_database(error) and _answers()):
                    outage.away(name, trouble.detail)
            else:
                logger.exception("The worker met an error and tries again.")
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_OUTAGE_WAIT)
    connection.close()


def _answers() -> bool:
    """Whether the database can be reached now."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


def _work(step: Step, wait: Wait, stop: threading.Event) -> None:
    pause = SHORTEST_WAIT
    while not stop.is_set():
        if step():
            pause = SHORTEST_WAIT
        else:
            wait(pause, stop)
            pause = min(pause * 2, LONGEST_WAIT)
