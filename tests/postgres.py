"""A real PostgreSQL that lives as long as it is needed.

`python -m tests.postgres -- COMMAND` runs a command with DATABASE_URL pointing to it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from uuid import uuid4

import psycopg
from psycopg import sql

# Nothing in a throw-away server has to survive a power cut.
OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=80")


@contextmanager
def server() -> Iterator[str]:
    """Start a server on a free port of 127.0.0.1 and give the address of an empty database in it."""

    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="septet-postgres-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        port = _free_port()
        data = str(folder / "data")
        run_quietly(folder, user, binaries() / "initdb", "-D", data, "-U", "septet", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        _start(folder, user, port)
        try:
            with database(f"postgresql://septet@127.0.0.1:{port}/postgres") as address:
                yield address
        finally:
            run_quietly(folder, user, binaries() / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def away(address: str) -> Iterator[None]:
    """Stop the server that answers at this address, one that `server` started, until the block ends."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT current_setting('data_directory'), current_setting('port')").fetchone()
    assert row
    data, port = Path(row[0]), int(row[1])
    user = data.owner() if os.geteuid() == 0 else None
    run_quietly(data.parent, user, binaries() / "pg_ctl", "-D", str(data), "-w", "-m", "fast", "stop")
    try:
        yield
    finally:
        _start(data.parent, user, port)


@contextmanager
def database(address: str, template: str = "template1") -> Iterator[str]:
    """Make a database beside the one that `address` names, give its address, and drop it at the end. It is empty, or a
    copy of the one that `template` names or is the address of."""
    name, model = f"septet_{uuid4().hex[:12]}", template.rpartition("/")[2]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(model))
        )
    try:
        yield f"{address.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _start(folder: Path, user: str | None, port: int) -> None:
    options = [f"-p {port}", f"-k {folder}", "-c listen_addresses=127.0.0.1", *(f"-c {each}" for each in OPTIONS)]
    run_quietly(folder, user, binaries() / "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"),
         "-o", " ".join(options), "start")  # fmt: skip


def binaries() -> Path:
    """The folder of the newest PostgreSQL's programs. Ends the process if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    anywhere = shutil.which("initdb")
    if not found and not anywhere:
        raise SystemExit("PostgreSQL is missing. Install it with: sudo apt-get install -y postgresql")
    return (found[-1] if found else Path(str(anywhere))).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_quietly(folder: Path, user: str | None, *command: str | Path) -> None:
    """Run quietly as the user; what the command said is shown only when it fails."""
    groups: list[str] | None = [] if user else None
    with tempfile.TemporaryFile() as said:  # a pipe would be held open by the server that the command leaves behind
        done = subprocess.run(command, cwd=folder, user=user, group=user, extra_groups=groups, stdout=said, stderr=said)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().decode(errors='replace')}")


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    """Run a command beside a server; gives the command's exit code."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("Usage: python -m tests.postgres -- COMMAND", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    with server() as address:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": address}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
