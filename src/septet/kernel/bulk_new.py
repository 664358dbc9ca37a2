"""New records of a bulk write: all rows of all of them, gathered and inserted table by table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from septet.kernel import revisions
from septet.kernel.bulk_approvals import Approvals
from septet.kernel.bulk_drafts import Written
from septet.kernel.bulk_rows import insert as rows
from septet.kernel.bulk_rows.derived import Derived
from septet.kernel.bulk_rows.entries import Entries
from septet.kernel.clocks.batch import Clocks
from septet.kernel.fields import moment_text
from septet.kernel.ids import allocate
from septet.kernel.models import ExternalKey, Record, Relation
from septet.kernel.registry import RecordType
from septet.lib.drafts import Draft, Link

EDGE = ("id", "record_id", "type", "target_id", "need", "valid_from", "valid_to")
KEY = ("source", "kind", "key", "record_id", "digest")


def insert(it: RecordType, fresh: Sequence[tuple[Draft, Written]], entries: Entries) -> Sequence[int]:
    """Write records that nobody knew, and give their ids. Needs the door and a transaction."""
    ids = allocate(Record, len(fresh))
    edges = Edges(sum(len(written.links) for _, written in fresh))
    approvals = Approvals(moment for _, written in fresh for moment in written.moments)
    derived = Derived()
    ticking = Clocks(it, entries.now)
    records: list[dict[str, Any]] = []
    keys: list[tuple[Any, ...]] = []
    for pk, (draft, written) in zip(ids, fresh, strict=True):
        head = b""
        for number, moment in enumerate(written.moments, start=1):
            changes = moment.changes
            if number == 1 and written.links:
                changes = changes | edges.add(pk, written.links, moment.at)
            if moment.asks or moment.decision:
                changes = changes | approvals.add(pk, moment)
            _, head = entries.add(
                pk,
                it.kind,
                number,
                action=moment.action,
                at=moment.at,
                changes=changes,
                previous=head,
                note=moment.note,
                actor=moment.actor,
            )
        last = written.moments[-1]
        of_kernel = {"pk": pk, "kind": it.kind, "version": len(written.moments), "head": head, "updated_at": last.at}
        records.append(last.values | of_kernel | ticking.of(pk, written))
        derived.add(it, pk, [(one.at, one.values) for one in written.moments], last.values["extra"])
        if draft.key is not None:
            keys.append((draft.key[0], it.kind, draft.key[1], pk, written.digest))
    rows.records(it, records)
    entries.insert()
    derived.insert()
    ticking.insert()
    edges.insert()
    approvals.insert()
    rows.rows(ExternalKey, KEY, keys)
    revisions.note(it.kind, [*it.fields, *it.all_parts])
    return ids


class Edges:
    """Relations on their way, and the journal's form of them."""

    def __init__(self, count: int) -> None:
        self.ids = iter(allocate(Relation, count) if count else ())
        self.rows: list[tuple[Any, ...]] = []

    def add(self, record: int, links: Sequence[Link], at: datetime) -> dict[str, list[Any]]:
        """Add the relations of a record, which hold from `at` on where they do not say; gives their changes."""
        changes: dict[str, list[Any]] = {}
        for one in links:
            pk, since = next(self.ids), one.valid_from or at
            self.rows.append((pk, record, one.type, one.target, one.need, since, one.valid_to))
            changes[f"relations.{pk}.type"] = [None, one.type]
            changes[f"relations.{pk}.target"] = [None, one.target]
            changes[f"relations.{pk}.valid_from"] = [None, moment_text(since)]
            if one.need is not None:
                changes[f"relations.{pk}.need"] = [None, one.need]
            if one.valid_to is not None:
                changes[f"relations.{pk}.valid_to"] = [None, moment_text(one.valid_to)]
        return changes

    def insert(self) -> None:
        """Write the relations. Needs the door and a transaction."""
        rows.rows(Relation, EDGE, self.rows)
        self.rows = []
