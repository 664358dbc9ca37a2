"""Every action of every type: its history is complete, undo is its inverse, as-of tells what was."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from septet.kernel import door, reading, spans
from septet.kernel.actions import perform, plain_values, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.common.actions import approval_of
from septet.kernel.errors import Conflict, Invalid, OutsideAction, Refused, SeptetError, Stale
from septet.kernel.journal import entries_of, replay
from septet.kernel.models import Entry, Record, Span
from septet.kernel.registry import Action, registry
from septet.kernel.undo import undo_entry
from tests.cast import Cast
from tests.everything.walk import all_types, common_actions, do, make, own_actions, ready_for


def state_of(record: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields and part rows as they stand."""
    fresh = reload(record)
    it = registry.types[record.kind]
    parts = {
        name: {row.pk: {c.attname: getattr(row, c.attname) for c in row._meta.concrete_fields} for row in rows}
        for name, model in it.all_parts.items()
        if (rows := list(model._default_manager.filter(record_id=record.pk)))
    }
    return plain_values(it, fresh), parts


def assert_journal_tells(record: Any) -> None:
    """The journal alone yields the record's row, its parts and its spans, and its chain ends at the record's head."""
    it = registry.types[record.kind]
    fresh = reload(record)
    snapshot = replay(it, entries_of(record.pk))
    assert snapshot.values == plain_values(it, fresh)
    for name, model in it.all_parts.items():
        assert set(snapshot.rows(name)) == set(
            model._default_manager.filter(record_id=record.pk).values_list("pk", flat=True)
        )
    entries = list(Entry.objects.filter(record_id=record.pk).order_by("number"))
    assert [e.number for e in entries] == list(range(1, fresh.version + 1))
    assert bytes(entries[-1].hash) == bytes(fresh.head)
    columns = ("since", "until", *spans.COLUMNS.values())
    held = list(Span.objects.filter(record_id=record.pk).order_by("since").values_list(*columns))
    told = [tuple(getattr(s, c) for c in columns) for s in spans.of_entries(it, record.pk, entries_of(record.pk))]
    assert held == told


