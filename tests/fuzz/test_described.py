"""The API is what its OpenAPI document says, tried by schemathesis over HTTP with all its checks, as whoever.

In every run what is there once, and one type with all its actions and readings; with `make fuzz` every type.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from septet.kernel.registry import registry
from tests.bad_input.conftest import engine_url, staged
from tests.bad_input.site import ROOT, Site
from tests.effort import EFFORT
from tests.everything.walk import all_types

__all__ = ["engine_url", "staged"]

# By name in the cast: an administrator, an agent, a requester, and nobody.
ROLES = ("ada", "alice", "rita", "")
KINDS = all_types() if EFFORT > 1 else ["incident"]
# What is there once, and of a type what every type has; an administrator tries in every run what one type has besides.
ONCE = r"me|types|search|bulk|undo|runs|reports|procedures|openapi\.json|healthz|readyz|metrics"
OF_EVERY_TYPE = r"(/\{number\}(/(history|relations|attachments|why|comment|share|edit))?)?"
PHASES = "examples,coverage,fuzzing,stateful" if EFFORT > 1 else "examples,coverage"


@pytest.fixture(scope="session")
def numbers(staged: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """An installation that is up, and the file of which record each operation is about."""
    folder = tmp_path_factory.mktemp("fuzz")
    with staged.copied(folder / "data") as site:
        command = [sys.executable, "-m", "tests.fuzz.stage", *KINDS]
        made = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True)
        (folder / "numbers.json").write_text(made.stdout)
        assert json.loads(made.stdout)
        with site.up():
            yield site, folder / "numbers.json"


@pytest.mark.hypothesis
@pytest.mark.parametrize("who", ROLES)
def test_the_api_is_as_described(numbers: tuple[Site, Path], who: str) -> None:
    site, about = numbers
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", "tests/fuzz/schemathesis.toml"]
    command += ["run", f"{site.base}/api/v1/openapi.json", "--phases", PHASES]
    if EFFORT > 1:
        # Of more than a thousand operations; with the hundred that are usual it would take hours for each role.
        command += ["--max-examples", "5"]
    else:
        command += ["--include-path-regex", _paths(who), "--generation-deterministic"]
    if who:
        command += ["--header", f"Authorization: Bearer {site.told['tokens'][who]}"]
    environment = {**os.environ, "FUZZ_NUMBERS": str(about)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr + site.log[-3000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested
    assert int(tested[1]) > 20, done.stdout


def _paths(who: str) -> str:
    of_types = "|".join(re.escape(registry.types[kind].path) for kind in KINDS)
    return f"^/({ONCE})(/|$)|^/({of_types}){'(/|$)' if who == 'ada' else OF_EVERY_TYPE + '$'}"
