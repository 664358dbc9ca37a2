"""Undo of an import: the past is corrected, what was known stays, and importing again brings everything back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import bulk, listing
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.listing import Query
from septet.kernel.models import Entry, Record, Span
from septet.kernel.registry import registry
from septet.kernel.undo import UndoReport, undo_entry, undo_request
from septet.lib.drafts import Draft
from tests.kernel.proofs.stock import DAY, LONG_AGO, assert_consistent, draft, edit, incident

pytestmark = pytest.mark.django_db

IMPORTER = Actor(name="Importer", rights=(Right("see", "*"), Right("import", "*")))
AGENT = Actor(name="Agent", rights=(Right("see", "*"), Right("work", "*"), Right("create", "*")))


def imported(*drafts: Any, request: str = "") -> tuple[str, bulk.BulkReport]:
    request = request or new_request()
    return request, bulk.write(drafts, OPERATOR, request=request)


def listed(**times: datetime) -> set[str]:
    params = {name: value.isoformat() for name, value in times.items()}
    return {one["title"] for one in listing.stream(Query.parse(registry.types["incident"], params), OPERATOR)}


def records() -> list[Any]:
    return [reload(one) for one in Record.objects.filter(kind="incident").order_by("pk")]


def test_the_past_no_longer_shows_what_was_imported_but_what_was_known_stays() -> None:
    target = create("service", OPERATOR, via="cli", title="Printing")
    request, _ = imported(draft("1", links=(target.pk,)), draft("2", title="Second"))
    known = timezone.now()
    then = LONG_AGO + DAY
    shown = {"Imported", "Second"}
    assert listed(as_of=then) == shown
    report = undo_request(request, OPERATOR, via="cli")
    assert (report.undone, report.refused) == (2, [])
    assert listed() == set()
    assert listed(as_of=then) == set()
    assert listed(as_of=then, known_at=known) == shown
    assert not Span.objects.filter(record_id__in=[one.pk for one in records()]).exists()
    for record in records():
        assert record.withdrawn_at == LONG_AGO
        assert_consistent(record)
    again = undo_request(request, OPERATOR, via="cli")
    assert (again.undone, again.already) == (0, 2)


def test_importing_again_brings_the_records_back_into_the_past_too() -> None:
    request, first = imported(draft("1"), draft("2", title="Second"))
    numbers = [one.number for one in records()]
    undo_request(request, OPERATOR, via="cli")
    second, report = imported(draft("1"), draft("2", title="Second, corrected"))
    assert (first.created, report.created, report.changed, report.refused) == (2, 0, 2, [])
    assert [one.number for one in records()] == numbers
    assert "Imported" in listed(as_of=LONG_AGO + DAY)
    for record in records():
        assert record.withdrawn_at is None
        assert_consistent(record)
    assert imported(draft("1"), draft("2", title="Second, corrected"))[1].unchanged == 2
    undone = undo_request(second, OPERATOR, via="cli")
    assert (undone.undone, undone.refused) == (2, [])
    assert listed(as_of=LONG_AGO + DAY) == set()
    undo_request(undone.request, OPERATOR, via="cli")
    assert "Imported" in listed(as_of=LONG_AGO + DAY)
    for record in records():
        assert_consistent(record)


def test_what_somebody_withdrew_comes_back_only_from_now_on() -> None:
    imported(draft("1"))
    (record,) = records()
    perform(record, "withdraw", OPERATOR, via="cli")
    between = timezone.now()
    imported(draft("1"))
    assert reload(record).withdrawn_at is None
    assert listed(as_of=between) == set()
    assert_consistent(record)


def test_what_was_worked_on_since_stays() -> None:
    request, _ = imported(draft("1"), draft("2", title="Second"))
    first, second = records()
    perform(first, "comment", OPERATOR, via="web", text="Seen")
    edit(second, category="Network")
    report = undo_request(request, OPERATOR, via="cli")
    assert report.undone == 1
    assert [number for number, _ in report.refused] == [second.number]
    assert reload(first).withdrawn_at is not None
    assert reload(second).withdrawn_at is None


def test_what_an_import_changed_on_known_records_is_as_if_it_had_never_been() -> None:
    imported(draft("1"))
    (record,) = records()
    request, report = imported(draft("1", title="Renamed", category="Network"))
    assert report.changed == 1
    undo_request(request, OPERATOR, via="cli")
    assert reload(record).title == "Imported, looked at"
    assert reload(record).category == ""
    assert_consistent(record)


def test_an_import_that_tells_otherwise_corrects_its_own_history_and_leaves_what_was_edited_here() -> None:
    imported(draft("1", category="Network"))
    (record,) = records()
    edit(record, description="Added here", category="Hardware")
    imported(draft("1", title="Corrected", category="Network"))
    record = reload(record)
    assert record.title == "Corrected, looked at"
    assert (record.description, record.category) == ("Added here", "Hardware")
    assert listed(as_of=LONG_AGO + DAY) == {"Corrected"}
    assert listed(as_of=LONG_AGO + 2 * DAY) == {"Corrected, looked at"}
    before = record.version
    imported(draft("1", title="Corrected", category="Software"))
    record = reload(record)
    assert (record.category, record.version) == ("Software", before + 1)
    imported(draft("1", category="Network"))
    assert reload(record).title == "Imported, looked at"
    assert_consistent(record)


def test_several_past_steps_on_one_field_are_undone_together() -> None:
    record = incident("A")
    start = reload(record).updated_at
    request = new_request()
    for title in ("B", "C"):
        perform(record, "edit", OPERATOR, via="import", at=timezone.now(), request=request, params={"title": title})
    last = Entry.objects.filter(record_id=record.pk).latest("number")
    report = undo_request(request, OPERATOR, via="cli")
    assert (report.undone, reload(record).title) == (1, "A")
    assert listed(as_of=last.at) == {"A"}
    assert start < last.at
    assert_consistent(record)
    undo_request(report.request, OPERATOR, via="cli")
    assert reload(record).title == "C"
    assert_consistent(record)


def test_undoing_an_import_needs_the_right_to_import() -> None:
    request, _ = imported(draft("1"), draft("2"))
    report = undo_request(request, AGENT, via="api")
    assert report.undone == 0
    assert len(report.refused) == 2
    assert "needs the right to import" in report.refused[0][1]
    assert undo_request(request, IMPORTER, via="api").undone == 2


def test_restricted_records_are_undone_only_by_those_who_see_them() -> None:
    request, _ = imported(draft("1", confidentiality="restricted"), draft("2"))
    report = undo_request(request, IMPORTER, via="api")
    assert report.undone == 1
    assert (report.refused, report.hidden) == ([], 1)


def test_people_whom_open_work_names_stay_and_those_of_the_same_import_go() -> None:
    request = new_request()
    people = [Draft("person", ("hr", str(n)), {"title": f"Person {n}"}, LONG_AGO) for n in (1, 2)]
    imported(*people, request=request)
    ann, ben = Record.objects.filter(kind="person").order_by("pk")
    mine = incident("Mine", owner=ann.pk)
    theirs = draft("1", owner=ben.pk)
    theirs.steps = []
    imported(theirs, request=request)
    rehearsed = undo_request(request, OPERATOR, via="cli", dry_run=True)
    report = undo_request(request, OPERATOR, via="cli")
    for one in (rehearsed, report):
        assert one.undone == 2
        assert [number for number, _ in one.refused] == [f"PER-{ann.pk}"]
        assert "still has open work" in one.refused[0][1]
    assert reload(mine).owner_id == ann.pk
    assert Record.objects.get(pk=ben.pk).withdrawn_at is not None


def test_an_undo_that_was_broken_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("septet.kernel.undo.PAGE", 12)
    request, _ = imported(*(draft(str(n)) for n in range(20)))

    class Enough(Exception):
        pass

    def stop(done: int, total: int, report: UndoReport) -> None:
        raise Enough

    with pytest.raises(Enough):
        undo_request(request, OPERATOR, via="cli", progress=stop)
    gone = Record.objects.filter(kind="incident", withdrawn_at__isnull=False).count()
    assert 0 < gone < 20
    seen: list[int] = []
    report = undo_request(request, OPERATOR, via="cli", progress=lambda done, total, report: seen.append(done))
    assert report.undone == 20 - gone
    assert report.already == gone
    assert report.refused == []
    assert seen[-1] == 80
    assert Entry.objects.filter(action="undo").count() == 20


def test_one_imported_entry_can_be_undone_alone() -> None:
    imported(draft("1"))
    (record,) = records()
    step = Entry.objects.get(record_id=record.pk, number=3)
    undo_entry(step.pk, OPERATOR, via="web")
    assert reload(record).title == "Imported"
    assert listed(as_of=LONG_AGO + 2 * DAY) == {"Imported"}
    assert_consistent(record)
    assert datetime(2012, 3, 3, 8, tzinfo=UTC) == step.at
