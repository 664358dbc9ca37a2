"""Every record with its journal, and the first difference between the two."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection

from septet.kernel.bulk_rows.light import light
from septet.kernel.journal import Snapshot, blank, hash_of, own, read_changes
from septet.kernel.models import Entry, Part, Record
from septet.kernel.parts import part_values
from septet.kernel.registry import RecordType, registry

BATCH = 1000
COLUMNS = [(str(one.column), one.attname) for one in Entry._meta.concrete_fields]
MOMENTS = ("at", "recorded_at")


@dataclass(slots=True)
class Base:
    """What a record's base row says of its journal."""

    kind: str
    version: int
    head: bytes
    updated_at: datetime


@dataclass(slots=True)
class Journal:
    """One record as it stands: its base row (None if it is gone), its plain values (None if its type's row is gone),
    its parts by name and id, and its entries in order of number."""

    record: int
    row: Base | None
    values: dict[str, Any] | None
    parts: dict[str, dict[int, dict[str, Any]]]
    entries: list[Entry]

    @property
    def kind(self) -> str:
        """The record's kind, by its row or else by its journal."""
        return self.row.kind if self.row else self.entries[0].kind


def journals() -> Iterator[Journal]:
    """Every record with all of its entries, in order of id; entries whose record is gone come with an empty row."""
    last = 0
    while True:
        found = Record.objects.filter(pk__gt=last).order_by("pk")
        rows = {
            pk: Base(kind, version, bytes(head), updated_at)
            for pk, kind, version, head, updated_at in found.values_list("pk", "kind", "version", "head", "updated_at")[
                :BATCH
            ]
        }
        until = max(rows) if len(rows) == BATCH else 2**63 - 1
        yield from _batch(rows, last, until)
        if until == 2**63 - 1:
            return
        last = until


def _batch(rows: dict[int, Base], after: int, until: int) -> Iterator[Journal]:
    values = _values(rows)
    parts = _parts(rows, after, until)
    entries = {pk: list(some) for pk, some in groupby(_entries(after, until), key=lambda one: int(one.record_id))}
    for pk in sorted({*rows, *entries}):
        yield Journal(pk, rows.get(pk), values.get(pk), parts.get(pk, {}), entries.get(pk, []))


def _entries(after: int, until: int) -> Iterator[Entry]:
    """Entries without the cost of Django's instances: reading them is most of a proof's time."""
    names = ", ".join(f'"{column}"' for column, _ in COLUMNS)
    text = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM entry WHERE record_id > %s AND record_id <= %s ORDER BY record_id, number",  # noqa: S608  columns of the model
            [after, until],
        )
        while some := cursor.fetchmany(BATCH):
            for row in some:
                entry = light(Entry, **dict(zip((name for _, name in COLUMNS), row, strict=True)))
                if text:
                    for name in MOMENTS:
                        entry.__dict__[name] = _moment(entry.__dict__[name])
                yield entry


def _moment(value: Any) -> Any:
    """SQLite's moments are text, in UTC without saying so; what is no moment stays as it is and fails the proof."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return value


def _values(rows: dict[int, Base]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    kinds: dict[str, list[int]] = defaultdict(list)
    for pk, row in rows.items():
        kinds[row.kind].append(pk)
    for kind, ids in kinds.items():
        it = registry.types.get(kind)
        if it is None:
            continue
        fields = [f for f in it.fields.values() if f.journaled]
        told = it.model._default_manager.filter(pk__gte=min(ids), pk__lte=max(ids), kind=kind)
        for pk, *values in told.values_list("pk", *(f.attribute for f in fields)):
            found[pk] = {f.name: f.plain(value) for f, value in zip(fields, values, strict=True)}
    return found


def _parts(rows: dict[int, Base], after: int, until: int) -> dict[int, dict[str, dict[int, dict[str, Any]]]]:
    """The rows of all parts, by record, name and id; one that the record's type does not have, by its table."""
    found: dict[int, dict[str, dict[int, dict[str, Any]]]] = {}
    names: dict[type[Part], dict[str, str]] = defaultdict(dict)
    for it in registry.types.values():
        for name, model in it.all_parts.items():
            names[model][it.kind] = name
    for model, by_kind in names.items():
        for part in model._default_manager.filter(record_id__gt=after, record_id__lte=until).iterator(BATCH):
            kind = rows[part.record_id].kind if part.record_id in rows else ""
            name = by_kind.get(kind, model._meta.db_table)
            held = {key: _plain(value) for key, value in part_values(part).items() if value is not None}
            found.setdefault(part.record_id, {}).setdefault(name, {})[part.pk] = held
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def record_problem(one: Journal) -> tuple[int, str] | None:
    """The first thing that is wrong with a record: (entry number or 0, what); None if all is well."""
    it = registry.types.get(one.kind)
    if it is None:
        return 0, f"nobody knows the record type {one.kind!r}"
    if one.row is None:
        return 0, f"the record's row is missing; the journal has {len(one.entries)} entries of it"
    return _chain_problem(one) or _row_problem(it, one)