def refuse_early_rows(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Fail where rows refer to a record that is not there yet: SQLite would read whole tables when it comes."""
    if connection.vendor == "sqlite" and sql.startswith('INSERT INTO "record"'):
        assert not _dangling()
    return execute(sql, params, many, context)


def _dangling() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        return list(cursor.fetchall())


@pytest.mark.parametrize("kind", all_types())
def test_creation_is_told_by_the_journal(db: None, kind: str) -> None:
    with connection.execute_wrapper(refuse_early_rows):
        record = make(kind)
    assert_journal_tells(record)
    assert record.number.startswith(registry.types[kind].prefix)


@pytest.mark.parametrize("kind", all_types())
def test_what_every_record_can_do_is_told_by_the_journal_and_undone(db: None, kind: str) -> None:
    it = registry.types[kind]
    record = make(kind)
    before = state_of(record)
    for one in common_actions(it):
        assert_wrong_parameters_change_nothing(record, one)
        before_at = timezone.now()
        entry = do(record, one)
        assert entry is not None or state_of(record) == before, one.name
        if entry is None:
            continue
        assert_it_was_so(record, one, before_at, before)
        if one.undoable:
            assert undo_entry(entry.pk, OPERATOR, via="api").undone == 1, one.name
            assert state_of(record) == before, one.name
        else:
            assert_it_stays(entry, one)
            before = state_of(record)
    assert_journal_tells(record)


@pytest.mark.parametrize(("kind", "name"), list(own_actions()))
def test_an_action_of_its_own_is_told_by_the_journal_and_undone(db: None, kind: str, name: str) -> None:
    it = registry.types[kind]
    one = it.actions[name]
    record = ready_for(it, one)
    assert_wrong_parameters_change_nothing(record, one)
    before = state_of(record)
    before_at = timezone.now()
    entry = do(record, one)
    if entry is None:
        assert state_of(record) == before
        return
    assert_it_was_so(record, one, before_at, before)
    if one.undoable:
        assert_journal_tells(record)
        assert undo_entry(entry.pk, OPERATOR, via="api").undone == 1
        assert state_of(record) == before
    else:
        assert_it_stays(entry, one)
    assert_journal_tells(record)


def assert_it_was_so(record: Any, one: Action, at: datetime, before: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """As of a moment before the action, the record is what it was."""
    if one.name != "erase":  # what was erased is gone from the past too
        assert reading.snapshot_at(record, at, None).values == before[0], one.name


def assert_it_stays(entry: Entry, one: Action) -> None:
    """What cannot be undone says why."""
    with pytest.raises(Conflict, match=re.escape(one.why_not)):
        undo_entry(entry.pk, OPERATOR, via="api")


def assert_wrong_parameters_change_nothing(record: Any, one: Action) -> None:
    version = reload(record).version
    for params in ({"no_such_parameter": 1}, {"title": "x\x00y"} if one.name == "edit" else {"": None}):
        with pytest.raises(SeptetError):
            perform(record, one.name, OPERATOR, via="api", params=params)
    assert reload(record).version == version, one.name


@pytest.mark.parametrize("kind", all_types())
def test_what_was_tied_is_untied_and_undone(db: None, kind: str) -> None:
    record, service, person = make(kind), make("service"), make("person")
    pairs: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
        (
            "relate",
            {"type": "about", "target": service.number},
            "unrelate",
            {"type": "about", "target": service.number},
        ),
        ("watch", {"person": person.number}, "unwatch", {"person": person.number}),
        ("share", {"party": person.number}, "unshare", {"party": person.number}),
        ("withdraw", {}, "restore", {}),
    ]
    for there, params, back, inverse in pairs:
        first = state_of(record)
        perform(record, there, OPERATOR, via="api", params=params)
        tied = state_of(record)
        entry = perform(record, back, OPERATOR, via="api", params=inverse)
        assert entry is not None
        assert state_of(record) != tied
        assert_journal_tells(record)
        undo_entry(entry.pk, OPERATOR, via="api")
        assert state_of(record) == tied
        assert_journal_tells(record)
        perform(record, back, OPERATOR, via="api", params=inverse)
        assert (state_of(record) == first) == (there != "relate")


@pytest.mark.parametrize("kind", all_types())
def test_approvals_are_asked_given_and_refused(cast: Cast, kind: str) -> None:
    record = make(kind)
    perform(record, "ask-approval", OPERATOR, via="api", approvers=[cast.alice.number, cast.bob.number])
    assert approval_of(record) == "pending"
    perform(record, "approve", cast.as_("alice"), via="api")
    perform(record, "approve", cast.as_("bob"), via="api")
    assert approval_of(record) == "approved"
    perform(record, "reject", cast.as_("bob"), via="api", reason="On second thoughts, no.")
    assert approval_of(record) == "rejected"
    with pytest.raises(Refused):
        perform(record, "approve", OPERATOR, via="api")
    assert_journal_tells(record)


@pytest.mark.parametrize("kind", all_types())
def test_one_of_two_editors_wins(db: None, kind: str) -> None:
    record = make(kind)
    seen = record.version
    perform(record, "edit", OPERATOR, via="web", version=seen, title="First")
    with pytest.raises(Stale, match="changed in the meantime"):
        perform(record, "edit", OPERATOR, via="web", version=seen, title="Second")
    assert reload(record).title == "First"


@pytest.mark.parametrize("kind", all_types())
def test_writes_outside_an_action_raise(db: None, kind: str) -> None:
    record = make(kind)
    model = registry.types[kind].model
    for write in (
        record.save,
        record.delete,
        lambda: model._default_manager.filter(pk=record.pk).update(title="x"),
        lambda: Record.objects.filter(pk=record.pk).delete(),
        lambda: Entry.objects.filter(record_id=record.pk).update(note="x"),
        lambda: Entry.objects.filter(record_id=record.pk).delete(),
    ):
        with pytest.raises(OutsideAction):
            write()
    with door.opened():
        record.save(update_fields=["title"])


@pytest.mark.parametrize("kind", all_types())
def test_an_action_in_the_past_leaves_later_values_alone(db: None, kind: str) -> None:
    record = make(kind)
    opened = record.opened_at
    perform(record, "edit", OPERATOR, via="api", title="Later")
    perform(record, "edit", OPERATOR, via="api", title="Earlier", at=opened + timedelta(microseconds=1))
    assert reload(record).title == "Later"
    assert reading.snapshot_at(record, opened + timedelta(microseconds=2), None).values["title"] == "Earlier"
    assert_journal_tells(record)


def test_an_edit_touches_only_the_custom_fields_it_names(db: None) -> None:
    make("custom-fields", applies_to="incident", json_schema={"properties": {"branch": {}, "desk": {}}})
    record = make("incident", extra={"branch": "Bremen", "desk": 4})
    perform(record, "edit", OPERATOR, via="api", extra={"desk": 5})
    assert record.extra == {"branch": "Bremen", "desk": 5}
    perform(record, "edit", OPERATOR, via="api", extra={"desk": None})
    assert record.extra == {"branch": "Bremen"}
    with pytest.raises(Invalid, match="no custom field"):
        perform(record, "edit", OPERATOR, via="api", extra={"dsk": 5})
    assert_journal_tells(record)
