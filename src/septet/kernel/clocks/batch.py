"""The clocks of records that come by the bulk door: reckoned from what their drafts tell, inserted with their batch."""

from datetime import datetime
from typing import Any

from septet.kernel.bulk_drafts import Written
from septet.kernel.clocks.book import Book, current
from septet.kernel.clocks.facts import COMMENT, Facts, judged_of
from septet.kernel.clocks.rows import earliest_due, insert_rows, rows_of
from septet.kernel.fields import moment_text
from septet.kernel.models import Clock
from septet.kernel.registry import RecordType
from septet.lib.moments import microseconds


class Clocks:
    """The clocks of a batch of records of one type on their way."""

    def __init__(self, it: RecordType, now: datetime) -> None:
        self.it, self.now = it, now
        self.book = current() if it.clocks is not None else Book()
        self.rows: list[Clock] = []

    def of(self, record: int, written: Written) -> dict[str, Any]:
        """What a new record's row holds because of its clocks: when it is due, if it has any."""
        last = written.moments[-1].values
        if self.it.kind not in self.book.kinds or last.get("withdrawn_at") is not None:
            return {}
        states = [(microseconds(one.at), one.values["state"]) for one in written.moments]
        facts = Facts(record, states, judged_of(last), _answered(written, last.get("requester")))
        rows = rows_of(self.it, facts, self.book, self.now, {})
        self.rows += rows
        due = earliest_due(rows)
        return {"due_at": None if due is None else moment_text(due)}

    def insert(self) -> None:
        """Write the clocks, after their records. Needs the door and a transaction."""
        insert_rows(self.rows)
        self.rows = []


def _answered(written: Written, requester: int | None) -> int | None:
    """When a comment in a draft's history first answered whoever asked, who can read all that is imported."""
    said = [one.at for one in written.moments if one.action == COMMENT and one.actor not in {None, requester}]
    return microseconds(min(said)) if said else None
