"""What storage says when it cannot do its part, as one of our own errors with a plain sentence."""

import errno
import logging
import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError

from septet.kernel.errors import Conflict, SeptetError, Unavailable

logger = logging.getLogger(__name__)

FULL = "The disk is full, so nothing was changed. Free some space and try again."
READ_ONLY = "The data directory cannot be written, so nothing was changed. Check its permissions and its file system."
BROKEN = "The disk reports an error, so nothing was changed. Check the disk, then run `septet verify`."
DAMAGED = "The database file is damaged. Restore a backup."
TAKEN = "Somebody else made the same at the same moment. Nothing was changed; look at it and try again."
BUSY = "The database is busy. Nothing was changed; try again in a moment."
AWAY = "The database does not answer. Try again in a moment."

_SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": BROKEN,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_CANTOPEN": READ_ONLY,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}
# By the first two or all five letters of PostgreSQL's SQLSTATE.
_POSTGRESQL = {
    "08": AWAY,
    "53100": FULL,
    "53200": BUSY,
    "53300": BUSY,
    "55P03": BUSY,
    "57014": BUSY,
    "57P": AWAY,
    "58030": BROKEN,
    "25006": READ_ONLY,
}
_FILES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: BROKEN,
}


def as_septet_error(error: BaseException) -> SeptetError | None:
    """The error to show for what a database or a file system raised; None if it is no trouble with storage.

    A deadlock, a failed serialisation and what may be there only once is a Conflict, everything else Unavailable.
    """
    if isinstance(error, SeptetError):
        return error
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error)
    if isinstance(error, OSError) and error.errno in _FILES:
        return Unavailable(_FILES[error.errno])
    return None


def _of_database(error: Exception) -> SeptetError | None:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        if name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
            return _taken(str(cause))
        return next((Unavailable(text) for key, text in _SQLITE.items() if name.startswith(key)), None)
    state = getattr(cause, "sqlstate", None) or ""
    if state == "23505":
        return _taken(_constraint(cause))
    if state in {"40P01", "40001"}:
        return Conflict("Somebody else changed the same records at the same moment. Nothing was changed; try again.")
    if state:
        return next((Unavailable(text) for key, text in _POSTGRESQL.items() if state.startswith(key)), None)
    # Without a state the server said nothing: there was no server, or it went away.
    return Unavailable(AWAY) if isinstance(error, OperationalError | InterfaceError) else None


def _constraint(cause: BaseException | None) -> str:
    import psycopg  # on SQLite nobody waits for it

    return str(cause.diag.constraint_name) if isinstance(cause, psycopg.Error) else ""


def _taken(what: str) -> Conflict:
    """What was looked for before and not there was made by somebody else meanwhile; `what` holds no value."""
    logger.warning("Made twice at the same moment: %s", what)
    return Conflict(TAKEN)


def lost_database(error: BaseException) -> bool:
    """Whether the database went away, so that whatever ran failed through no fault of its own."""
    found = as_septet_error(error)
    return isinstance(found, Unavailable) and found.detail == AWAY
