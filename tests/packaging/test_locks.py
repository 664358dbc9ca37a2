"""The lock files fit pyproject.toml, prove what they name, and depend on no particular registry."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": RUNTIME + PROJECT["project"]["optional-dependencies"]["dev"],
    "requirements-build.lock": PROJECT["dependency-groups"]["build"] + PROJECT["build-system"]["requires"],
}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_fits_what_is_asked_for(lock: str) -> None:
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        locked.setdefault(canonicalize_name(name), []).append(version)
    for line in LOCKS[lock]:
        wanted = Requirement(line)
        versions = locked.get(canonicalize_name(wanted.name), [])
        assert versions, f"{lock} lacks {line}: run `make lock`"
        assert all(wanted.specifier.contains(version) for version in versions), f"{lock} does not fit {line}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_digests_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index-url" not in text


def test_the_lock_of_the_browser_files_holds_digests_and_no_address() -> None:
    text = (ROOT / "frontend/package-lock.json").read_text()
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')
    assert "://" not in re.sub(r'"funding": \{[^}]*\}', "", text)
