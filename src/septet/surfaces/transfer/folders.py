"""Folders for the rows of imports under way, and what to do about those that a killed import left behind."""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "septet-import-"
LOCK = "lock"
# A folder without a lock is being made at this moment, or was left by somebody who was killed then.
SECONDS_TO_LOCK = 600


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of one import. Whoever holds `lock` open, a file descriptor, keeps it from being cleared away."""

    path: Path
    lock: int


@contextmanager
def own_folder() -> Iterator[Folder]:
    """A folder that is gone afterwards; those that are nobody's any more go first."""
    clear_stale(Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        lock = os.open(path / "making", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Nobody meets it under this name before it is locked.
            (path / "making").rename(path / LOCK)
            yield Folder(path, lock)
        finally:
            os.close(lock)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def clear_stale(parent: Path) -> None:
    """Remove the folders of imports that were killed: ours, and locked by no process."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and _abandoned(path, found.st_mtime):
                shutil.rmtree(path, ignore_errors=True)


def _abandoned(path: Path, changed: float) -> bool:
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - changed > SECONDS_TO_LOCK
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
