"""PostgreSQL's own pg_dump and pg_restore, run without a shell; the password goes by the environment."""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from septet.kernel.errors import Unavailable

# What Django adds for the driver's sake, and what must not stand where other users of the machine can read it.
_NOT_FOR_TOOLS = frozenset({"cursor_factory", "prepare_threshold", "context", "password"})


def dump(target: Path) -> None:
    """Write a consistent copy of the database. Raises Unavailable."""
    _run("pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--file={target}", _database())


def restore(source: Path) -> None:
    """Bring the database back as a dump holds it, whole or not at all. Raises Unavailable."""
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        _database(),
        str(source),
    )


def _database() -> str:
    params = {name: value for name, value in connection.get_connection_params().items() if name not in _NOT_FOR_TOOLS}
    return f"--dbname={make_conninfo(**params)}"


def _run(tool: str, *words: str) -> None:
    password = connection.settings_dict["PASSWORD"]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603  # no shell, and every word is ours or the administrator's
        [_path(tool), *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:] or f"exit code {done.returncode}"
        raise Unavailable(f"{tool} failed: {said}")


def _path(tool: str) -> str:
    """The newest version that is installed: it understands every older server."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), key=lambda path: float(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(tool)
    if path is None:
        raise Unavailable(f"{tool} is missing. Install PostgreSQL's tools: apt-get install postgresql-client.")
    return path
