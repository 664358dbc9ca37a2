"""A PostgreSQL with settings as a small server of one's own would have, its data kept between runs.

    python -m bench.postgres [--data var/bench/postgresql] -- COMMAND

runs a command with DATABASE_URL pointing to it, and stops it afterwards.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg

from bench.processes import free_port
from tests.postgres import binaries, run_quietly

# For a machine of 8 GB that it shares with Septet; all else is as Debian delivers it.
SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "5GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_connections": "60",
}
NAME = "septet"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start the server whose data lie in this folder, made anew if need be, and give the address of its database."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = folder.resolve()
    data = folder / "data"
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if user:
            shutil.chown(folder, user, user)
        run_quietly(folder, user, binaries() / "initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8",
                    "--locale=C.UTF-8")  # fmt: skip
    port = free_port()
    options = [f"-p {port}", f"-k {folder}", "-c listen_addresses=127.0.0.1"]
    options += [f"-c {name}={value}" for name, value in SETTINGS.items()]
    run_quietly(folder, user, binaries() / "pg_ctl", "-D", data, "-w", "-t", "300", "-l", folder / "log", "-o",
                " ".join(options), "start")  # fmt: skip
    try:
        address = f"postgresql://{NAME}@127.0.0.1:{port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")
        yield f"{address}/{NAME}"
    finally:
        run_quietly(folder, user, binaries() / "pg_ctl", "-D", data, "-w", "-t", "300", "-m", "fast", "stop")


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run a command beside the server; gives the command's exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var/bench/postgresql"))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name a command")
    signal.signal(signal.SIGTERM, _stop)
    with server(options.data) as address:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": address}).returncode


if __name__ == "__main__":
    sys.exit(main())
