"""One record as a reader may see it: its fields, its history, its relations, what can be done to it next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from septet.kernel import policy
from septet.kernel.actions import plain_values
from septet.kernel.actors import Actor
from septet.kernel.clocks.then import due_then
from septet.kernel.errors import NotFound
from septet.kernel.fields import moment_text
from septet.kernel.journal import ERASED, Snapshot, entries_of, own, read_changes, replay, undone_ids
from septet.kernel.loading import Head, heads
from septet.kernel.models import Attachment, Confidentiality, Entry, Record, Relation
from septet.kernel.parts import part_values
from septet.kernel.prepared import Prepared, Slot, as_stored, prepare
from septet.kernel.registry import Action, RecordType, number_of, registry

MOST_RELATIONS = 500
# What stands for the title of a restricted record where somebody reads of it who may not see it.
RESTRICTED = "Restricted"


def snapshot_at(record: Record, as_of: datetime | None, known_at: datetime | None) -> Snapshot:
    """What the record was, by its journal. Raises NotFound if it did not exist then or nobody knew of it."""
    it = registry.types[record.kind]
    found = replay(it, entries_of(record.pk, as_of=as_of, known_at=known_at))
    if not found.exists:
        raise NotFound(f"{record.number} did not exist at that time.")
    return found


@dataclass(frozen=True, slots=True)
class Whole:
    """All that the page of a record tells. `held` names the parts of which it has any row now, `seen` the ids of the
    records mentioned that somebody who is not staff may open (None for staff)."""

    body: dict[str, Any]
    history: list[dict[str, Any]]
    files: list[Attachment]
    relations: list[dict[str, Any]]
    held: frozenset[str]
    seen: set[int] | None


def whole(record: Any, actor: Actor, *, as_of: datetime | None = None, known_at: datetime | None = None) -> Whole:
    """Fields, history, files and relations together, with fewer queries than one by one; files only as of now."""
    it = registry.types[record.kind]
    now = as_of is None and known_at is None
    held = _held(it, record)
    fields = _fields(record, actor, as_of, known_at, held)
    journal = _journal(record, actor, as_of, known_at)
    mentioned = fields.mentioned() | journal.mentioned()
    titles = titles_of(mentioned, actor)
    edges = _edges(record, as_of, known_at)
    seen = policy.seen_among(actor, (one.other for one in edges), () if actor.is_staff else mentioned)
    return Whole(
        body=fields.shown(titles),
        history=journal.shown(titles),
        files=attachments(record, actor) if now and "attachments" in held else [],
        relations=[one.shown() for one in edges if one.other.pk in seen][:MOST_RELATIONS],
        held=held,
        seen=None if actor.is_staff else seen,
    )


def body(
    record: Any, actor: Actor, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> dict[str, Any]:
    """Every field that the actor may read, with its parts; references as number and title, moments in UTC."""
    fields = _fields(record, actor, as_of, known_at, None)
    return fields.shown(titles_of(fields.mentioned(), actor))


@dataclass(frozen=True, slots=True)
class _Fields:
    """A record's plain values and part rows as far as a reader may have them."""

    it: RecordType
    record: Any
    values: Mapping[str, Any]
    readable: list[str]
    parts: Mapping[str, list[dict[str, Any]]]

    def mentioned(self) -> set[int]:
        """The ids of the records that they refer to."""
        return _references(self.it, self.values, self.readable, self.parts)

    def shown(self, titles: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
        """The values as every surface shows them."""
        found: dict[str, Any] = {
            "number": self.record.number,
            "kind": self.record.kind,
            "version": self.record.version,
            "updated_at": moment_text(self.record.updated_at),
        }
        for name in self.readable:
            f, value = self.it.fields[name], self.values.get(name)
            found[name] = link(f.kind, value, titles) if f.sort == "reference" else value
        for name, rows in self.parts.items():
            found[name] = [_part_body(self.it, name, row, titles) for row in rows]
        return found


def _fields(
    record: Any, actor: Actor, as_of: datetime | None, known_at: datetime | None, held: frozenset[str] | None
) -> _Fields:
    it = registry.types[record.kind]
    then = snapshot_at(record, as_of, known_at) if as_of or known_at else None
    parts: dict[str, list[dict[str, Any]]] = {}
    internal = policy.sees_internal(actor, record)
    if internal or any(model.for_all for model in it.all_parts.values()):
        every = then_parts(it, then) if then else present_parts(it, record, held)
        parts = {name: rows for name, rows in every.items() if internal or it.all_parts[name].for_all}
    values = then.values if then else plain_values(it, record)
    if then and it.clocks is not None:
        values = {**values, "due_at": due_then(it, [record.pk], as_of, known_at)[record.pk]}
    readable = [name for name in policy.fields_for(actor, record) if name not in it.hidden]
    return _Fields(it, record, values, readable, parts)


def _held(it: RecordType, record: Record) -> frozenset[str]:
    """The parts of which a record has any row, by one query for all of them."""
    names, asked = _asked(it, connection.vendor)
    has = asked.rows({"pk": record.pk})[0]
    return frozenset(name for name, one in zip(names, has, strict=True) if one)


@cache
def _asked(it: RecordType, vendor: str) -> tuple[list[str], Prepared]:
    names = [name for name, model in it.all_parts.items() if name == "attachments" or not model.apart]
    asked = {
        f"has_{n}": Exists(it.all_parts[name]._default_manager.filter(record_id=OuterRef("pk")))
        for n, name in enumerate(names)
    }
    return names, prepare(Record.objects.filter(pk=Slot("pk")).annotate(**asked).values_list(*asked))


def present_parts(
    it: RecordType, record: Record, held: frozenset[str] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The part rows of a record as they are, by part name; `held` says of which it has any, if that is known."""
    known = _held(it, record) if held is None else held
    return {
        name: [
            {"id": row.pk, **part_values(row)}
            for row in (model._default_manager.filter(record_id=record.pk).order_by("pk") if name in known else ())
        ]
        for name, model in it.all_parts.items()
        if not model.apart
    }


def then_parts(it: RecordType, then: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """The part rows of a record as they were."""
    found = {}
    for name, model in it.all_parts.items():
        if not model.apart:
            columns = [one.name for one in model._meta.concrete_fields if one.name not in {"id", "record"}]
            rows = sorted(then.rows(name).items())
            found[name] = [{"id": pk, **{c: row.get(c) for c in columns}} for pk, row in rows]
    return found


def _references(
    it: RecordType, values: Mapping[str, Any], readable: Iterable[str], parts: Mapping[str, list[dict[str, Any]]]
) -> set[int]:
    ids = {values.get(name) for name in readable if it.fields[name].sort == "reference"}
    for name, rows in parts.items():
        columns = [one.name for one in it.all_parts[name]._meta.concrete_fields if one.is_relation]
        ids |= {row.get(column) for row in rows for column in columns}
    return {one for one in ids if isinstance(one, int)}


def titles_of(ids: Iterable[int], actor: Actor) -> dict[int, tuple[str, str]]:
    """(kind, title) of records by id, in one query; of restricted ones that the actor may not see only that they are.

    What is not restricted keeps its name wherever it is mentioned: whom and what a record is about is part of it.
    """
    found = heads(ids)
    secret = [one for one in found if one.confidentiality == Confidentiality.RESTRICTED]
    seen = policy.seen_among(actor, secret) if secret else set()
    hidden = {one.pk for one in secret} - seen
    return {one.pk: (one.kind, RESTRICTED if one.pk in hidden else one.title) for one in found}


def link(kind: str, pk: int | None, titles: Mapping[int, tuple[str, str]]) -> dict[str, Any] | None:
    """A reference as every surface shows it."""
    if pk is None:
        return None
    known = titles.get(pk)
    return {"number": number_of(known[0] if known else kind, pk), "title": known[1] if known else ERASED}


def _part_body(it: RecordType, name: str, row: dict[str, Any], titles: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    columns = {one.name: one for one in it.all_parts[name]._meta.concrete_fields}
    return {
        key: link("", value, titles) if key in columns and columns[key].is_relation else value
        for key, value in row.items()
    }


def history(
    record: Record, actor: Actor, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """The journal of a record as far as the actor may read it, in the order in which it was recorded."""
    journal = _journal(record, actor, as_of, known_at)
    return journal.shown(titles_of(journal.mentioned(), actor))


@dataclass(frozen=True, slots=True)
class _Journal:
    """Entries of a record as far as a reader may have them, and which of them are undone."""

    it: RecordType
    entries: list[Entry]
    changes: dict[int, dict[str, Any]]
    undone: set[int]

    def mentioned(self) -> set[int]:
        """The ids of the records that they refer to."""
        people = {pk for e in self.entries for pk in (e.actor_id, e.on_behalf_of_id) if pk is not None}
        return people | _mentioned(self.it, self.changes.values())

    def shown(self, titles: Mapping[int, tuple[str, str]]) -> list[dict[str, Any]]:
        """The entries as every surface shows them."""
        return [self._shown(entry, titles) for entry in self.entries]

    def _shown(self, entry: Entry, titles: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
        action = self.it.actions.get(entry.action)
        return {
            "id": entry.pk,
            "number": entry.number,
            "action": entry.action,
            "label": action.label if action else entry.action.replace("-", " ").capitalize(),
            "at": moment_text(entry.at),
            "recorded_at": moment_text(entry.recorded_at),
            "actor": link("person", entry.actor_id, titles) or {"number": None, "title": entry.actor_name},
            "on_behalf_of": link("person", entry.on_behalf_of_id, titles),
            "via": entry.via,
            "request": entry.request,
            "caused_by": entry.caused_by,
            "undoes": entry.undoes,
            "undone": entry.pk in self.undone,
            "audience": entry.audience,
            "note": entry.note,
            "changes": _shown_changes(self.it, self.changes[entry.pk], titles),
        }


def _journal(record: Record, actor: Actor, as_of: datetime | None, known_at: datetime | None) -> _Journal:
    it = registry.types[record.kind]
    entries = policy.entries_for(actor, record)
    if as_of is not None:
        entries = entries.filter(at__lte=as_of)
    if known_at is not None:
        entries = entries.filter(recorded_at__lte=known_at)
    rows = list(entries)
    internal = policy.sees_internal(actor, record)
    # Entries are numbered without a gap, so a reader who has as many as there are has them all.
    every = [(e.pk, e.undoes) for e in rows] if len(rows) == record.version else None
    if every is None:
        every = list(Entry.objects.filter(record_id=record.pk).values_list("pk", "undoes"))
    return _Journal(it, rows, {e.pk: _visible_changes(it, e, internal) for e in rows}, undone_ids(every))


def _visible_changes(it: RecordType, entry: Entry, internal: bool) -> dict[str, Any]:
    changes = read_changes(entry.changes)
    if internal:
        return changes
    return {
        key: change
        for key, change in changes.items()
        if own(key)
        or (key in it.fields and not it.fields[key].internal and key not in it.hidden)
        or _is_for_all(it, key)
    }


def _is_for_all(it: RecordType, key: str) -> bool:
    name, dot, _ = key.partition(".")
    return bool(dot) and name in it.all_parts and it.all_parts[name].for_all


def _mentioned(it: RecordType, all_changes: Iterable[dict[str, Any]]) -> set[int]:
    ids: set[int] = set()
    for changes in all_changes:
        for key, change in changes.items():
            if _is_reference(it, key) and isinstance(change, list):
                ids |= {one for one in change if isinstance(one, int)}
    return ids


def _is_reference(it: RecordType, key: str) -> bool:
    if key in it.fields:
        return it.fields[key].sort == "reference"
    name, _, rest = key.partition(".")
    model = it.all_parts.get(name)
    column = rest.partition(".")[2]
    return model is not None and any(one.name == column and one.is_relation for one in model._meta.concrete_fields)


def _shown_changes(it: RecordType, changes: dict[str, Any], titles: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, change in changes.items():
        if isinstance(change, dict):
            shown[key] = [ERASED, ERASED]
        elif _is_reference(it, key):
            shown[key] = [link(it.fields[key].kind if key in it.fields else "", one, titles) for one in change]
        else:
            shown[key] = change
    return shown


def relations(
    record: Record, actor: Actor, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """The relations of a record that hold at a time, from both ends, as far as the actor may see the other end."""
    edges = _edges(record, as_of, known_at)
    seen = policy.seen_among(actor, (one.other for one in edges))
    return [one.shown() for one in edges if one.other.pk in seen][:MOST_RELATIONS]


@dataclass(frozen=True, slots=True)
class _Edge:
    """A relation as seen from one of its ends; `forth` if from its record."""

    pk: int
    type: str
    forth: bool
    other: Head
    need: int | None
    since: datetime
    until: datetime | None

    def shown(self) -> dict[str, Any]:
        """The relation as every surface shows it."""
        one = registry.relations.get(self.type)
        return {
            "id": self.pk,
            "type": self.type,
            "direction": "forth" if self.forth else "back",
            "label": (one.forth if self.forth else one.back) if one else self.type,
            "record": {
                "number": number_of(self.other.kind, self.other.pk),
                "title": self.other.title,
                "kind": self.other.kind,
                "state": self.other.state,
            },
            "need": self.need,
            "valid_from": moment_text(self.since),
            "valid_to": moment_text(self.until) if self.until else None,
        }


_ROW = (
    *("pk", "type", "need", "valid_from", "valid_to"),
    *(f"{end}__{name}" for end in ("record", "target") for name in ("id", *Head._fields[1:])),
)


def _edges(record: Record, as_of: datetime | None, known_at: datetime | None) -> list[_Edge]:
    """The relations of a record that hold at a time, whoever may see them."""
    at = as_of or timezone.now()
    asked = _relations(connection.vendor, ended=known_at is not None)
    found = []
    for pk, key, need, since, until, *both in asked.read({"pk": record.pk, "at": as_stored(at)}):
        source, target = Head(*both[:5]), Head(*both[5:])
        forth = source.pk == record.pk
        found.append(_Edge(pk, key, forth, target if forth else source, need, since, until))
    return found if known_at is None else _as_known(record, found, at, known_at)


@cache
def _relations(vendor: str, *, ended: bool) -> Prepared:
    pk, at = Slot("pk"), Slot("at")
    rows = Relation.objects.filter(Q(record_id=pk) | Q(target_id=pk), valid_from__lte=at)
    rows = rows if ended else rows.filter(Q(valid_to=None) | Q(valid_to__gt=at))
    return prepare(rows.order_by("pk").values_list(*_ROW))


def _as_known(record: Record, edges: list[_Edge], at: datetime, known_at: datetime) -> list[_Edge]:
    """Those edges that were known at a time, each with the end known then."""
    snapshots: dict[int, Snapshot] = {}
    found = []
    for one in edges:
        source, kind = (record.pk, record.kind) if one.forth else (one.other.pk, one.other.kind)
        if source not in snapshots:
            snapshots[source] = replay(registry.types[kind], entries_of(source, known_at=known_at))
        row = snapshots[source].rows("relations").get(one.pk)
        if row is None:
            continue
        end = datetime.fromisoformat(row["valid_to"]) if row.get("valid_to") else None
        if end is None or end > at:
            found.append(replace(one, until=end))
    return found


def attachments(record: Record, actor: Actor) -> list[Attachment]:
    """The files on a record that are for the actor."""
    rows = Attachment.objects.filter(record_id=record.pk).order_by("pk")
    audiences = policy.audiences_of(actor, record)
    return list(rows if audiences is None else rows.filter(audience__in=audiences))


def next_actions(record: Any, actor: Actor) -> list[Action]:
    """What the actor may do to the record as it stands, in the order of declaration."""
    it = registry.types[record.kind]
    gone = record.withdrawn_at is not None
    shared = cache(lambda: policy.is_shared_with(actor, record))  # asked for once, however many actions want to know
    return [
        one
        for one in it.actions.values()
        if (not one.from_ or record.state in one.from_)
        and (one.withdrawn if gone else one.name != "restore")
        and (one.when is None or one.when(record))
        and policy.may_do(actor, one.name, record, shared)
    ]
