"""What is derived from a record's life, row by row, for many records at once. Whatever else is derived from a record
gets its lines here: how its rows are made, inserted, and taken away before they are made anew."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from septet.kernel.bulk_rows import insert
from septet.kernel.custom import Filterable, rows_of
from septet.kernel.models import ExtraValue, Span
from septet.kernel.registry import RecordType
from septet.kernel.spans import Stretch, stretches

# What a record was from a time on.
Life = Iterable[tuple[datetime, Mapping[str, Any]]]


class Derived:
    """Derived rows on their way: spans, and custom values that can be filtered."""

    def __init__(self) -> None:
        self.spans: list[Stretch] = []
        self.extras: list[Filterable] = []

    def add(self, it: RecordType, record: int, life: Life, extra: Mapping[str, Any]) -> None:
        """Derive the rows of a record from what it was from each time on, and from its custom values as they are."""
        self.spans += stretches(it.kind, record, life)
        if extra:
            self.extras += rows_of(record, extra)

    def insert(self) -> None:
        """Write the rows. Needs the door and a transaction."""
        insert.rows(Span, Stretch._fields, self.spans)
        insert.rows(ExtraValue, Filterable._fields, self.extras)
        self.spans, self.extras = [], []


def clear(records: Collection[int]) -> None:
    """Take away the derived rows of records, before they are made anew. Needs the door and a transaction."""
    for model in (Span, ExtraValue):
        model._default_manager.filter(record_id__in=records).delete()