def _chain_problem(one: Journal) -> tuple[int, str] | None:
    row = one.row
    assert row is not None
    previous = b""
    for expected, entry in enumerate(one.entries, start=1):
        if entry.number != expected:
            return expected, "is missing from the journal"
        try:
            proven = hash_of(entry, previous)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return expected, f"cannot be read: {type(error).__name__}: {error}"
        previous = bytes(entry.hash)
        if proven != previous:
            return expected, f'("{entry.action}", recorded {entry.recorded_at}) is not as it was written'
        if entry.kind != row.kind:
            return expected, f"is of a {entry.kind}, the row of a {row.kind}"
    if len(one.entries) != row.version:
        return len(one.entries) + 1, f"is missing: the row counts {row.version} entries, the journal {len(one.entries)}"
    if previous != row.head:
        return len(one.entries), "is not the one that the record's row names as its latest"
    return None


def _row_problem(it: RecordType, one: Journal) -> tuple[int, str] | None:
    assert one.row is not None
    if one.values is None:
        return 0, f"its row in the table {it.model._meta.db_table!r} is missing"
    told = blank(it)
    setters: dict[str, int] = {}
    for entry in sorted(one.entries, key=lambda entry: (entry.at, entry.number)):
        changes = read_changes(entry.changes)
        told.apply(changes)
        setters |= dict.fromkeys((key for key in changes if not own(key)), entry.number)
    return _value_problem(it, one.values, told, setters) or _part_problem(it, one, told) or _time_problem(one)


def _value_problem(
    it: RecordType, values: dict[str, Any], told: Snapshot, setters: dict[str, int]
) -> tuple[int, str] | None:
    for name, value in values.items():
        says = told.values.get(name)
        if name == "extra":
            for key in sorted({*(value or {}), *(says or {})}):
                row, journal = (value or {}).get(key), (says or {}).get(key)
                if row != journal:
                    return setters.get(f"extra.{key}", 0), _differs(f"extra.{key}", row, journal)
        elif value != says and not _same_number(it, name, value, says):
            return setters.get(name, 0), _differs(name, value, says)
    return None


def _same_number(it: RecordType, name: str, row: Any, journal: Any) -> bool:
    """A decimal's row has the column's places, its entry those that were typed."""
    return it.fields[name].sort == "decimal" and None not in (row, journal) and Decimal(row) == Decimal(journal)


def _differs(name: str, row: Any, journal: Any) -> str:
    return f"the row says {name} {_shown(row)}, the journal says {_shown(journal)}"


def _shown(value: Any) -> str:
    text = "nothing" if value in (None, "", {}) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _part_problem(it: RecordType, one: Journal, told: Snapshot) -> tuple[int, str] | None:
    for name in sorted({*one.parts, *told.parts}):
        held, says = one.parts.get(name, {}), told.rows(name)
        for pk in sorted({*held, *says}):
            row, journal = held.get(pk), says.get(pk)
            if row is None:
                return 0, f"the row {pk} of {name} is missing"
            if journal is None:
                return 0, f"the row {pk} of {name} is not in the journal"
            for column in sorted({*row, *journal}):
                if row.get(column) != journal.get(column):
                    return 0, _differs(f"{name}.{pk}.{column}", row.get(column), journal.get(column))
    return None


def _time_problem(one: Journal) -> tuple[int, str] | None:
    assert one.row is not None
    latest = max(entry.at for entry in one.entries)
    if one.row.updated_at != latest:
        return 0, _differs("updated_at", one.row.updated_at, latest)
    return None
