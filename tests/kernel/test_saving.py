"""Rows saved by SQL that is written once are those that Django would have written."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import door, saving
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import OutsideAction
from septet.kernel.ids import allocate
from septet.kernel.models import ExternalKey, Record
from septet.kernel.registry import registry

# A value of every sort of column, and none at all.
VALUES: dict[str, Any] = {
    "title": "Srv ‹1›; 'quoted'",
    "price": Decimal("1234.50"),
    "supplied_on": date(2025, 2, 3),
    "audited_at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    "vital": True,
    "extra": {"rack": ["a", 1, None]},
    "priority": None,
}
pytestmark = pytest.mark.django_db


def _values(row: Any) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def _new() -> Any:
    it, now = registry.types["configuration-item"], timezone.now()
    return it.model(pk=allocate(Record)[0], kind=it.kind, state="live", opened_at=now, updated_at=now, **VALUES)


def test_a_row_is_read_back_as_it_was_inserted() -> None:
    row = _new()
    # Not the next one, which a table gives by itself.
    row.pk += 7
    with door.opened():
        saving.insert(row)
        like = _new()
        like.save(force_insert=True)
    held = type(row).objects.get(pk=row.pk)
    assert _values(held) == _values(row)
    assert (row.id, row._state.adding) == (row.pk, False)
    apart = {"id", "record_ptr_id", "opened_at", "updated_at"}
    by_django = _values(type(row).objects.get(pk=like.pk))
    assert {k: v for k, v in _values(held).items() if k not in apart} == {
        k: v for k, v in by_django.items() if k not in apart
    }


def test_only_what_is_named_is_updated_in_each_of_its_tables() -> None:
    row = _new()
    with door.opened():
        saving.insert(row)
        row.title, row.price, row.vital, row.extra = "Other", None, False, {}
        saving.update(row, {"title", "price", "extra"})
    held = type(row).objects.get(pk=row.pk)
    assert (held.title, held.price, held.vital, held.extra) == ("Other", None, True, {})
    with door.opened():
        saving.update(row)
    assert _values(type(row).objects.get(pk=row.pk)) == _values(row)


def test_a_row_without_an_id_gets_one() -> None:
    person = create("person", OPERATOR, via="cli", title="Ada")
    key = ExternalKey(source="hr", kind="person", key="17", record_id=person.pk)
    with door.opened():
        saving.insert(key)
    assert _values(ExternalKey.objects.get(source="hr")) == _values(key)


def test_nothing_is_saved_outside_the_door() -> None:
    row = _new()
    for save in (saving.insert, saving.update):
        with pytest.raises(OutsideAction):
            save(row)
