"""Undo of an entry and of a request: the inverse, or the reason why not."""

from typing import Any

import pytest

from septet.kernel import content
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.errors import Conflict, NotFound, Refused
from septet.kernel.journal import hash_of
from septet.kernel.models import Attachment, Entry, Record, Relation, Span
from septet.kernel.reading import history
from septet.kernel.undo import undo_entry, undo_request
from tests.kernel.proofs.stock import assert_consistent, edit, incident

pytestmark = pytest.mark.django_db

AGENT = Actor(name="Agent", rights=(Right("see", "*"), Right("work", "incident"), Right("create", "incident")))
READER = Actor(name="Reader", rights=(Right("see", "*"),))


def entries(record: Record) -> list[Entry]:
    return list(Entry.objects.filter(record_id=record.pk).order_by("number"))


def person(title: str) -> Any:
    return create("person", OPERATOR, via="cli", title=title)


def act(record: Any, name: str, **values: Any) -> Entry:
    """Do an action that changes something."""
    entry = perform(record, name, OPERATOR, via="cli", **values)
    assert entry is not None
    return entry


def test_an_undone_edit_leaves_the_record_as_it_was_and_both_entries_in_the_journal() -> None:
    record = incident(description="Smoke")
    entry = edit(record, title="Two printers on fire", description="More smoke")
    report = undo_entry(entry.pk, OPERATOR, via="web", note="Miscounted")
    record = reload(record)
    assert (record.title, record.description) == ("Printer on fire", "Smoke")
    *_, last = entries(record)
    assert (last.action, last.undoes, last.note, last.via) == ("undo", entry.pk, "Miscounted", "web")
    assert (last.request, record.version, bytes(record.head)) == (report.request, 3, bytes(last.hash))
    assert bytes(last.hash) == hash_of(last, bytes(entry.hash))
    assert last.audience == entry.audience
    assert_consistent(record)


def test_undoing_the_undo_does_it_again_and_history_marks_what_is_undone() -> None:
    record = incident()
    first = edit(record, title="Two printers on fire")
    report = undo_entry(first.pk, OPERATOR, via="cli")
    assert [one["undone"] for one in history(record, OPERATOR)] == [False, True, False]
    undo_request(report.request, OPERATOR, via="cli")
    record = reload(record)
    assert record.title == "Two printers on fire"
    assert [one["undone"] for one in history(record, OPERATOR)] == [False, False, True, False]
    undo_entry(first.pk, OPERATOR, via="cli")
    assert reload(record).title == "Printer on fire"
    assert_consistent(record)


def test_an_entry_is_undone_once() -> None:
    record = incident()
    entry = edit(record, title="Two printers on fire", request=(request := new_request()))
    undo_entry(entry.pk, OPERATOR, via="cli")
    with pytest.raises(Conflict, match="was undone already"):
        undo_entry(entry.pk, OPERATOR, via="cli")
    again = undo_request(request, OPERATOR, via="cli")
    assert (again.undone, again.refused, again.already) == (0, [], 1)
    assert reload(record).version == 3


def test_a_later_change_of_the_same_field_is_in_the_way_until_it_is_undone_itself() -> None:
    record = incident()
    first = edit(record, title="Two printers on fire", category="Hardware")
    edit(record, description="Elsewhere")
    second = edit(record, title="Three printers on fire")
    with pytest.raises(Conflict, match=r'Entry 4 \("edit".*\) changed title later'):
        undo_entry(first.pk, OPERATOR, via="cli")
    assert reload(record).version == 4
    undo_entry(second.pk, OPERATOR, via="cli")
    undo_entry(first.pk, OPERATOR, via="cli")
    record = reload(record)
    assert (record.title, record.category, record.description) == ("Printer on fire", "", "Elsewhere")
    assert_consistent(record)


def test_doing_again_is_refused_where_what_it_rests_on_was_undone_since() -> None:
    record = incident()
    first, second = edit(record, title="B"), edit(record, title="C")
    undo_entry(second.pk, OPERATOR, via="cli")
    undone = entries(record)[-1]
    undo_entry(first.pk, OPERATOR, via="cli")
    with pytest.raises(Conflict, match="changed title later"):
        undo_entry(undone.pk, OPERATOR, via="cli")


