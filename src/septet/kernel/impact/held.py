"""The graph of what fails with what, as every process keeps it.

It is true up to a position of the journal. A request first takes over what later entries did to relations, so it never
answers from the past. Which relation types carry impact, and which way, is said where they are declared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet

from septet.kernel.impact.kinds import Kinds
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry, Record, Relation
from septet.kernel.prepared import Prepared, Slot, merged, prepare
from septet.kernel.registry import registry
from septet.lib.graph import ALWAYS, Graph
from septet.lib.moments import microseconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.void]

# After more entries, or with more of what they touched, the graph is made anew.
_MOST_READ, _MOST_PATCHED = 100_000, 5000
_ROW = [
    ("id", "i8"),
    ("record", "i8"),
    ("target", "i8"),
    ("type", "i2"),
    ("need", "i4"),
    ("since", "i8"),
    ("until", "i8"),
]


@dataclass(frozen=True)
class Held:
    """The relations that carry impact, and the graph made of them, as of a position of the journal.

    `seal` is the hash of the entry at `position`: if another stands there now, this is another journal.
    """

    position: int
    seal: bytes
    rows: "Rows"
    withdrawn: dict[int, int]
    graph: Graph
    kinds: Kinds = field(default_factory=Kinds)


_kept: Held | None = None


def carriers() -> list[str]:
    """The keys of the relation types that carry impact; rows hold their places in this list."""
    return sorted(key for key, one in registry.relations.items() if one.impact)


def current() -> Held:
    """The graph as the journal has it now. What a transaction sees may never come true, so that is not kept."""
    global _kept  # noqa: PLW0603  # one graph per process is the point
    held = _brought_to(_kept, *_latest())
    if held.position and not connection.in_atomic_block:
        _kept = held
    return held


def _brought_to(held: Held | None, position: int, seal: bytes) -> Held:
    """The same as of this position, which is the last one; made anew if that is less work."""
    if held is None or position - held.position > _MOST_READ or not _is_continued(held, position, seal):
        return _loaded(position, seal)
    relations, records = _touched_since(held.position)
    if len(relations) + len(records) > _MOST_PATCHED:
        return _loaded(position, seal)
    if relations or records:
        held = _patched(held, relations, records)
    return replace(held, position=position, seal=seal)


def _latest() -> tuple[int, bytes]:
    found = _last_entry(connection.vendor).rows({})
    return (found[0][0], bytes(found[0][1])) if found else (0, b"")


@lru_cache
def _last_entry(_vendor: str) -> Prepared:
    # Asked for those that have a position at all, SQLite may read the whole journal and sort it.
    return prepare(Entry.objects.filter(position__gt=0).order_by("-position").values_list("position", "hash")[:1])


def _is_continued(held: Held, position: int, seal: bytes) -> bool:
    """Whether the journal that ends there is the one that the graph was made of."""
    if held.position == position:
        return held.seal == seal
    found = Entry.objects.filter(position=held.position).values_list("hash", flat=True).first()
    return found is not None and bytes(found) == held.seal


def _touching(entries: QuerySet[Entry]) -> "QuerySet[Entry, tuple[int, str]]":
    """Those entries that changed a relation or withdrew a record."""
    found = entries.filter(Q(changes__contains='"relations.') | Q(changes__contains='"withdrawn_at":'))
    return found.values_list("record_id", "changes")


def _touched_since(position: int) -> tuple[set[int], set[int]]:
    """The ids of relations changed, and of records withdrawn or restored, by entries that came after `position`."""
    relations: set[int] = set()
    records: set[int] = set()
    for record, text in _later(connection.vendor).rows({"position": position}):
        changes = read_changes(text)
        relations.update(pk for pk, _ in filter(None, map(_relation_field, changes)))
        if "withdrawn_at" in changes:
            records.add(record)
    return relations, records


@lru_cache
def _later(_vendor: str) -> Prepared:
    # One query, or an entry could be given its position between the two and be seen by neither. In no order: asked
    # for by id, SQLite would read the whole journal along it.
    later = (Entry.objects.filter(position__gt=Slot("position")), Entry.objects.filter(position=None))
    return merged([prepare(_touching(one.order_by())) for one in later])


def _relation_field(key: str) -> tuple[int, str] | None:
    """The relation's id and field that a key of an entry's changes names, if it names any."""
    part, _, rest = key.partition(".")
    pk, _, name = rest.partition(".")
    return (int(pk), name) if part == "relations" else None


def _loaded(position: int, seal: bytes) -> Held:
    rows = _rows(_stored(Relation.objects.filter(type__in=carriers())))
    withdrawn = _withdrawn(Record.objects.all())
    return Held(position, seal, rows, withdrawn, _graph(rows, withdrawn))


def _patched(held: Held, relations: set[int], records: set[int]) -> Held:
    """The same with these relations and withdrawals read anew."""
    fresh = _stored(Relation.objects.filter(type__in=carriers(), pk__in=relations))
    rows = _with_rows(held.rows, relations, fresh)
    withdrawn = {pk: at for pk, at in held.withdrawn.items() if pk not in records}
    withdrawn |= _withdrawn(Record.objects.filter(pk__in=records))
    return replace(held, rows=rows, withdrawn=withdrawn, graph=_graph(rows, withdrawn))


def as_known(held: Held, known_at: datetime) -> Held:
    """What the journal knew at a moment: every change recorded later is taken back."""
    keys = carriers()
    before: dict[int, dict[str, Any]] = {}
    owners: dict[int, int] = {}
    withdrawn: dict[int, Any] = {}
    for record, text in _touching(Entry.objects.filter(recorded_at__gt=known_at).order_by("id")).iterator():
        for key, change in read_changes(text).items():
            if named := _relation_field(key):
                before.setdefault(named[0], {}).setdefault(named[1], change[0])
                owners[named[0]] = record
            elif key == "withdrawn_at":
                withdrawn.setdefault(record, change[0])
    stored = {row[0]: row for row in _stored(Relation.objects.filter(pk__in=before))}
    rows = []
    for pk, fields in before.items():
        row = stored.get(pk, (pk, owners[pk], None, None, None, None, None))
        names = ("target", "type", "need", "valid_from", "valid_to")
        values = [fields.get(name, value) for name, value in zip(names, row[2:], strict=True)]
        if values[0] is not None and values[1] in keys:
            rows.append((pk, row[1], *values))
    known = _with_rows(held.rows, before, rows)
    still = {pk: at for pk, at in held.withdrawn.items() if pk not in withdrawn}
    still |= {pk: microseconds(datetime.fromisoformat(at)) for pk, at in withdrawn.items() if at is not None}
    return replace(held, rows=known, withdrawn=still, graph=_graph(known, still))


def _stored(relations: QuerySet[Relation]) -> Iterator[tuple[Any, ...]]:
    names = ("id", "record_id", "target_id", "type", "need", "valid_from", "valid_to")
    return relations.values_list(*names).iterator(chunk_size=10_000)


def _rows(relations: Iterable[tuple[Any, ...]]) -> "Rows":
    import numpy as np

    places = {key: place for place, key in enumerate(carriers())}
    plain = (
        (pk, record, target, places[key], need or 0, _bound(since, ALWAYS[0]), _bound(until, ALWAYS[1]))
        for pk, record, target, key, need, since, until in relations
    )
    return np.fromiter(plain, np.dtype(_ROW))


def _with_rows(rows: "Rows", gone: Iterable[int], fresh: Iterable[tuple[Any, ...]]) -> "Rows":
    import numpy as np

    return np.concatenate([rows[~np.isin(rows["id"], list(gone))], _rows(fresh)])


def _withdrawn(records: QuerySet[Record]) -> dict[int, int]:
    """When each withdrawn record was withdrawn; from then on it needs nobody and nobody needs it."""
    found = records.filter(withdrawn_at__isnull=False).values_list("pk", "withdrawn_at")
    return {pk: microseconds(at) for pk, at in found if at is not None}


def _graph(rows: "Rows", withdrawn: dict[int, int]) -> Graph:
    import numpy as np

    forth = np.array([registry.relations[key].impact == "forth" for key in carriers()], np.bool_)[rows["type"]]
    until = rows["until"]
    if withdrawn:
        pks = np.array(sorted(withdrawn))
        ends = np.array([withdrawn[pk] for pk in pks.tolist()])
        for side in ("record", "target"):
            place = np.searchsorted(pks, rows[side]).clip(max=len(pks) - 1)
            until = np.where(pks[place] == rows[side], np.minimum(until, ends[place]), until)
    return Graph(
        np.where(forth, rows["target"], rows["record"]),
        np.where(forth, rows["record"], rows["target"]),
        kinds=rows["type"],
        needs=rows["need"],
        valid_from=rows["since"],
        valid_to=until,
    )


def _bound(at: Any, otherwise: int) -> int:
    if at is None:
        return otherwise
    return microseconds(datetime.fromisoformat(at) if isinstance(at, str) else at)
