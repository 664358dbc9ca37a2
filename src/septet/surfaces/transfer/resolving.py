"""References by another system's key become record ids, many at a time; those that lead nowhere are reported."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from septet.kernel.models import ExternalKey, Record
from septet.kernel.registry import registry
from septet.lib.drafts import Key
from septet.surfaces.transfer.mapping import Lookup
from septet.surfaces.transfer.plan import Plan
from septet.surfaces.transfer.report import Report
from septet.surfaces.transfer.rows import custom_name
from septet.surfaces.transfer.said import STEP, Mapped, Reference

REMEMBERED = 100_000
CHUNK = 500
# What is remembered of a key that was looked up and leads nowhere.
NOWHERE = 0


class Resolver:
    """Knows which record stands behind a key, and asks the database once for each batch."""

    def __init__(self, plan: Plan, files: Sequence[str], report: Report, *, forgets: bool) -> None:
        """`forgets`: whether what was learnt can be asked of the database again (not so in a dry run)."""
        self.plan, self.files, self.report, self.forgets = plan, files, report, forgets
        self.asked_for = frozenset(kind for reader in plan.readers for kind in reader.kinds)
        self.coming = frozenset((one.rule.kind, one.source) for one in plan.records if not one.implied)
        by = {"key", *(one.by for one in plan.records), *(reader.by for reader in plan.readers)}
        self.ids: dict[str, dict[Key, int]] = {one: {} for one in by}
        # The same tables, by the number of the reader that read a key.
        self.known = [self.ids[reader.by] for reader in plan.readers]

    def forget(self) -> None:
        """Keep memory flat: what was learnt is asked of the database again."""
        if self.forgets and sum(map(len, self.ids.values())) > REMEMBERED:
            for table in self.ids.values():
                table.clear()

    def load(self, batch: list[Mapped]) -> list[list[Reference]]:
        """Put ids in the place of the keys of each draft; gives those that lead nowhere so far."""
        lacking = [self.fill(one, one.references) for one in batch]
        asked = {(self.plan.readers[reference[1]].by, reference[0]) for some in lacking for reference in some}
        asked |= {(by, key) for one in batch for by, key in self._own_keys(one)}
        if self._look_up({known for known in asked if known[1] not in self.ids[known[0]]}):
            lacking = [self.fill(one, some) if some else some for one, some in zip(batch, lacking, strict=True)]
        return lacking

    def fill(self, one: Mapped, references: list[Reference]) -> list[Reference]:
        """Put ids in the place of keys as far as they are known; gives the others."""
        lacking = []
        for reference in references:
            pk = self.known[reference[1]].get(reference[0])
            if pk:
                one.put(reference, pk)
            else:
                lacking.append(reference)
        return lacking

    def left_alone(self, one: Mapped) -> bool:
        """Whether the record that a draft is about is there already, not withdrawn, and to be left as it is."""
        return any(self.ids[by].get(key) for by, key in self._own_keys(one))

    def learn(self, ids: dict[tuple[str, str, str], int], by: str) -> None:
        """Remember what was just written, if anything in the profile refers to its kind."""
        for parts, pk in ids.items():
            if parts[0] in self.asked_for:
                self.ids["key"][Key(*parts)] = self.ids[by][Key(*parts)] = pk

    def waits(self, lacking: list[Reference], lookup: Lookup) -> bool:
        """Whether something that a draft refers to is not there yet but stands in the same files."""
        return any(key[:2] in self.coming and lookup.comes(key) for key, *_ in lacking)

    def creates(self, reference: Reference) -> bool:
        """Whether a record is made where a reference leads nowhere."""
        return self.plan.readers[reference[1]].missing == "create"

    def settle(self, one: Mapped, lacking: list[Reference]) -> bool:
        """Report what leads nowhere, and leave its place empty; False if the draft is refused for it."""
        usable = True
        for reference in lacking:
            one.put(reference, None)
            usable = self._nowhere(one, reference) and usable
        return usable

    def _own_keys(self, one: Mapped) -> Iterator[tuple[str, Key]]:
        """By what a draft's own record is known, if all that matters is whether it is there."""
        record = self.plan.records[one.plan]
        if self.plan.leaves_known(record):
            source, key = one.draft.key or ("", "")
            yield record.by, Key(one.draft.kind, source, key)

    def _look_up(self, asked: set[tuple[str, Key]]) -> bool:
        """Ask the database for keys; whether it knows any of them."""
        wanted: dict[tuple[str, str, str], list[Key]] = {}
        for by, key in sorted(asked):
            wanted.setdefault((key.kind, key.source, by), []).append(key)
        knows = False
        for (kind, source, by), keys in wanted.items():
            table = self.ids[by]
            if by == "key" and self.forgets:
                # Whatever is written later is learnt; of other fields nobody knows who else may get such a value.
                table |= dict.fromkeys(keys, NOWHERE)
            for some in _chunks(keys):
                there = dict(_by_key(kind, source, some) if by == "key" else _by_field(kind, by, some))
                table |= there
                knows = knows or bool(there)
        return knows

    def _nowhere(self, one: Mapped, reference: Reference) -> bool:
        key, number, file, line, part, index, name = reference
        reader = self.plan.readers[number]
        column, refused = reader.column, reader.missing == "refuse"
        record = f"{one.draft.kind} {one.draft.key[1] if one.draft.key else ''}"
        reason = f"{name}: there is no {key.kind} with the {reader.by} {key.key}"
        self.report.add("refused" if refused else "dangling", self.files[file], line, column, key.key, record, reason)
        if not refused and column:
            fields = one.draft.steps[index].fields if part == STEP else one.draft.fields
            _keep(_extra(fields), custom_name(column), key.key)
        return not refused


def _extra(fields: dict[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = dict(fields.get("extra") or {})
    fields["extra"] = extra
    return extra


def _keep(extra: dict[str, Any], column: str, value: str) -> None:
    """Hold what a dangling reference said; a list where there are several."""
    held = extra.get(column)
    several = held if isinstance(held, list) else [] if held is None else [held]
    if value not in several:
        extra[column] = [*several, value] if several else value


def _by_key(kind: str, source: str, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    rows = ExternalKey.objects.filter(
        source=source, kind=kind, key__in=[key.key for key in keys], record__withdrawn_at=None
    )
    for text, pk in rows.values_list("key", "record_id"):
        yield Key(kind, source, text), pk


def _by_field(kind: str, name: str, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    """Records by a field of theirs, such as the title or a mail address; one that several share finds nothing."""
    it = registry.types[kind]
    rows: QuerySet[Record] = it.model._default_manager.filter(
        **{f"{name}__in": [key.key for key in keys]}, withdrawn_at=None
    )
    found: dict[str, list[int]] = {}
    for text, pk in rows.values_list(name, "pk"):
        found.setdefault(str(text), []).append(pk)
    for key in keys:
        if len(found.get(key.key, ())) == 1:
            yield key, found[key.key][0]


def _chunks(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