def test_an_undone_creation_withdraws_the_record_and_doing_it_again_brings_it_back() -> None:
    request = new_request()
    record = create("incident", OPERATOR, via="api", request=request, title="A mistake")
    perform(record, "watch", OPERATOR, via="api", request=request, person=person("Ann Archer"))
    report = undo_request(request, OPERATOR, via="api")
    record = reload(record)
    assert report.undone == 1
    assert record.withdrawn_at is not None
    assert not Span.objects.filter(record_id=record.pk, until=None).exists()
    assert_consistent(record)
    undo_request(report.request, OPERATOR, via="api")
    record = reload(record)
    assert record.withdrawn_at is None
    assert Span.objects.filter(record_id=record.pk, until=None).exists()
    assert_consistent(record)


def test_a_creation_is_not_undone_under_somebody_s_hands() -> None:
    request = new_request()
    record = create("incident", OPERATOR, via="api", request=request, title="A mistake")
    perform(record, "comment", OPERATOR, via="web", text="Is it?")
    edit(record, title="No mistake")
    report = undo_request(request, OPERATOR, via="api")
    assert report.refused == [(record.number, report.refused[0][1])]
    assert 'was changed since: Entry 3 ("edit"' in report.refused[0][1]
    assert reload(record).withdrawn_at is None


def test_a_request_is_undone_record_by_record_and_a_dry_run_changes_nothing() -> None:
    request = new_request()
    one, two = incident("One"), incident("Two")
    for record in (one, two):
        edit(record, request=request, category="Network")
        edit(record, request=request, category="Hardware", title="Moved")
    edit(two, category="Software")
    rehearsed = undo_request(request, OPERATOR, via="cli", dry_run=True)
    assert (rehearsed.undone, [number for number, _ in rehearsed.refused]) == (1, [two.number])
    assert reload(one).version == 3
    seen: list[tuple[int, int]] = []
    report = undo_request(request, OPERATOR, via="cli", progress=lambda done, total, report: seen.append((done, total)))
    assert (report.undone, report.refused) == (1, rehearsed.refused)
    assert seen == [(4, 4)]
    one, two = reload(one), reload(two)
    assert (one.title, one.category, two.category) == ("One", "", "Software")
    first, second = entries(one)[1:3]
    assert [entry.undoes for entry in entries(one)[3:]] == [second.pk, first.pk]
    assert_consistent(one)
    undo_request(report.request, OPERATOR, via="cli")
    assert (reload(one).title, reload(one).category) == ("Moved", "Hardware")


def test_parts_come_back_as_they_were() -> None:
    one, two, watcher = incident("One"), incident("Two"), person("Ann Archer")
    related = act(one, "relate", type="caused-by", target=two)
    ended = act(one, "unrelate", type="caused-by", target=two)
    watched = act(one, "watch", person=watcher)
    gone = act(one, "unwatch", person=watcher)
    digest, size = content.put([b"log"])
    attached = act(one, "attach", params={"name": "log.txt", "digest": digest, "size": size})
    row = Attachment.objects.get(record_id=one.pk)
    detached = act(one, "detach", attachment=row.pk)
    with pytest.raises(Conflict, match=r"detach.* changed .*attachments"):
        undo_entry(attached.pk, OPERATOR, via="cli")
    for entry in (detached, gone, ended):
        undo_entry(entry.pk, OPERATOR, via="cli")
        assert_consistent(one)
    assert Relation.objects.get(record_id=one.pk).valid_to is None
    assert Attachment.objects.get(pk=row.pk).name == "log.txt"
    for entry in (attached, watched, related):
        undo_entry(entry.pk, OPERATOR, via="cli")
        assert_consistent(one)
    assert not Relation.objects.filter(record_id=one.pk).exists()


def test_a_file_whose_bytes_are_gone_does_not_come_back() -> None:
    record = incident()
    digest, size = content.put([b"only here"])
    perform(record, "attach", OPERATOR, via="cli", params={"name": "log.txt", "digest": digest, "size": size})
    row = Attachment.objects.get(record_id=record.pk)
    detached = perform(record, "detach", OPERATOR, via="cli", attachment=row.pk)
    assert detached is not None
    content.path(digest).unlink()
    with pytest.raises(Conflict, match=r"bytes of log\.txt were removed"):
        undo_entry(detached.pk, OPERATOR, via="cli")


def test_a_relation_that_would_close_a_cycle_by_now_does_not_come_back() -> None:
    one, two = incident("One"), incident("Two")
    perform(one, "relate", OPERATOR, via="cli", type="child-of", target=two)
    ended = perform(one, "unrelate", OPERATOR, via="cli", type="child-of", target=two)
    perform(two, "relate", OPERATOR, via="cli", type="child-of", target=one)
    assert ended is not None
    with pytest.raises(Conflict, match="cycle"):
        undo_entry(ended.pk, OPERATOR, via="cli")


