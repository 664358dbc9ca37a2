"""The half of an import that writes: drafts get the ids of what they refer to and go through the bulk door."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Any

from septet.kernel.actors import Actor
from septet.kernel.bulk import BATCH, Door
from septet.kernel.bulk_known import RELATIONS
from septet.kernel.errors import Invalid
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.lib.drafts import Draft, Key, Link
from septet.surfaces.transfer.beside import Beside
from septet.surfaces.transfer.custom_fields import declarations
from septet.surfaces.transfer.mapping import Mapping
from septet.surfaces.transfer.plan import Plan
from septet.surfaces.transfer.report import Finding, Report, Sort
from septet.surfaces.transfer.resolving import Resolver
from septet.surfaces.transfer.said import Mapped, Reference
from septet.surfaces.transfer.samples import RECORDS, Sample, sample_of

# All imports share one: by it the door knows a step that it wrote before.
VIA = "import"


@dataclass(slots=True)
class ImportResult:
    """What came of an import. Counts are records, except `rows` and `left_out` (rows) and the findings.

    `kinds` holds created, changed and unchanged for each kind; `fields`, for each kind, on how many records that were
    there already which field changed. `findings` are the first of each sort; the report file has all of them, and
    `report` is its digest where it was kept. In a dry run the counts say what would happen, each change is a finding,
    and `samples` shows what the first records would become.
    """

    profile: str
    request: str
    dry_run: bool
    rows: int = 0
    left_out: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    dangling: int = 0
    notes: int = 0
    seconds: float = 0.0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    report: str = ""


class Writer:
    """Takes drafts from a mapping to the door, one rule at a time, so that references find what stands before them."""

    def __init__(
        self, plan: Plan, mapping: Mapping | Beside, report: Report, actor: Actor, result: ImportResult
    ) -> None:
        self.plan, self.mapping, self.report, self.result = plan, mapping, report, result
        self.door = Door(actor, via=VIA, request=result.request, dry_run=result.dry_run)
        self.resolver = Resolver(plan, [one.name for one in mapping.inputs], report, forgets=not result.dry_run)
        # What is made only if something needs it: those that are being made now, and those that came unasked, because
        # the rows that speak of them by more than their key could not be used.
        self.making: set[Key] = set()
        self.held_back: dict[Key, Mapped] = {}
        self.sampled: Counter[int] = Counter()
        self.done = 0

    def run(self, progress: Callable[[int], None]) -> None:
        """Write everything."""
        self._declare()
        for drafts in self._by_rule():
            later: list[Mapped] = []
            for batch in _batches(drafts):
                self.resolver.forget()
                waiting = self._write(batch, last_chance=False)
                later += waiting
                self.done += len(batch) - len(waiting)
                progress(self.done)
            self._write_later(later)
            self.done += len(later)
            progress(self.done)

    def _write_later(self, later: list[Mapped]) -> None:
        """Write drafts that refer to later ones, round by round, until no round brings any further."""
        last_chance = False
        while later:
            waiting: list[Mapped] = []
            for batch in _batches(iter(later)):
                waiting += self._write(batch, last_chance=last_chance)
            last_chance = len(waiting) == len(later)
            later = waiting

    def _declare(self) -> None:
        """Custom fields have to be declared before records can hold them."""
        for draft in declarations(self.plan):
            self.door.write_batch([draft])
            if self.door.report.refused:
                one = self.door.report.refused[0]
                raise Invalid(f"The custom fields for this import cannot be declared: {one.field}: {one.reason}")

    def _by_rule(self) -> Iterator[Iterator[Mapped]]:
        """Drafts in runs of one rule, lazily."""
        for index, some in groupby(self.mapping.drafts(), key=lambda one: one.plan):
            if self.plan.records[index].implied:
                self.held_back |= {_key(one.draft): one for one in some}
            else:
                yield some

    def _write(self, batch: list[Mapped], *, last_chance: bool) -> list[Mapped]:
        """Write a batch of one rule; gives back those whose references only come later."""
        ready: list[Mapped] = []
        later: list[Mapped] = []
        needing: list[tuple[Mapped, list[Reference]]] = []
        lookup = self.mapping.lookup
        for one, lacking in zip(batch, self.resolver.load(batch), strict=True):
            if self.resolver.left_alone(one):
                self._add(one.draft.kind, "unchanged", 1)
            elif not lacking:
                ready.append(one)
            elif not last_chance and self.resolver.waits(lacking, lookup):
                later.append(one)
            else:
                made = [reference for reference in lacking if self._can_make(reference)]
                if not self.resolver.settle(one, [reference for reference in lacking if reference not in made]):
                    continue
                ready.append(one)
                if made:
                    needing.append((one, made))
        if needing:
            refused = self._make_what_is_needed(needing)
            ready = [one for one in ready if id(one) not in refused]
        if ready:
            self._through_door(ready)
        return later

    def _can_make(self, reference: Reference) -> bool:
        key = reference[0]
        if not self.resolver.creates(reference) or key in self.making:
            return False
        return key in self.held_back or self.mapping.lookup.implies(key)

    def _make_what_is_needed(self, needing: list[tuple[Mapped, list[Reference]]]) -> set[int]:
        """Make what drafts refer to and nobody knows yet; gives the `id()` of drafts that are refused themselves.

        What only refused drafts mention is not made. So the drafts are tried first, with ids that do not exist yet in
        the place of what they need.
        """
        imagined: dict[Key, int] = {}
        for one, made in needing:
            _empty(one.draft)
            for reference in made:
                key = reference[0]
                if key not in imagined:
                    imagined[key] = self.door.imagine(key.kind)
                one.put(reference, imagined[key])
        usable = self.door.usable([replace(one.draft, links=_tied(one.draft)) for one, _ in needing])
        self._tell_refused([one for one, _ in needing])
        taken = [pair for pair, is_usable in zip(needing, usable, strict=True) if is_usable]
        self._make(list(dict.fromkeys(reference[0] for _, made in taken for reference in made)))
        for one, made in taken:
            # What could not be made leads nowhere.
            self.resolver.settle(one, self.resolver.fill(one, made))
        return {id(one) for (one, _), is_usable in zip(needing, usable, strict=True) if not is_usable}

    def _make(self, keys: list[Key]) -> None:
        self.making |= set(keys)
        found = (self.held_back.pop(key, None) or self.mapping.lookup.implied(key) for key in keys)
        drafts = sorted((one for one in found if one is not None), key=lambda one: one.plan)
        for _, some in groupby(drafts, key=lambda one: one.plan):
            for batch in _batches(some):
                self._write(batch, last_chance=True)
        self.making -= set(keys)

    def _through_door(self, ready: list[Mapped]) -> None:
        report = self.door.report
        before = (report.created, report.changed, report.unchanged)
        kind = ready[0].draft.kind
        for one in ready:
            one.draft.links = _tied(one.draft)
            _empty(one.draft)
        self.door.write_batch([one.draft for one in ready])
        for name, old in zip(("created", "changed", "unchanged"), before, strict=True):
            self._add(kind, name, getattr(report, name) - old)
        self.resolver.learn(report.ids, self.plan.records[ready[0].plan].by)
        self._tell_refused(ready)
        if self.result.dry_run:
            self._sample(ready)
        self._tell_altered(ready)

    def _sample(self, some: list[Mapped]) -> None:
        """Keep what the first records of a rule would become; those that were refused are among the findings."""
        ids, altered = self.door.report.ids, {one.key for one in self.door.report.altered}
        for one in some:
            if self.sampled[one.plan] >= RECORDS:
                return
            key = one.draft.key
            record = ids.get((one.draft.kind, *key)) if key else None
            if record is None:
                continue
            becomes = "created" if record < 0 else "changed" if key in altered else "unchanged"
            self.sampled[one.plan] += 1
            self.result.samples.append(sample_of(one, self.mapping.inputs[one.file].name, becomes, self._shown))

    def _tell_refused(self, some: list[Mapped]) -> None:
        """Pass on what the door refused, with the place where it stands."""
        refused = self.door.report.refused
        if not refused:
            return
        by_key = {one.draft.key: one for one in some}
        for refusal in refused:
            one = by_key[(self.plan.records[some[0].plan].source, refusal.key)]
            shown = one.draft.fields.get(refusal.field, "")
            self._tell("refused", one, refusal.field, shown, refusal.reason)
        refused.clear()

    def _tell_altered(self, some: list[Mapped]) -> None:
        """Count the fields that changed on records that were there already; in a dry run say what each would become,
        and what it is now to those who may see it."""
        altered = self.door.report.altered
        if not altered:
            return
        kind = some[0].draft.kind
        counts = self.result.fields.setdefault(kind, Counter())
        counts.update(name for _, name in dict.fromkeys((one.key, one.field) for one in altered))
        if not self.result.dry_run:
            return
        by_key = {one.draft.key: one for one in some}
        ids = {key: self.door.report.ids[(kind, *key)] for key, *_ in altered if key is not None}
        seen = visible_to(self.door.actor, Record.objects.filter(pk__in=ids.values())).values_list("pk", flat=True)
        visible = set(seen)
        for key, name, was, becomes in altered:
            before, after = self._shown(kind, name, was), self._shown(kind, name, becomes)
            now = f"{before} would become" if key in ids and ids[key] in visible else "it would become"
            self._tell("change", by_key[key], name, after, f"{now} {after}")

    def _shown(self, kind: str, name: str, value: Any) -> str:
        """A plain value of a field, for people."""
        if value in (None, "", {}, []):
            return "nothing"
        f = registry.types[kind].fields.get(name)
        refers = name == RELATIONS or (f is not None and f.sort == "reference")
        return self.door.number(value) if refers else str(value)

    def _tell(self, sort: Sort, one: Mapped, name: str, shown: object, reason: str) -> None:
        """A finding about a field of a draft, with the column that it is read from."""
        rule = self.plan.records[one.plan]
        readers = (fields.get(name) for fields in (rule.fields, *(step.fields for step in rule.steps)))
        column = next((reader.column for reader in readers if reader), "")
        record = f"{one.draft.kind} {one.draft.key[1] if one.draft.key else ''}"
        file = self.mapping.inputs[one.file].name
        self.report.add(sort, file, one.draft.line, column, shown, record, f"{name}: {reason}")

    def _add(self, kind: str, name: str, count: int) -> None:
        if count:
            self.result.kinds.setdefault(kind, Counter())[name] += count
            setattr(self.result, name, getattr(self.result, name) + count)


def _key(draft: Draft) -> Key:
    source, key = draft.key or ("", "")
    return Key(draft.kind, source, key)


def _tied(draft: Draft) -> list[Link]:
    """The relations of a draft that lead somewhere."""
    return [link for link in draft.links if link.target]


def _empty(draft: Draft) -> None:
    """Let steps empty a field by what it holds when nothing was ever set, as the door takes it."""
    for step in draft.steps:
        if None in step.fields.values():
            fields = registry.types[draft.kind].fields
            step.fields |= {name: fields[name].blank for name, value in step.fields.items() if value is None}


def _batches(drafts: Iterator[Mapped]) -> Iterator[list[Mapped]]:
    while batch := list(islice(drafts, BATCH)):
        yield batch
