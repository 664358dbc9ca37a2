"""Values leave the journal; their digests stay, so that the chain still proves."""

from collections.abc import Collection
from typing import Any

import orjson

from septet.kernel.erasure.traces import words_in
from septet.kernel.journal import digests_of, never_personal, own, read_changes
from septet.kernel.models import Entry
from septet.lib.canonical import canonical
from septet.lib.chain import field_salt

NOTE = ":note"
FILES = "attachments."


def erase_values(record: int, keys: Collection[str], entries: Collection[int], *, files: bool = False) -> set[str]:
    """Erase values from the journal of a record and return the words that were in them. Needs the door.

    The values under `keys` go from every entry, with `files` all that tells of attachments; from the entries with the
    numbers `entries` notes and comments go.
    """
    words: set[str] = set()
    for entry in Entry.objects.filter(record_id=record).order_by("number").iterator(500):
        changes = read_changes(entry.changes)
        doomed = {
            key
            for key, change in changes.items()
            if isinstance(change, list)
            and not never_personal(key, change)
            and (key in keys or (files and key.startswith(FILES)) or (own(key) and entry.number in entries))
        }
        if entry.note and entry.number in entries:
            doomed.add(NOTE)
        if doomed:
            words |= words_in(_texts(changes.get(key, entry.note) for key in doomed))
            _rewrite(entry, changes, doomed)
    return words


def _rewrite(entry: Entry, changes: dict[str, Any], doomed: set[str]) -> None:
    digests = digests_of(entry)
    salts = _salts(entry, digests)
    note = "" if NOTE in doomed else entry.note
    for key in doomed:
        changes[key] = {"erased": digests[key]}
        salts.pop(key, None)
    Entry.objects.filter(pk=entry.pk).update(
        changes=canonical(changes).decode(), salts=orjson.dumps(salts, option=orjson.OPT_SORT_KEYS).decode(), note=note
    )


def _salts(entry: Entry, digests: dict[str, str]) -> dict[str, str]:
    """The salt of each value that still stands in an entry, by key; the entry's own salt would give them all away."""
    if entry.salts.startswith("{"):
        found: dict[str, str] = orjson.loads(entry.salts)
        return found
    salt = bytes.fromhex(entry.salts)
    return {key: field_salt(salt, key).hex() for key in digests}


def _texts(values: Any) -> list[str]:
    """All texts inside plain values."""
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | dict):
            found += _texts(value.values() if isinstance(value, dict) else value)
    return found
