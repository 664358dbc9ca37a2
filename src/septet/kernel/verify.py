"""Proof that nothing was changed unseen: chains, anchors, positions, and every record against its journal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from septet.kernel import checks, log, sequencer
from septet.kernel.derived import Derived
from septet.kernel.models import Record
from septet.kernel.reading_steadily import steady
from septet.kernel.registry import number_of
from septet.kernel.verify_anchors import anchor_problems, position_problems
from septet.kernel.verify_records import journals, record_problem

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written: on which record (empty if on none), at which of its entries (0 if at
    none), and what."""

    number: str
    entry: int
    what: str

    def __str__(self) -> str:
        where = f"{self.number}, entry {self.entry}: " if self.entry else f"{self.number}: " if self.number else ""
        return where + self.what


@dataclass
class Report:
    """What was looked at, and the problems found; of each record only the first one."""

    problems: list[Problem] = field(default_factory=list)
    entries: int = 0
    records: int = 0
    anchors: int = 0


def verify(progress: Progress | None = None) -> Report:
    """Prove the hash chain of every record, replay each against its row and its parts, and prove positions, anchors
    and the second log. Memory stays flat. `progress` is called with records done, and of how many."""
    sequencer.catch_up()
    report = Report()
    with steady():
        total = Record.objects.count()
        for one in journals():
            report.records += one.row is not None
            report.entries += len(one.entries)
            if problem := record_problem(one):
                report.problems.append(Problem(number_of(one.kind, one.record), *problem))
            if progress is not None and report.records % 1000 == 0:
                progress(report.records, total)
        report.anchors, problems = anchor_problems()
        report.problems += [Problem("", 0, what) for what in (*position_problems(), *problems)]
        if what := log.verify_log():
            report.problems.append(Problem("", 0, what))
    if progress is not None:
        progress(report.records, total)
    return report


def check(*, repair: bool = False, progress: Progress | None = None) -> Report:
    """Compute everything derived anew from the journal and compare: spans, custom values, clocks, search documents,
    and what modules add (`kernel.checks`). `repair` rebuilds what differs."""
    report = Report()
    total = Record.objects.count()
    for some in chain(Derived(repair).batches(), *(one(repair) for one in checks.declared)):
        report.records += some.records
        report.entries += some.entries
        report.problems += [Problem(number, 0, what) for number, what in some.problems]
        if progress is not None:
            progress(report.records, total)
    return report
