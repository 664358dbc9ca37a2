"""How long after its end something may still be opened again."""

from datetime import datetime, timedelta

from septet.kernel.errors import Conflict
from septet.kernel.models import Record

REOPEN_WITHIN = timedelta(days=14)


def check_not_long_ago(record: Record, ended: datetime | None, at: datetime) -> None:
    """Refuse to open again what ended more than two weeks ago: it would falsify what was measured since."""
    if ended is not None and at - ended > REOPEN_WITHIN:
        raise Conflict(
            f"{record.number} ended more than {REOPEN_WITHIN.days} days ago. "
            f"Open a new {record.kind} and relate it to this one."
        )
