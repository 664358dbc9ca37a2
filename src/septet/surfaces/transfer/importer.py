"""An import from beginning to end: plan, read, resolve references in bulk, write through the bulk door, report."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from septet.kernel import statistics
from septet.kernel.actions import new_request
from septet.kernel.actors import Actor
from septet.kernel.bulk_rows.collection import rarer_collection
from septet.kernel.errors import Invalid, Refused, Unavailable
from septet.kernel.fields import LONGEST_TEXT
from septet.kernel.models import Verb
from septet.kernel.registry import registry
from septet.kernel.relations import type_called
from septet.lib.text import suggestion
from septet.surfaces.transfer.beside import Beside, Remembered
from septet.surfaces.transfer.mapping import Mapping
from septet.surfaces.transfer.plan import Plan, make_plan
from septet.surfaces.transfer.profile import Profile, find_profile
from septet.surfaces.transfer.report import Report, report_file
from septet.surfaces.transfer.rows import FieldHint
from septet.surfaces.transfer.sources import Input, SourceError
from septet.surfaces.transfer.writing import ImportResult, Writer

# After so many new records the database's planner is to know that there are more.
MANY = 1000
NO_ROOM = "The report or the temporary files of the import cannot be written; is there room? Start it again afterwards."
# Smaller files are read before a second process would have started.
WORTH_A_PROCESS = 256 * 1024
_SORTS = {
    "moment": "date-time",
    "date": "date",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "json": "json",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `phase` is `reading` (rows; total unknown, 0) or `writing` (records); `result` is what has
    come of it so far."""

    phase: str
    done: int
    total: int
    result: ImportResult


def run_import(
    profile: Profile | str,
    files: Sequence[Path | Input],
    *,
    actor: Actor,
    dry_run: bool = False,
    report: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    request: str = "",
) -> ImportResult:
    """Bring files in as a profile (or its name, or its path) says, and tell what came of it.

    Raises Invalid where profile or files cannot be used at all, Refused where the actor may not import, Unavailable
    where there is no room. It may be stopped at any time and run again: what is there already is known by its key.
    """
    began = time.monotonic()
    tell = progress or (lambda _: None)
    known = Remembered(hints)
    plan = make_plan(find_profile(profile) if isinstance(profile, str) else profile, known)
    _check_relations(plan)
    _check_rights(plan, actor)
    if report is not None and not report.parent.is_dir():
        raise Invalid(f"The report cannot be written to {report}: there is no folder {report.parent}.")
    inputs = [one if isinstance(one, Input) else Input.of(one) for one in files]
    result = ImportResult(plan.profile.name, request or new_request(), dry_run)
    try:
        with report_file(report) as findings, _mapping(plan, known, inputs, findings) as mapping:

            def count() -> None:
                result.rows, result.left_out = mapping.counts.rows, mapping.counts.left_out
                result.refused, result.dangling = findings.counts["refused"], findings.counts["dangling"]
                result.notes, result.findings = findings.counts["note"], findings.first

            def say(phase: str, done: int, total: int) -> None:
                count()
                tell(Progress(phase, done, total, result))

            total = mapping.stage(lambda rows: say("reading", rows, 0))
            with rarer_collection():
                Writer(plan, mapping, findings, actor, result).run(lambda done: say("writing", done, total))
            count()
            if not dry_run and result.created >= MANY:
                statistics.refresh()
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{NO_ROOM} ({error})") from None
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _mapping(plan: Plan, known: Remembered, inputs: list[Input], findings: Report) -> Mapping | Beside:
    """Large files are read by a process beside this one, so that reading and writing each have a processor."""
    paths = [one.path for one in inputs if one.path is not None]
    worth_it = len(paths) == len(inputs) and sum(_size(path) for path in paths) >= WORTH_A_PROCESS
    return Beside(plan, known.found, inputs, findings) if worth_it else Mapping(plan, inputs, findings)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise SourceError(path.name, f"The file cannot be read: {error.strerror}.") from None


def hints(kind: str, name: str) -> FieldHint:
    """What the registry knows of a field; raises LookupError with a sentence where there is no such kind or field."""
    if kind not in registry.types:
        raise LookupError(f"There is no record type `{kind}`.{suggestion(kind, registry.types)}")
    it = registry.types[kind]
    one = it.fields.get(name)
    if one is None:
        fits = suggestion(name, it.fields)
        raise LookupError(f"{it.label_plural} have no field `{name}`.{fits} A custom field is written `extra.{name}`.")
    if not one.journaled:
        raise LookupError(f"The `{name}` of {it.label_plural.lower()} follows from their clocks; leave it out.")
    if name == "state":
        return FieldHint(type="text", allowed=frozenset(it.states.by_key))
    if one.choices:
        allowed = frozenset(key for key, _ in one.choices)
        return FieldHint(type="integer" if all(isinstance(k, int) for k in allowed) else "text", allowed=allowed)
    if one.sort == "reference":
        return FieldHint(refers_to=one.kind)
    longest = LONGEST_TEXT if one.sort == "long-text" else one.max_length
    return FieldHint(type=_SORTS.get(one.sort, "text"), max_length=longest)


def _check_relations(plan: Plan) -> None:
    for index, rule in enumerate(plan.profile.records):
        for number, relation in enumerate(rule.relations):
            try:
                type_called(relation.type)
            except Invalid as error:
                path = ("records", index, "relations", number, "type")
                raise plan.profile.problem(path, " ".join(error.fields.values())) from None


def _check_rights(plan: Plan, actor: Actor) -> None:
    for kind in {record.rule.kind for record in plan.records}:
        if not registry.types[kind].importable:
            raise Refused(
                f"{registry.types[kind].label_plural} cannot be imported: they give rights. Open them one by one."
            )
        if actor.scopes(Verb.IMPORT, kind) is not None:
            raise Refused(
                f"You may not import {registry.types[kind].label_plural.lower()}: nobody granted you the right."
            )
