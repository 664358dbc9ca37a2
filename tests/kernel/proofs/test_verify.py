"""What `septet verify` finds when rows were changed behind its back, and what `septet check` finds and mends."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from septet.kernel import bulk, log, sequencer
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Anchor, Entry, ExtraValue, LogEntry, Span
from septet.kernel.undo import undo_request
from septet.kernel.verify import check, verify
from tests.kernel.proofs.stock import draft, edit, incident

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors_outside(settings: Settings, tmp_path: Path) -> Path:
    """An empty folder for anchors outside the database."""
    settings.ANCHOR_DIR = tmp_path / "anchors"
    return tmp_path / "anchors"


@pytest.fixture
def worked() -> Any:
    """An incident with some history, among others."""
    service = create("service", OPERATOR, via="cli", title="Printing")
    create("change", OPERATOR, via="cli", title="New printers", cost="12.5")
    record = incident("Printer on fire")
    edit(record, title="Two printers on fire", description="Smoke")
    perform(record, "relate", OPERATOR, via="cli", type="affects", target=service)
    perform(record, "comment", OPERATOR, via="cli", text="Water is on its way", note="By phone")
    request = new_request()
    bulk.write([draft("1", links=(service.pk,)), draft("2")], OPERATOR, request=request)
    undo_request(request, OPERATOR, via="cli")
    return reload(record)


def tamper(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount == 1


def found() -> list[str]:
    return [str(problem) for problem in verify().problems]


def entry(record: Any, number: int) -> Entry:
    return Entry.objects.get(record_id=record.pk, number=number)


def test_an_honest_database_verifies(worked: Any) -> None:
    sequencer.anchor_now()
    seen: list[tuple[int, int]] = []
    report = verify(progress=lambda done, total: seen.append((done, total)))
    assert report.problems == []
    assert (report.records, report.entries, report.anchors) == (5, Entry.objects.count(), 1)
    assert seen == [(5, 5)]


@pytest.mark.parametrize(
    ("number", "name", "before", "after"),
    [
        (2, "edit", "Smoke", "Steam"),
        (3, "relate", '.type":[null,"affects"]', '.type":[null,"about"]'),
        (3, "relate", ".target", ".need"),
        (5, "edit", '"priority":[4,1]', '"priority":[4,2]'),
    ],
)
def test_a_changed_value_in_the_journal(worked: Any, number: int, name: str, before: str, after: str) -> None:
    edit(worked, impact=1, urgency=1)
    held = entry(worked, number).changes
    assert before in held, held
    changed = held.replace(before, after)
    tamper("UPDATE entry SET changes = %s WHERE record_id = %s AND number = %s", changed, worked.pk, number)
    assert len(found()) == 1
    assert found()[0].startswith(f'{worked.number}, entry {number}: ("{name}", recorded ')
    assert found()[0].endswith("is not as it was written")


@pytest.mark.parametrize(
    ("column", "value"),
    [("note", "By mail"), ("actor_name", "Somebody"), ("via", "web"), ("audience", "requester"), ("note", "")],
)
def test_a_changed_word_beside_the_values(worked: Any, column: str, value: str) -> None:
    tamper(f"UPDATE entry SET {column} = %s WHERE record_id = %s AND number = 4", value, worked.pk)
    assert len(found()) == 1
    assert f"{worked.number}, entry 4: " in found()[0]


def test_a_changed_record_row(worked: Any) -> None:
    tamper("UPDATE record SET state = 'closed' WHERE id = %s", worked.pk)
    assert found() == [f"{worked.number}, entry 1: the row says state closed, the journal says {worked.state}"]
    tamper("UPDATE record SET state = %s WHERE id = %s", worked.state, worked.pk)
    tamper("UPDATE incident SET description = 'Steam' WHERE record_ptr_id = %s", worked.pk)
    assert found() == [f"{worked.number}, entry 2: the row says description Steam, the journal says Smoke"]


def test_a_changed_or_removed_row_of_a_part(worked: Any) -> None:
    tamper("UPDATE relation SET type = 'caused-by' WHERE record_id = %s", worked.pk)
    assert found()[0].endswith("type caused-by, the journal says affects")
    tamper("DELETE FROM relation WHERE record_id = %s", worked.pk)
    assert found()[0].endswith("of relations is missing")


def test_a_row_added_to_a_part(worked: Any) -> None:
    tamper("INSERT INTO watch (id, record_id, person_id) VALUES (999, %s, %s)", worked.pk, worked.pk)
    assert found() == [f"{worked.number}: the row 999 of watchers is not in the journal"]


def test_an_entry_deleted_in_the_middle(worked: Any) -> None:
    sequencer.catch_up()
    position = entry(worked, 2).position
    tamper("DELETE FROM entry WHERE record_id = %s AND number = 2", worked.pk)
    assert found() == [
        f"{worked.number}, entry 2: is missing from the journal",
        f"The journal has no entry at position {position}; entries were removed.",
    ]


def test_a_cut_tail(worked: Any) -> None:
    tamper("DELETE FROM entry WHERE record_id = %s AND number = 4", worked.pk)
    assert found()[0] == f"{worked.number}, entry 4: is missing: the row counts 4 entries, the journal 3"


def test_a_cut_tail_with_the_record_put_back_is_told_by_the_anchors(worked: Any) -> None:
    last = edit(worked, category="Fire")
    before = entry(worked, 4)
    sequencer.anchor_now()
    tamper("DELETE FROM entry WHERE id = %s", last.pk)
    tamper("UPDATE incident SET category = '' WHERE record_ptr_id = %s", worked.pk)
    tamper(
        "UPDATE record SET version = 4, head = %s, updated_at = %s WHERE id = %s",
        bytes(before.hash),
        before.at if connection.vendor == "postgresql" else before.at.replace(tzinfo=None).isoformat(sep=" "),
        worked.pk,
    )
    said = found()
    assert any("not those that the anchor" in one for one in said)
    Anchor.objects.all().delete()
    assert any("The file outside the database has an anchor up to position" in one for one in found())


def test_without_an_anchor_sqlite_remembers_that_there_were_more(worked: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL burns ids on every rollback; there the anchors tell")
    last = create("change", OPERATOR, via="cli", title="Gone")
    tamper("DELETE FROM entry WHERE record_id = %s", last.pk)
    tamper("DELETE FROM span WHERE record_id = %s", last.pk)
    tamper("DELETE FROM change WHERE record_ptr_id = %s", last.pk)
    tamper("DELETE FROM record WHERE id = %s", last.pk)
    assert len(found()) == 1
    assert "its end was cut off" in found()[0]


def test_swapped_and_changed_anchors(worked: Any) -> None:
    first = sequencer.anchor_now()
    edit(worked, category="Fire")
    second = sequencer.anchor_now()
    assert first
    assert second
    assert found() == []
    Anchor.objects.filter(pk=first.pk).update(hash=bytes(second.hash))
    Anchor.objects.filter(pk=second.pk).update(hash=bytes(first.hash))
    said = found()
    assert "not those that the anchor" in said[0]
    assert any("differs from that in the file" in one for one in said)


def test_a_file_outside_that_says_otherwise(worked: Any, anchors_outside: Path) -> None:
    sequencer.anchor_now()
    file = anchors_outside / "anchors.jsonl"
    text = file.read_text()
    digest = text.split('"hash":"')[1][:8]
    file.write_text(text.replace(digest, "00000000"))
    assert any("differs from that in the file" in one for one in found())


def test_the_second_log(worked: Any) -> None:
    log.note("export", OPERATOR, via="cli", detail="all incidents")
    log.note("sign-in", OPERATOR, via="web")
    log.seal()
    assert found() == []
    LogEntry.objects.filter(event="export").update(detail="nothing")
    assert found()[0].startswith("Log row 1 (export")


def test_a_record_whose_row_is_gone(worked: Any) -> None:
    tamper("DELETE FROM incident WHERE record_ptr_id = %s", worked.pk)
    assert found() == [f"{worked.number}: its row in the table 'incident' is missing"]


def test_check_finds_and_mends_what_is_derived(worked: Any) -> None:
    create(
        "custom-fields",
        OPERATOR,
        via="cli",
        title="More",
        applies_to="incident",
        json_schema={"properties": {"branch": {"type": "string"}}},
    )
    edit(worked, extra={"branch": "North"})
    report = check()
    assert (report.problems, report.records) == ([], 6)
    tamper("UPDATE span SET state = 'closed' WHERE record_id = %s", worked.pk)
    tamper("UPDATE extra_value SET text = 'South' WHERE record_id = %s", worked.pk)
    with connection.cursor() as cursor:
        key = "rowid" if connection.vendor == "sqlite" else "record_id"
        cursor.execute(f"DELETE FROM search_index WHERE {key} = %s", [worked.pk])
    assert [str(problem).split(": ")[1] for problem in check().problems] == [
        "Its spans are not what its journal yields.",
        "Its filterable custom values are not those of the record.",
        "The search index does not hold what the record says.",
    ]
    assert len(check(repair=True).problems) == 3
    assert check().problems == []
    assert Span.objects.get(record_id=worked.pk).state == worked.state
    assert ExtraValue.objects.get(record_id=worked.pk).text == "North"