def test_an_entry_about_the_past_that_was_overtaken_is_undone_in_the_past() -> None:
    record = incident("A")
    start = reload(record).updated_at
    edit(record, title="C")
    late = edit(record, at=start, title="B")
    assert reload(record).title == "C"
    undo_entry(late.pk, OPERATOR, via="cli")
    record = reload(record)
    assert record.title == "C"
    assert entries(record)[-1].at == late.at
    assert_consistent(record)


def test_what_cannot_be_undone_says_why() -> None:
    record = incident()
    said = perform(record, "comment", OPERATOR, via="cli", text="Hello")
    assert said is not None
    with pytest.raises(Conflict, match="cannot be unread"):
        undo_entry(said.pk, OPERATOR, via="cli")


def test_undo_needs_the_right_to_what_is_undone() -> None:
    record = incident()
    entry = edit(record, title="Two printers on fire")
    with pytest.raises(Refused, match="needs the right to work"):
        undo_entry(entry.pk, READER, via="web")
    with pytest.raises(NotFound):
        undo_entry(entry.pk, Actor(name="Outsider"), via="web")
    undo_entry(entry.pk, AGENT, via="web")
    with pytest.raises(NotFound, match="There is no entry"):
        undo_entry(10**9, OPERATOR, via="web")
    with pytest.raises(NotFound, match="There is no request"):
        undo_request("nothing", OPERATOR, via="web")


def test_a_requester_takes_back_only_what_is_their_own() -> None:
    ann = person("Ann Archer")
    actor = Actor(name="Ann", person=ann.pk)
    record = create("incident", actor, via="web", title="Cannot print")
    watched = perform(record, "watch", actor, via="web")
    edited = edit(record, category="Printing")
    shown = perform(record, "assign", OPERATOR, via="web")
    assert watched is not None
    assert shown is None
    with pytest.raises(NotFound):
        undo_entry(edited.pk, actor, via="web")
    first = entries(record)[0]
    with pytest.raises(Conflict, match="was changed since"):
        undo_entry(first.pk, actor, via="web")
    other = Actor(name="Ben", person=person("Ben Baker").pk)
    with pytest.raises(NotFound):
        undo_entry(first.pk, other, via="web")


def test_only_the_approver_takes_an_answer_back() -> None:
    record, ann = incident(), person("Ann Archer")
    perform(record, "share", OPERATOR, via="cli", party=ann)
    perform(record, "ask-approval", OPERATOR, via="cli", approvers=[ann])
    approver = Actor(name="Ann", person=ann.pk, rights=(Right("see", "*"),))
    answered = perform(record, "approve", approver, via="web")
    assert answered is not None
    manager = Actor(name="Manager", person=person("Max").pk, rights=(Right("see", "*"), Right("approve", "*")))
    with pytest.raises(Refused, match="Only whoever answered"):
        undo_entry(answered.pk, manager, via="web")
    undo_entry(answered.pk, approver, via="web")
    assert_consistent(record)


def test_a_withdrawn_record_comes_back_by_undo_of_the_withdrawal_only() -> None:
    record = incident()
    entry = edit(record, title="Two printers on fire")
    gone = perform(record, "withdraw", OPERATOR, via="cli")
    assert gone is not None
    with pytest.raises(Conflict, match="is withdrawn"):
        undo_entry(entry.pk, OPERATOR, via="cli")
    undo_entry(gone.pk, OPERATOR, via="cli")
    assert reload(record).withdrawn_at is None
    assert_consistent(record)


def test_records_that_one_may_not_see_are_counted_but_not_named() -> None:
    request = new_request()
    open_one, secret = incident(), create("incident", OPERATOR, via="cli", title="Secret", confidentiality="restricted")
    for record in (open_one, secret):
        perform(record, "edit", OPERATOR, via="cli", request=request, title="Changed")
    tried = undo_request(request, AGENT, via="web", dry_run=True)
    assert (tried.undone, tried.refused, tried.hidden) == (1, [], 1)
    assert (undo_request(request, AGENT, via="web").hidden, reload(secret).title) == (1, "Changed")
    alone = new_request()
    perform(secret, "edit", OPERATOR, via="cli", request=alone, title="Changed again")
    for unknown in (alone, new_request()):
        with pytest.raises(NotFound, match="or you may not see what it changed"):
            undo_request(unknown, AGENT, via="web")
