"""Journal entries in bulk: what all entries of one write share is said once."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from septet.kernel.actors import Actor
from septet.kernel.bulk_rows import insert
from septet.kernel.fields import moment_text
from septet.kernel.ids import allocate
from septet.kernel.journal import SALT_BYTES, next_positions, sealed
from septet.kernel.models import Entry

COLUMNS = (
    "id", "position", "record_id", "kind", "number", "action", "at", "recorded_at", "actor_id", "actor_name",
    "on_behalf_of_id", "via", "request", "caused_by", "undoes", "audience", "note", "changes", "salts", "hash",
)  # fmt: skip


class Entries:
    """Entries on their way into the journal: by one actor, through one surface, under one request, at one time."""

    def __init__(self, actor: Actor, *, via: str, request: str, now: datetime) -> None:
        self.person, self.name = actor.person, "" if actor.person else actor.name
        self.for_person, self.via, self.request, self.now = actor.for_person, via, request, now
        self.rows: list[tuple[Any, ...]] = []
        self._salts = _salts()
        # What the hashes cover beside the changes, as `journal.header_of` says it; filled in anew for each entry.
        self._header: dict[str, Any] = {
            "recorded_at": moment_text(now),
            "on_behalf_of": self.for_person,
            "via": via,
            "request": request,
            "caused_by": None,
        }

    def add(
        self,
        record: int,
        kind: str,
        number: int,
        *,
        action: str,
        at: datetime,
        changes: dict[str, Any],
        previous: bytes,
        note: str = "",
        actor: int | None = None,
        undoes: int | None = None,
        audience: str = "requester",
    ) -> tuple[str, bytes]:
        """Add the entry that follows the one with hash `previous` on its record; gives its changes as stored and its
        hash. `actor` is the person who did it, if another than the one who writes."""
        person, name = (self.person, self.name) if actor is None else (actor, "")
        header = self._header
        header["record"], header["kind"], header["number"] = record, kind, number
        header["action"], header["at"] = action, moment_text(at)
        header["actor"] = name if person is None else person
        header["undoes"], header["audience"] = undoes, audience
        salt = next(self._salts)
        text, proof = sealed(header, changes, note, salt, previous)
        self.rows.append(
            (
                record, kind, number, action, at, self.now, person, name, self.for_person, self.via, self.request,
                None, undoes, audience, note, text, salt.hex(), proof,
            )
        )  # fmt: skip
        return text, proof

    def insert(self) -> None:
        """Write the entries, in the order in which they were added. Needs the door and a transaction."""
        if not self.rows:
            return
        ids = allocate(Entry, len(self.rows))
        positions = next_positions(len(self.rows)) or [None] * len(self.rows)
        placed = [(pk, place, *row) for pk, place, row in zip(ids, positions, self.rows, strict=True)]
        insert.rows(Entry, COLUMNS, placed)
        self.rows = []


def _salts() -> Iterator[bytes]:
    """Fresh random salts; many at a time, because asking for random bytes costs more than the bytes."""
    while True:
        pool = secrets.token_bytes(SALT_BYTES * 256)
        yield from (pool[start : start + SALT_BYTES] for start in range(0, len(pool), SALT_BYTES))
