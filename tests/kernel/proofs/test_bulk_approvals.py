"""Approvals through the bulk door: rows as the journal tells them, what is refused, and the same draft again."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from septet.kernel import bulk
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.models import Approval, Entry, Record
from septet.kernel.undo import undo_request
from septet.kernel.verify import verify
from septet.lib.drafts import Draft, Step
from tests.kernel.proofs.stock import DAY, LONG_AGO, assert_consistent

pytestmark = pytest.mark.django_db

ASKED, FIRST, SECOND = LONG_AGO + DAY, LONG_AGO + 2 * DAY, LONG_AGO + 3 * DAY

APPROVER = Actor(name="Approver", rights=(Right("see", "*"), Right("approve", "*")))


@pytest.fixture
def people() -> list[int]:
    """Somebody who asks, and three others."""
    return [create("person", OPERATOR, via="cli", title=name, email=f"{name}@example.org").pk for name in "abcd"]


def ask(people: list[int], *of: int) -> Step:
    return Step(ASKED, "ask-approval", {}, actor=people[0], asks=tuple(people[one] for one in of))


def answer(person: int, at: datetime, decision: str = "approved") -> Step:
    return Step(at, "approve" if decision == "approved" else "reject", {}, actor=person, decision=decision)


def change(*steps: Step, **fields: Any) -> Draft:
    return Draft("change", ("desk", "1"), {"title": "New printers", **fields}, LONG_AGO, list(steps))


def written(draft: Draft) -> tuple[Record, bulk.BulkReport]:
    report = bulk.write([draft], OPERATOR, request=new_request())
    assert not report.refused
    return reload(Record.objects.get(pk=report.ids[("change", "desk", "1")])), report


def answers(record: Record) -> dict[int, tuple[str, datetime | None]]:
    rows = Approval.objects.filter(record_id=record.pk)
    return {one.approver_id: (one.decision, one.decided_at) for one in rows}


def test_who_was_asked_and_what_they_answered_stands_in_rows_and_journal(people: list[int]) -> None:
    record, _ = written(change(ask(people, 1, 2, 3), answer(people[1], FIRST), answer(people[2], SECOND, "rejected")))
    expected = {people[1]: ("approved", FIRST), people[2]: ("rejected", SECOND), people[3]: ("pending", None)}
    assert answers(record) == expected
    told = Entry.objects.filter(record_id=record.pk).order_by("number").values_list("action", "at", "actor_id")
    assert list(told)[1:] == [
        ("ask-approval", ASKED, people[0]),
        ("approve", FIRST, people[1]),
        ("reject", SECOND, people[2]),
    ]
    assert_consistent(record)
    assert not list(verify().problems)


def test_the_same_again_changes_nothing_and_a_later_answer_is_added(people: list[int]) -> None:
    draft = change(ask(people, 1, 2), answer(people[1], FIRST))
    _, first = written(draft)
    record, again = written(draft)
    assert (first.created, again.unchanged) == (1, 1)
    more = ask(people, 1, 2, 3)
    record, later = written(replace(draft, steps=[more, answer(people[1], FIRST), answer(people[2], SECOND)]))
    assert later.changed == 1
    assert answers(record) == {
        people[1]: ("approved", FIRST),
        people[2]: ("approved", SECOND),
        people[3]: ("pending", None),
    }
    assert Entry.objects.filter(record_id=record.pk, action="approve").count() == 2
    assert_consistent(record)


def test_an_answer_given_here_stays_when_more_is_told(people: list[int]) -> None:
    record, _ = written(change(ask(people, 1, 2)))
    perform(record, "reject", replace(APPROVER, person=people[1]), via="web", reason="Too dear.")
    record, _ = written(change(ask(people, 1, 2), answer(people[2], FIRST), reason="The old ones smoke."))
    assert {who: one for who, (one, _) in answers(record).items()} == {people[1]: "rejected", people[2]: "approved"}
    assert_consistent(record)


def test_an_import_with_approvals_can_be_taken_back_and_comes_back(people: list[int]) -> None:
    draft, request = change(ask(people, 1), answer(people[1], FIRST)), new_request()
    bulk.write([draft], OPERATOR, request=request)
    undo_request(request, OPERATOR, via="cli")
    record, report = written(draft)
    assert report.changed == 1
    assert (record.withdrawn_at, answers(record)) == (None, {people[1]: ("approved", FIRST)})
    assert_consistent(record)


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        (lambda p: [replace(ask(p), asks=(999_999,))], "asks"),
        (lambda p: [ask(p, 0)], "asks"),
        (lambda p: [ask(p, 1), answer(p[2], FIRST)], "decision"),
        (lambda p: [ask(p, 1), replace(answer(p[1], FIRST), decision="perhaps")], "decision"),
        (lambda p: [answer(p[1], ASKED - DAY / 2), ask(p, 1)], "decision"),
        (lambda p: [ask(p, 1), replace(answer(p[1], FIRST), actor=None)], "decision"),
    ],
)
def test_what_cannot_be_is_refused(people: list[int], steps: Any, field: str) -> None:
    report = bulk.write([change(*steps(people))], OPERATOR, request=new_request())
    assert [one.field for one in report.refused] == [field]
    assert not Approval.objects.exists()
