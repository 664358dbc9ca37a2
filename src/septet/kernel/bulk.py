"""The bulk door: many records at once, each with its history, its journal entries and its spans.

The one other way to write records beside `perform`. Drafts are validated by functions compiled per type, written in
batches (parents, children, journal, spans, relations, keys), and known again by their external key: the same draft
twice changes nothing, a different one adds what is new in it, and a withdrawn record comes back.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from septet.kernel import bulk_new, door
from septet.kernel.actors import Actor
from septet.kernel.bulk_drafts import Compiled, Working, Written
from septet.kernel.bulk_known import Altered, Following, Known
from septet.kernel.bulk_rows.batch import batch as one_batch
from septet.kernel.bulk_rows.collection import rarer_collection
from septet.kernel.bulk_rows.durability import relaxed
from septet.kernel.bulk_rows.entries import Entries
from septet.kernel.custom import properties_of
from septet.kernel.errors import Invalid, Refused
from septet.kernel.models import ExternalKey, Record
from septet.kernel.registry import RecordType, number_of, registry
from septet.lib.drafts import Draft

BATCH = 2000
CHUNK = 500
REMEMBERED = 500_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A draft that was not written: where it stands, which field, and why."""

    line: int
    key: str
    field: str
    reason: str


@dataclass
class BulkReport:
    """What came of a bulk write. `ids` gives the record of each draft's key in the last batch, `altered` the fields
    that it changed on records that were there already."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ids: dict[tuple[str, str, str], int] = field(default_factory=dict)
    altered: list[Altered] = field(default_factory=list)


class Door:
    """One bulk write under way: by whom, through which surface, under which request."""

    def __init__(self, actor: Actor, *, via: str, request: str, action: str = "import", dry_run: bool = False) -> None:
        self.actor, self.via, self.request, self.action, self.dry_run = actor, via, request, action, dry_run
        self.report = BulkReport()
        self._compiled: dict[str, Compiled] = {}
        self._kinds: dict[int, str] = {}
        self._working = Working(self._kinds, action)
        self._imagined = 0
        self._imagined_fields: dict[str, dict[str, Any]] = {}

    def write(self, drafts: Iterable[Draft], progress: Callable[[int], None] | None = None) -> BulkReport:
        """Write all drafts, batch by batch, each kind of a batch in a transaction of its own."""
        done = 0
        with rarer_collection():
            for batch in _batches(drafts):
                self.write_batch(batch)
                done += len(batch)
                if progress is not None:
                    progress(done)
        return self.report

    def write_batch(self, drafts: list[Draft]) -> None:
        """Write some drafts; `report.ids` and `report.altered` then tell of them."""
        self.report.ids.clear()
        self.report.altered.clear()
        by_kind: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_kind.setdefault(draft.kind, []).append(draft)
        with one_batch():
            for kind, some in by_kind.items():
                self._write_kind(self._for(kind), some)

    def imagine(self, kind: str) -> int:
        """An id for a record of `kind` that does not exist yet, by which drafts may refer to it until they are
        written: ids below zero, which only this door knows."""
        self._imagined -= 1
        self._kinds[self._imagined] = kind
        return self._imagined

    def number(self, record: int) -> str:
        """The number of a record that drafts refer to; of one that is only imagined, that it is new."""
        kind = self._kinds.get(record, "")
        return number_of(kind, record) if record > 0 else f"a new {kind}"

    def usable(self, drafts: list[Draft]) -> list[bool]:
        """Whether each of some drafts of one kind could be written as it stands; the others are refused."""
        with one_batch():
            ready = self._worked_out(self._for(drafts[0].kind), drafts, timezone.now())
        accepted = {id(draft) for draft, _ in ready}
        return [id(draft) in accepted for draft in drafts]

    def _for(self, kind: str) -> Compiled:
        if kind not in self._compiled:
            it = registry.type_of(kind)
            if not it.importable:
                raise Refused(f"{it.label_plural} cannot be imported: they give rights. Open them one by one.")
            self._compiled[kind] = Compiled(it)
        return self._compiled[kind]

    def _write_kind(self, compiled: Compiled, drafts: list[Draft]) -> None:
        """Work the drafts out first, then write them in one transaction: others wait for it on SQLite."""
        now = timezone.now()
        ready = self._worked_out(compiled, drafts, now)
        with relaxed(), transaction.atomic(), door.opened():
            self._put(compiled.it, ready, now)
            if self.dry_run:
                transaction.set_rollback(True)

    def _worked_out(self, compiled: Compiled, drafts: list[Draft], now: datetime) -> list[tuple[Draft, Written]]:
        """The drafts that can be written; the others are refused."""
        self._load_kinds(compiled, drafts)
        properties = {**properties_of(compiled.it), **self._imagined_fields.get(compiled.it.kind, {})}
        ready: list[tuple[Draft, Written]] = []
        taken: set[tuple[str, str]] = set()
        for draft in drafts:
            try:
                if draft.key in taken:
                    raise Invalid(fields={"key": "The same key stands twice in this batch."})
                ready.append((draft, self._working.out(compiled, draft, now, properties)))
            except Invalid as error:
                self._refuse(draft, error)
                continue
            if draft.key is not None:
                taken.add(draft.key)
        return ready

    def _put(self, it: RecordType, ready: list[tuple[Draft, Written]], now: datetime) -> None:
        """Write what is new, and what is otherwise than it was when the same drafts came before."""
        held = self._held(it, ready)
        fresh: list[tuple[Draft, Written]] = []
        followed: list[tuple[Known, Draft, Written]] = []
        for draft, written in ready:
            known = held.get(draft.key) if draft.key else None
            if known is None:
                fresh.append((draft, written))
                continue
            self._note_id(draft, known.record)
            if known.digest == written.digest and not known.withdrawn:
                self.report.unchanged += 1
            else:
                followed.append((known, draft, written))
        entries = Entries(self.actor, via=self.via, request=self.request, now=now)
        following = Following(it, self.actor, entries, self.action, self.report.altered)
        changed = following.all(followed)
        self.report.changed += changed
        self.report.unchanged += len(followed) - changed
        if self.dry_run:
            self._imagine(it, [draft for draft, _ in fresh])
        elif fresh:
            for pk, (draft, _) in zip(bulk_new.insert(it, fresh, entries), fresh, strict=True):
                self._kinds[pk] = it.kind
                self._note_id(draft, pk)
        self.report.created += len(fresh)

    def _refuse(self, draft: Draft, error: Invalid) -> None:
        key = draft.key[1] if draft.key else ""
        for name, reason in (error.fields or {"": error.detail}).items():
            self.report.refused.append(Refusal(draft.line, key, name, reason))

    def _note_id(self, draft: Draft, record: int) -> None:
        if draft.key is not None:
            self.report.ids[(draft.kind, *draft.key)] = record

    def _held(self, it: RecordType, ready: list[tuple[Draft, Written]]) -> dict[tuple[str, str], Known]:
        """The records that drafts of this batch are known as, by key."""
        by_source: dict[str, list[str]] = {}
        for draft, _ in ready:
            if draft.key is not None:
                by_source.setdefault(draft.key[0], []).append(draft.key[1])
        found = {}
        for source, keys in by_source.items():
            for some in _chunks(keys):
                rows = ExternalKey.objects.filter(source=source, kind=it.kind, key__in=some).values_list(
                    "key", "pk", "record_id", "digest", "record__withdrawn_at"
                )
                for key, pk, record, digest, withdrawn in rows:
                    found[(source, key)] = Known(pk, record, bytes(digest), withdrawn is not None)
        return found

    def _load_kinds(self, compiled: Compiled, drafts: list[Draft]) -> None:
        """Learn the kind of every record that drafts refer to, so that each reference is checked without a query."""
        names = [name for name, _ in compiled.references]
        said = (values for draft in drafts for values in (draft.fields, *[step.fields for step in draft.steps]))
        ids = {value for values in said for name in names if type(value := values.get(name)) is int}
        ids |= {link.target for draft in drafts for link in draft.links if type(link.target) is int}
        ids |= {person for draft in drafts for step in draft.steps for person in step.asks if type(person) is int}
        if len(self._kinds) > REMEMBERED:
            for pk in [one for one in self._kinds if one > 0]:
                del self._kinds[pk]
        for some in _chunks([one for one in ids if one not in self._kinds]):
            self._kinds.update(Record.objects.filter(pk__in=some).values_list("pk", "kind"))

    def _imagine(self, it: RecordType, drafts: list[Draft]) -> None:
        """In a dry run new records are imagined, so that later drafts may refer to them; custom fields that would be
        declared count as declared."""
        for draft in drafts:
            self._note_id(draft, self.imagine(it.kind))
            schema = draft.fields.get("json_schema")
            if it.kind == "custom-fields" and isinstance(schema, dict):
                declared = self._imagined_fields.setdefault(str(draft.fields.get("applies_to")), {})
                declared.update(schema.get("properties", {}))


def write(
    drafts: Iterable[Draft],
    actor: Actor,
    *,
    via: str = "import",
    request: str,
    action: str = "import",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BulkReport:
    """Write drafts through the bulk door; see `Door`. The caller has checked that the actor may import."""
    return Door(actor, via=via, request=request, action=action, dry_run=dry_run).write(drafts, progress)


def _batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    rest = iter(drafts)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
