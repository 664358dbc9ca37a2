"""Records and drafts that the proofs work on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.journal import replay
from septet.kernel.models import Entry, ExtraValue, Record, Span
from septet.kernel.parts import part_values
from septet.kernel.registry import registry
from septet.kernel.spans import of_entries
from septet.lib.drafts import Draft, Link, Step

DAY = timedelta(days=1)
LONG_AGO = datetime(2012, 3, 1, 8, tzinfo=UTC)


def incident(title: str = "Printer on fire", **values: Any) -> Any:
    """A new incident."""
    return create("incident", OPERATOR, via="cli", title=title, **values)


def edit(record: Any, at: datetime | None = None, request: str = "", **values: Any) -> Entry:
    """Edit fields of a record; something must change."""
    entry = perform(record, "edit", OPERATOR, via="cli", at=at, request=request, params=values)
    assert entry is not None
    return entry


def draft(key: str, *, title: str = "Imported", links: tuple[int, ...] = (), **fields: Any) -> Draft:
    """An imported incident of 2012 with three steps of history."""
    steps = [
        Step(LONG_AGO + DAY, "import", {"state": "in-progress"}),
        Step(LONG_AGO + 2 * DAY, "import", {"title": title + ", looked at"}),
        Step(LONG_AGO + 3 * DAY, "import", {"state": "closed"}),
    ]
    return Draft(
        "incident",
        ("desk", key),
        {"title": title, "impact": 3, "urgency": 3, **fields},
        LONG_AGO,
        steps,
        [Link("affects", target) for target in links],
    )


def assert_consistent(record: Record) -> None:
    """The record's row, parts, spans and custom values are what its journal says."""
    it = registry.types[record.kind]
    now = reload(record)
    told = list(Entry.objects.filter(record_id=record.pk).values_list("at", "number", "changes"))
    snapshot = replay(it, told)
    for name, f in it.fields.items():
        assert f.plain(f.get(now)) == snapshot.values[name], name
    assert now.version == len(told)
    assert now.updated_at == max(at for at, _, _ in told)
    for name, model in it.all_parts.items():
        rows = {row.pk: part_values(row) for row in model._default_manager.filter(record_id=record.pk)}
        assert {pk: {k: v for k, v in row.items() if v is not None} for pk, row in rows.items()} == {
            pk: {k: v for k, v in row.items() if v is not None} for pk, row in snapshot.rows(name).items()
        }, name
    columns = ("state", "team_id", "owner_id", "priority", "service_id", "since", "until")
    expected = [tuple(getattr(one, c) for c in columns) for one in of_entries(it, record.pk, told)]
    assert list(Span.objects.filter(record_id=record.pk).order_by("since").values_list(*columns)) == expected
    held = set(ExtraValue.objects.filter(record_id=record.pk).values_list("name", flat=True))
    assert held == set(now.extra)
