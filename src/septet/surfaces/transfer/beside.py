"""Reading in a process beside the one that writes: the same mapping, its drafts sent over a pipe.

The process that reads knows no Django and no database; it gets the profile, what the registry knows of its fields,
and the paths of the files.
"""

import gc
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, Self

from septet.lib.drafts import Draft, Link, Step
from septet.surfaces.transfer.folders import own_folder
from septet.surfaces.transfer.mapping import Counts, Lookup, Mapping
from septet.surfaces.transfer.merging import Merger
from septet.surfaces.transfer.plan import Hints, Plan, make_plan
from septet.surfaces.transfer.profile import ProfileError
from septet.surfaces.transfer.report import Finding, Report
from septet.surfaces.transfer.rows import FieldHint
from septet.surfaces.transfer.said import Mapped
from septet.surfaces.transfer.sources import Input, SourceError
from septet.surfaces.transfer.staging import FILE, Staged

BATCH = 500

Known = dict[tuple[str, str], FieldHint]


class Remembered:
    """Hints, with all answers kept, so that the process beside can be told them."""

    def __init__(self, hints: Hints) -> None:
        self.hints = hints
        self.found: Known = {}

    def __call__(self, kind: str, field: str) -> FieldHint:
        found = self.found[(kind, field)] = self.hints(kind, field)
        return found


class Beside:
    """A `Mapping` that runs in a process of its own."""

    def __init__(self, plan: Plan, known: Known, inputs: Sequence[Input], report: Report) -> None:
        self.plan, self.report = plan, report
        self.inputs = inputs
        self.counts = Counts()
        self.kept = ExitStack()
        self.folder = self.kept.enter_context(own_folder())
        command = [sys.executable, "-m", "septet.surfaces.transfer.beside"]
        self.process = subprocess.Popen(  # noqa: S603 - our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(self.folder.lock,)
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.answers: BinaryIO = self.process.stdout  # type: ignore[assignment]  # typeshed knows it as IO[bytes]
        files = [(one.name, one.path.resolve()) for one in inputs if one.path is not None]
        pickle.dump((plan.profile, known, files, self.folder.path), self.process.stdin)
        self.process.stdin.close()
        self.staged: sqlite3.Connection | None = None
        self.merger = Merger(plan, [one.name for one in inputs], report)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        self.answers.close()
        if self.staged is not None:
            self.staged.close()
        self.kept.close()

    @property
    def lookup(self) -> Lookup:
        """As `Mapping.lookup`, once all rows have come in."""
        assert self.staged is not None
        return Lookup(Staged(self.staged), self.merger)

    def stage(self, progress: Callable[[int], None] = lambda rows: None) -> int:
        """As `Mapping.stage`."""
        for word, content in self._heard():
            if word == "rows":
                progress(content)
            elif word == "staged":
                self.staged = sqlite3.connect(self.folder.path / FILE)
                total, columns = content
                for name in columns:
                    self.plan.columns.place(name)
                return int(total)
        return 0

    def drafts(self) -> Iterator[Mapped]:
        """As `Mapping.drafts`."""
        for word, content in self._heard():
            if word == "drafts":
                yield from map(_unpacked, content)
            elif word == "end":
                return

    def _heard(self) -> Iterator[tuple[str, Any]]:
        while True:
            try:
                word, content, findings, self.counts = pickle.load(self.answers)  # noqa: S301 - from our own child
            except EOFError:
                reason = "Reading stopped before the end; is there enough memory?"
                raise SourceError(self.inputs[0].name, reason) from None
            for finding in findings:
                self.report.take(finding)
            if word == "profile":
                raise ProfileError(*content)
            if word == "source":
                raise SourceError(*content)
            yield word, content


class _Told:
    """Findings until they are sent."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def write(self, finding: Finding) -> None:
        self.findings.append(finding)


def _packed(one: Mapped) -> tuple[Any, ...]:
    """A draft as plain tuples, which travel at half the price of objects; its references alone carry keys."""
    for reference in one.references:
        one.put(reference, None)
    draft = one.draft
    return (
        (draft.kind, draft.key, draft.fields, draft.at, draft.line),
        [(s.at, s.action, s.fields, s.note, s.actor, s.asks, s.decision) for s in draft.steps],
        [(link.type, link.target, link.valid_from, link.valid_to) for link in draft.links],
        (one.plan, one.file, one.references),
    )


def _unpacked(packed: tuple[Any, ...]) -> Mapped:
    (kind, key, fields, at, line), steps, links, rest = packed
    draft = Draft(kind, key, fields, at, [Step(*one) for one in steps], [Link(*one) for one in links], line)
    return Mapped(draft, *rest)


def main() -> None:
    """Do one job that stands on the standard input, and tell on the standard output."""
    profile, known, files, folder = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    told = _Told()

    def tell(word: str, content: Any, counts: Counts) -> None:
        pickle.dump((word, content, told.findings, counts), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()
        told.findings = []

    # Rows live for a moment and form no cycles; what was loaded so far stays to the end.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    plan = make_plan(profile, lambda kind, field: known[(kind, field)])
    with Mapping(plan, [Input.of(path, name) for name, path in files], Report(told), folder) as mapping:
        try:
            total = mapping.stage(lambda rows: tell("rows", rows, mapping.counts))
            tell("staged", (total, plan.columns.names), mapping.counts)
            batch = []
            for one in mapping.drafts():
                batch.append(_packed(one))
                if len(batch) == BATCH:
                    tell("drafts", batch, mapping.counts)
                    batch = []
            tell("drafts", batch, mapping.counts)
            tell("end", None, mapping.counts)
        except ProfileError as error:
            tell("profile", (error.name, error.problems), mapping.counts)
        except SourceError as error:
            tell("source", (error.name, error.text, error.line), mapping.counts)
        except BrokenPipeError:
            # The import was killed; nobody else is left to clear up, and nobody to be told.
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)
        except (OSError, sqlite3.Error) as error:
            reason = f"Its rows cannot be kept in {folder} ({error}); is there room?"
            tell("source", (files[0][0], reason, 0), mapping.counts)


if __name__ == "__main__":
    main()
