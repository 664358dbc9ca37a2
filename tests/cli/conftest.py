"""The command line as a user meets it: in this process on the test's database, or as a process of its own."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from septet.surfaces.cli.program import run


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)

    @property
    def request(self) -> str:
        """The request id of the last line of the error output."""
        return self.err.split()[-1].strip(")")


Cli = Callable[..., Said]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Runs a command in this process: `cli("list", "people")`."""
    root = logging.getLogger()
    handlers, raising = root.handlers, logging.raiseExceptions

    def call(*words: str) -> Said:
        capsys.readouterr()
        try:
            code = run(words)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    yield call
    for mine in [one for one in root.handlers if one not in handlers]:
        mine.close()
    root.handlers, logging.raiseExceptions = handlers, raising


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a process that has its data here and nothing else set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEPTET_", "DATABASE_URL"))}
    return kept | {"SEPTET_DATA": str(data)} | more


def septet(data: Path, *words: str, **environ: str) -> Said:
    """Runs a command in a process of its own, on the data of a directory."""
    done = subprocess.run(
        [sys.executable, "-m", "septet", *words],
        env=environment(data, **environ),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Said(done.returncode, done.stdout, done.stderr)
