"""Entries of the journal: how one is made and hashed, and what a record was according to them."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from septet.kernel.errors import Invalid
from septet.kernel.fields import moment_text
from septet.kernel.models import Entry
from septet.kernel.registry import RecordType
from septet.lib.canonical import checked
from septet.lib.chain import digests, entry_hash, field_digest

Changes = dict[str, list[Any]]
ERASED = "[erased]"
SALT_BYTES = 16
# What these say is never personal, so hashes cover it as it stands. Every hash was made by these lists: a name may be
# added or taken away only together with a mark in the entries by which to know the older ones.
NEVER_PERSONAL = frozenset({
    "state", "priority", "owner", "team", "requester", "customer", "service", "site",
    "opened_at", "due_at", "closed_at", "withdrawn_at", "confidentiality",
})  # fmt: skip
OF_RELATIONS = frozenset({"type", "target", "need", "valid_from", "valid_to"})
# Custom values, files, and what an entry itself says: they may be erased whatever they hold.
ALWAYS_ERASABLE = (":", "extra.", "attachments.")


def own(key: str) -> bool:
    """Whether a change belongs to the entry itself (a comment's text) and not to the record's state."""
    return key.startswith(":")


def read_changes(text: str) -> dict[str, Any]:
    """The changes of an entry as they are stored."""
    found: dict[str, Any] = orjson.loads(text)
    return found


def header_of(entry: Entry) -> dict[str, Any]:
    """What the hash covers beside the values: every column that says who, when and what."""
    return {
        "record": entry.record_id,
        "kind": entry.kind,
        "number": entry.number,
        "action": entry.action,
        "at": moment_text(entry.at),
        "recorded_at": moment_text(entry.recorded_at),
        "actor": entry.actor_id if entry.actor_id is not None else entry.actor_name,
        "on_behalf_of": entry.on_behalf_of_id,
        "via": entry.via,
        "request": entry.request,
        "caused_by": entry.caused_by,
        "undoes": entry.undoes,
        "audience": entry.audience,
    }


def never_personal(key: str, change: Any) -> bool:
    """Whether a change can never be erased, because it holds no words about anybody: its hash covers it as it is."""
    if key in NEVER_PERSONAL:
        return True
    if type(change) is list and _is_wordless(change[1]) and _is_wordless(change[0]):
        return not key.startswith(ALWAYS_ERASABLE)
    return key.startswith("relations.") and key.rpartition(".")[2] in OF_RELATIONS


def _is_wordless(value: Any) -> bool:
    # Whatever is read back as a whole number or a truth from the text that is stored, choices of numbers too.
    return value is None or value == "" or isinstance(value, int)


def parted(changes: Mapping[str, Any], note: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Changes as hashes see them: those that are never personal, and those that a digest stands for."""
    plain: dict[str, Any] = {}
    erasable: dict[str, Any] = {":note": [None, note]} if note else {}
    for key, change in changes.items():
        (plain if never_personal(key, change) else erasable)[key] = change
    return plain, erasable


def digests_of(entry: Entry) -> dict[str, str]:
    """The digest of each value of an entry that may be erased, computed anew where the value is still there."""
    return _digests(entry, parted(read_changes(entry.changes), entry.note)[1])


def _digests(entry: Entry, erasable: Mapping[str, Any]) -> dict[str, str]:
    if not entry.salts.startswith("{"):
        return digests(bytes.fromhex(entry.salts), erasable)
    salts = {key: bytes.fromhex(text) for key, text in orjson.loads(entry.salts).items()}
    return {
        key: change["erased"] if isinstance(change, dict) else field_digest(salts[key], change)
        for key, change in erasable.items()
    }


def hash_of(entry: Entry, previous: bytes) -> bytes:
    """The hash that the entry must have if it and everything before it on its record are as they were written."""
    plain, erasable = parted(read_changes(entry.changes), entry.note)
    return entry_hash(previous, header_of(entry), plain, _digests(entry, erasable))


def seal(entry: Entry, changes: Mapping[str, Any], previous: bytes) -> Entry:
    """Set changes, salt and hash of a new entry that follows the one with hash `previous` on its record."""
    salt = secrets.token_bytes(SALT_BYTES)
    entry.salts = salt.hex()
    entry.changes, entry.hash = sealed(header_of(entry), changes, entry.note, salt, previous)
    return entry


def sealed(
    header: Mapping[str, Any], changes: Mapping[str, Any], note: str, salt: bytes, previous: bytes
) -> tuple[str, bytes]:
    """The changes of a new entry as they are stored, and its hash.

    Every value was checked when it came in, so the bytes need no second check but for NUL in custom fields.
    """
    text = checked(changes)
    if b"\\u0000" in text:
        raise Invalid(fields={"value": "A text cannot hold the NUL character."})
    plain, erasable = parted(changes, note)
    return text.decode(), entry_hash(previous, header, plain, digests(salt, erasable))


def next_positions(count: int = 1) -> range | None:
    """The positions of the next `count` entries, where the engine knows them before commit: SQLite has one writer.
    On PostgreSQL the sequencer gives positions after commit: None."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM entry")
        highest: int = cursor.fetchone()[0]
    return range(highest + 1, highest + 1 + count)


def undone_ids(entries: Iterable[tuple[int, int | None]]) -> set[int]:
    """Of entries (id, id of the one it undoes) of one record, those that are undone now; an undone undo counts not."""
    found: set[int] = set()
    for pk, undoes in sorted(entries, key=lambda one: one[0], reverse=True):
        if undoes is not None and pk not in found:
            found.add(undoes)
    return found


@dataclass(slots=True)
class Snapshot:
    """A record as the journal tells it: plain values by field, and rows of parts by part name and id."""

    values: dict[str, Any]
    parts: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    exists: bool = False

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Take over the after side of an entry's changes."""
        self.exists = True
        for key, change in changes.items():
            if own(key):
                continue
            after = ERASED if isinstance(change, dict) else change[1]
            head, _, rest = key.partition(".")
            if not rest:
                self.values[key] = after
            elif head == "extra":
                extra = self.values.setdefault("extra", {})
                if after is None:
                    extra.pop(rest, None)
                else:
                    extra[rest] = after
            else:
                pk, _, name = rest.partition(".")
                row = self.parts.setdefault(head, {}).setdefault(int(pk), {})
                row[name] = after

    def value(self, key: str) -> Any:
        """What it says under a key as entries name it: a field, `extra.NAME`, or `part.ID.column`."""
        head, _, rest = key.partition(".")
        if not rest:
            return self.values.get(head)
        if head == "extra":
            return (self.values.get("extra") or {}).get(rest)
        pk, _, name = rest.partition(".")
        return self.parts.get(head, {}).get(int(pk), {}).get(name)

    def rows(self, part: str) -> dict[int, dict[str, Any]]:
        """The rows of a part that exist: those that hold any value at all."""
        return {pk: row for pk, row in self.parts.get(part, {}).items() if any(v is not None for v in row.values())}


def blank(it: RecordType) -> Snapshot:
    """A record of this type on which nothing was ever set."""
    return Snapshot({name: f.blank for name, f in it.fields.items()})


def replay(it: RecordType, entries: Iterable[tuple[datetime, int, str]]) -> Snapshot:
    """What the record is after these entries, each (at, number, changes text), in any order.

    Per field the value with the latest `at` counts, and of equal ones the one recorded last.
    """
    snapshot = blank(it)
    for _at, _number, changes in sorted(entries, key=lambda one: one[:2]):
        snapshot.apply(read_changes(changes))
    return snapshot


def lives(it: RecordType, entries: Iterable[tuple[datetime, int, str]]) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What the record was from the time of each entry on. The values are one mapping, which changes as it goes."""
    snapshot = blank(it)
    for at, _number, changes in sorted(entries, key=lambda one: one[:2]):
        snapshot.apply(read_changes(changes))
        yield at, snapshot.values


def entries_of(
    record: int, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[tuple[datetime, int, str]]:
    """What `replay` needs of one record's journal, up to both times."""
    rows = Entry.objects.filter(record_id=record)
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return list(rows.values_list("at", "number", "changes"))
