"""Approvals of a bulk write: who was asked, and what they answered, as rows and as the journal tells them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from septet.kernel.bulk_drafts import Moment
from septet.kernel.bulk_rows import insert, update
from septet.kernel.fields import moment_text
from septet.kernel.ids import allocate
from septet.kernel.models import Approval, Decision

PART = "approvals"
ROW = ("id", "record_id", "approver_id", "decision", "decided_at")
ANSWER = ("decision", "decided_at")


class Answer(NamedTuple):
    """What one approval says: the id of its row, the decision, and when it was made."""

    pk: int
    decision: str
    decided_at: datetime | None


class Approvals:
    """Approvals of some records on their way. `moments` are all that will be added, `held` says of which records there
    are rows already."""

    def __init__(self, moments: Iterable[Moment], held: Sequence[int] = ()) -> None:
        asked = sum(len(one.asks) for one in moments)
        self._ids = iter(allocate(Approval, asked) if asked else ())
        self._answers: dict[tuple[int, int], Answer] = {}
        if held:
            rows = Approval.objects.filter(record_id__in=held)
            for record, approver, *answer in rows.values_list("record_id", "approver_id", "id", *ANSWER):
                self._answers[record, approver] = Answer(*answer)
        self._stored = dict(self._answers)

    def asks_others(self, record: int, moment: Moment) -> bool:
        """Whether somebody is asked who was not before."""
        return any((record, person) not in self._answers for person in moment.asks)

    def add(self, record: int, moment: Moment) -> dict[str, list[Any]]:
        """Take over what a moment of a record asks and decides; gives its changes. Who answers counts as asked."""
        changes: dict[str, list[Any]] = {}
        answers = moment.actor if moment.decision else None
        for person in (*moment.asks, answers):
            if person is not None and (record, person) not in self._answers:
                pk = next(self._ids)
                self._answers[record, person] = Answer(pk, Decision.PENDING.value, None)
                changes[f"{PART}.{pk}.approver"] = [None, person]
                changes[f"{PART}.{pk}.decision"] = [None, Decision.PENDING.value]
        if answers is not None:
            before = self._answers[record, answers]
            after = self._answers[record, answers] = Answer(before.pk, moment.decision, moment.at)
            if before.decision != after.decision:
                first = changes.get(f"{PART}.{after.pk}.decision", [before.decision])[0]
                changes[f"{PART}.{after.pk}.decision"] = [first, after.decision]
            changes[f"{PART}.{after.pk}.decided_at"] = [_text(before.decided_at), _text(after.decided_at)]
        return changes

    def insert(self) -> None:
        """Write the rows. Needs the door and a transaction."""
        fresh = self._answers.keys() - self._stored.keys()
        insert.rows(
            Approval,
            ROW,
            [(one.pk, *of, one.decision, one.decided_at) for of, one in self._answers.items() if of in fresh],
        )
        answered = [one for of, one in self._answers.items() if of not in fresh and one != self._stored[of]]
        update.rows(Approval, ANSWER, [(one.decision, one.decided_at, one.pk) for one in answered])
        self._stored = dict(self._answers)


def _text(at: datetime | None) -> str | None:
    return None if at is None else moment_text(at)
