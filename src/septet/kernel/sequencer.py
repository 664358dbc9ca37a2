"""The sequencer: one place in one order for every committed entry, and anchors over the places.

An entry's `position` says in which order the world may learn of it. Ids cannot: of two transactions the one with the
lower id may commit last, and whoever reads by id would miss it. Whoever follows the journal reads by position.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from septet.kernel import log
from septet.kernel.errors import Conflict
from septet.kernel.fields import moment_text
from septet.kernel.locks import exclusive
from septet.kernel.models import Anchor, Entry
from septet.lib.chain import anchor_hash

BATCH = 10_000
CHUNK = 5_000
LINE = {"first", "last", "made_at", "hash", "log", "log_hash"}


def run() -> bool:
    """Place what was committed since, and seal the second log; whether anything was sealed."""
    catch_up()
    return log.seal() > 0


def catch_up() -> int:
    """Give each committed entry its position and return the highest. Cheap when there is nothing to do.

    Call it before reading by position. On SQLite entries have their positions from the start.
    """
    if connection.vendor == "postgresql":
        while Entry.objects.filter(position=None).exists() and _place_batch() == BATCH:
            pass
    return Entry.objects.aggregate(highest=Max("position"))["highest"] or 0


def _place_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        exclusive("sequencer")
        # A statement of its own after the lock: it sees every position that the holder before gave.
        cursor.execute(
            "UPDATE entry SET position = placed.position FROM ("
            " SELECT id, row_number() OVER (ORDER BY id)"
            "  + coalesce((SELECT max(position) FROM entry), 0) AS position"
            " FROM entry WHERE position IS NULL ORDER BY id LIMIT %s"
            ") AS placed WHERE entry.id = placed.id",
            [BATCH],
        )
        return int(cursor.rowcount)


def anchor_now() -> Anchor | None:
    """Seal the entries placed since the last anchor; None if there are none. Then write what the file outside lacks.

    Raises OSError if the file cannot be written; the next call makes up for it.
    """
    last = catch_up()
    log.seal()
    before = Anchor.objects.order_by("-last").first()
    first = before.last + 1 if before else 1
    made = None
    if last >= first:
        hashes = Entry.objects.filter(position__range=(first, last)).order_by("position").values_list("hash", flat=True)
        digest = anchor_hash(bytes(before.hash) if before else b"", first, last, map(bytes, hashes.iterator(CHUNK)))
        with transaction.atomic():
            exclusive("anchors")
            # Somebody else may have anchored while the hashes were read; then theirs stands.
            if Anchor.objects.order_by("-last").values_list("last", flat=True).first() == (before and before.last):
                made = Anchor.objects.create(first=first, last=last, made_at=timezone.now(), hash=digest)
    write_outside()
    return made


def anchor_file() -> Path:
    """The file of anchors outside the database: one JSON line each."""
    return Path(settings.ANCHOR_DIR) / "anchors.jsonl"


def lines_outside() -> Iterator[dict[str, Any]]:
    """The anchors as the file outside the database tells them: first, last, made_at, hash (hex), and place and hash
    of the last sealed row of the second log at that time (log, log_hash). Raises Conflict at a line that is none."""
    if not anchor_file().exists():
        return
    with anchor_file().open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return  # it is being written, or was when the power failed
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError:
                found = None
            if not isinstance(found, dict) or not found.keys() >= LINE:
                raise Conflict(f"Line {number} of {anchor_file()} is not as it was written.")
            yield found


def write_outside() -> int:
    """Append the anchors that the file outside the database lacks, and return how many. Raises OSError."""
    anchor_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with anchor_file().open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_half_line(file.fileno())
        known = max((line["last"] for line in lines_outside()), default=0)
        missing = list(Anchor.objects.filter(last__gt=known).order_by("last"))
        place, digest = log.head()
        for one in missing:
            line = {
                "first": one.first,
                "last": one.last,
                "made_at": moment_text(one.made_at),
                "hash": bytes(one.hash).hex(),
                "log": place,
                "log_hash": digest.hex(),
            }
            file.write(orjson.dumps(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def _drop_half_line(handle: int) -> None:
    """Cut what a power failure left of a line that was being written."""
    size = os.fstat(handle).st_size
    text = os.pread(handle, size, 0)
    if not text.endswith(b"\n"):
        os.ftruncate(handle, text.rfind(b"\n") + 1)
