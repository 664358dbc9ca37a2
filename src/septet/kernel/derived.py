"""What is derived from the journal, computed anew and compared: spans, custom values, clocks,
search documents."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import transaction

from septet.kernel import door, search, spans
from septet.kernel.clocks import keep as clocks
from septet.kernel.custom import index_values, rows_of
from septet.kernel.models import Entry, ExtraValue, Record, Span
from septet.kernel.registry import number_of, registry
from septet.kernel.search.index import document_of, documents, put

BATCH = 500
SPAN = ("state", "team_id", "owner_id", "priority", "service_id", "since", "until", "size", "opened_at")


@dataclass
class Batch:
    """Some records looked at: how many, of how many entries, and (number, what) of each that differed."""

    records: int = 0
    entries: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Derived:
    """A comparison of everything derived; `repair` puts right what differs."""

    repair: bool

    def batches(self) -> Iterator[Batch]:
        """Compare all records, some at a time. The search index is brought up to the latest entry first."""
        search.catch_up()
        last = 0
        while True:
            kinds = dict(Record.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "kind")[:BATCH])
            if not kinds:
                return
            yield self._batch(kinds)
            last = max(kinds)

    def _batch(self, kinds: dict[int, str]) -> Batch:
        found = Batch(records=len(kinds))
        rows = Entry.objects.filter(record_id__in=list(kinds)).order_by("record_id", "number")
        told: dict[int, list[Any]] = {pk: [] for pk in kinds}
        for pk, some in groupby(rows.values_list("record_id", "at", "number", "changes"), key=lambda one: one[0]):
            told[pk] = [one[1:] for one in some]
            found.entries += len(told[pk])
        held_spans = _by_record(Span, kinds, SPAN)
        held_values = _by_record(ExtraValue, kinds, ("name", "text", "numeric"))
        extras = dict(Record.objects.filter(pk__in=list(kinds)).values_list("pk", "extra"))
        documents_now = {one[0]: one for one in documents(kinds)}
        found.problems += self._clocks(kinds)
        for pk, kind in kinds.items():
            number = number_of(kind, pk)
            if kind not in registry.types:
                found.problems.append((number, f"Nobody knows the record type {kind!r}."))
                continue
            expected = spans.of_entries(registry.types[kind], pk, told[pk])
            if {tuple(getattr(one, c) for c in SPAN) for one in expected} != held_spans.get(pk, set()):
                found.problems.append((number, "Its spans are not what its journal yields."))
                if self.repair:
                    spans.rebuild(registry.types[kind], pk)
            values = {(one.name, one.text, one.numeric) for one in rows_of(pk, extras[pk])}
            if values != held_values.get(pk, set()):
                found.problems.append((number, "Its filterable custom values are not those of the record."))
                if self.repair:
                    self._index(pk, extras[pk])
            if not _indexed(documents_now[pk]):
                found.problems.append((number, "The search index does not hold what the record says."))
                if self.repair:
                    put([documents_now[pk]])
        return found

    def _clocks(self, kinds: dict[int, str]) -> Iterator[tuple[str, str]]:
        """The records whose clocks differ, which are put right if that is asked for."""
        for it in registry.types.values():
            ids = [pk for pk, kind in kinds.items() if kind == it.kind]
            if it.clocks is None or not ids:
                continue
            with transaction.atomic(), door.opened():
                different = sorted(clocks.wrong(it, ids))
                if different and self.repair:
                    clocks.refresh(it, different, quiet=True)
            for pk in different:
                yield number_of(it.kind, pk), "Its clocks are not what its journal and its agreements yield."

    def _index(self, pk: int, extra: dict[str, Any]) -> None:
        with transaction.atomic(), door.opened():
            held = ExtraValue.objects.filter(record_id=pk).values_list("name", flat=True)
            index_values(pk, extra, {*held, *extra})


def _by_record(model: Any, kinds: dict[int, str], columns: tuple[str, ...]) -> dict[int, set[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = {}
    for pk, *rest in model.objects.filter(record_id__in=list(kinds)).values_list("record_id", *columns):
        found.setdefault(pk, set()).add(tuple(rest))
    return found


def _indexed(document: tuple[int, str, str, str]) -> bool:
    """Whether the index holds this document of a record."""
    held = document_of(document[0])
    return held is not None and (len(held) != 3 or held == document[1:])
