"""The content store: bytes under their SHA-256, in a folder of the data directory. Bytes first, row second."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from septet.kernel.errors import TooLarge, Unavailable

EMPTY = hashlib.sha256(b"").hexdigest()
LARGEST = 100 * 1024 * 1024
GRACE_SECONDS = 24 * 3600
CHUNK = 1024 * 1024
RUNS_KEPT = timedelta(days=6)


def _folder() -> Path:
    return Path(settings.CONTENT_DIR)


def path(digest: str) -> Path:
    """Where the bytes with this digest lie, if they do."""
    return _folder() / digest[:2] / digest[2:]


def exists(digest: str) -> bool:
    """Whether the store holds these bytes; the empty content is always there."""
    return digest == EMPTY or path(digest).is_file()


def size(digest: str) -> int:
    """The size of stored bytes."""
    return 0 if digest == EMPTY else path(digest).stat().st_size


def put(chunks: Iterable[bytes], *, largest: int = LARGEST) -> tuple[str, int]:
    """Store bytes as they come and return (digest, size). Raises TooLarge or Unavailable; then nothing is left over."""
    _folder().mkdir(parents=True, exist_ok=True)
    digest, total = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=_folder(), prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                total += len(chunk)
                if total > largest:
                    raise TooLarge(f"A file may hold at most {largest // 1024 // 1024} MB.")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        goal = path(digest.hexdigest())
        goal.parent.mkdir(exist_ok=True)
        Path(name).replace(goal)
    except OSError as error:
        raise Unavailable("The file could not be stored: the disk is full or cannot be written.") from error
    finally:
        Path(name).unlink(missing_ok=True)
    return digest.hexdigest(), total


def read(digest: str) -> Iterator[bytes]:
    """The stored bytes, chunk by chunk."""
    if digest == EMPTY:
        return
    with path(digest).open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def collect(now: float | None = None) -> int:
    """Delete bytes to which no attachment and no recent run has pointed for a day, and left-over uploads.

    Returns how many files went. A run's files are kept for a week, so that a dry run can be done for real and its
    report be fetched.
    """
    from septet.kernel.models import Attachment, Run

    if not _folder().is_dir():
        return 0
    horizon = (now or time.time()) - GRACE_SECONDS
    old = [file for file in _folder().rglob("*") if file.is_file() and file.stat().st_mtime < horizon]
    digests = {file.parent.name + file.name for file in old}
    used = set(Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True))
    since = datetime.fromtimestamp(horizon, UTC) - RUNS_KEPT
    recent = Run.objects.filter(queued_at__gte=since).values_list("arguments", "result")
    named = "\n".join(str(row) for row in recent)
    gone = [file for file in old if (digest := file.parent.name + file.name) not in used and digest not in named]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)
