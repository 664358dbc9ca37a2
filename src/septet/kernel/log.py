"""The second chained log, of what changes no record: sign-in, export, a restricted read, a refusal, use of a token."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.fields import moment_text
from septet.kernel.locks import exclusive
from septet.kernel.models import LogEntry, Record
from septet.lib.chain import chained

LONGEST_DETAIL = 500
BATCH = 1000


def note(
    event: str,
    actor: Actor,
    *,
    via: str,
    request: str = "",
    record: Record | int | None = None,
    detail: str = "",
) -> None:
    """Log that `actor` did what changes no record: one row, sealed a little later by the sequencer.

    `event` is a short fixed word such as `sign-in`. `detail` is for people and holds no secret; it is cut at 500
    characters. Call it outside the transaction that may be rolled back.
    """
    LogEntry.objects.create(
        at=timezone.now(),
        event=event,
        actor_id=actor.person,
        actor_name="" if actor.person else _clean(actor.name)[:255],
        record_id=record.pk if isinstance(record, Record) else record,
        via=via,
        request=_clean(request)[:36],
        detail=_clean(detail)[:LONGEST_DETAIL],
    )


def _clean(text: str) -> str:
    """Text from outside without what neither database nor canonical JSON holds."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def seal() -> int:
    """Give every row its place in the chain, and return how many were given one."""
    sealed = 0
    while LogEntry.objects.filter(sealed=None).exists():
        sealed += _seal_batch()
    return sealed


def _seal_batch() -> int:
    with transaction.atomic():
        exclusive("log")
        last, previous = head()
        rows = list(LogEntry.objects.filter(sealed=None).order_by("id")[:BATCH])
        for place, row in enumerate(rows, start=last + 1):
            row.sealed, row.hash = place, _hash(row, place, previous)
            previous = row.hash
        LogEntry.objects.bulk_update(rows, ["sealed", "hash"], batch_size=200)
    return len(rows)


def head() -> tuple[int, bytes]:
    """Place and hash of the last sealed row; 0 and nothing where there is none."""
    last = LogEntry.objects.filter(sealed__isnull=False).order_by("-sealed").values_list("sealed", "hash").first()
    return (last[0] or 0, bytes(last[1])) if last else (0, b"")


def verify_log() -> str:
    """Prove the log: one sentence that names the first row which is not as it was written, or an empty text.

    A cut tail shows where an anchor outside the database knows more rows than the log has.
    """
    from septet.kernel.sequencer import lines_outside

    expected, previous = 1, b""
    witnessed = {line["log"]: line["log_hash"] for line in lines_outside() if line["log"]}
    for row in LogEntry.objects.filter(sealed__isnull=False).order_by("sealed").iterator(BATCH):
        if row.sealed != expected:
            return f"Log row {expected} is missing."
        previous = _hash(row, expected, previous)
        if bytes(row.hash) != previous:
            return f"Log row {expected} ({row.event}, {moment_text(row.at)}) is not as it was written."
        if witnessed.get(expected, previous.hex()) != previous.hex():
            return f"Log row {expected} is not the one that an anchor outside the database names."
        expected += 1
    if witnessed and max(witnessed) >= expected:
        return f"The log ends at row {expected - 1}, but an anchor outside the database names row {max(witnessed)}."
    return ""


def _hash(row: LogEntry, place: int, previous: bytes) -> bytes:
    header: dict[str, Any] = {
        "place": place,
        "at": moment_text(row.at),
        "event": row.event,
        "actor": row.actor_id if row.actor_id is not None else row.actor_name,
        "record": row.record_id,
        "via": row.via,
        "request": row.request,
        "detail": row.detail,
    }
    return chained(previous, header)
