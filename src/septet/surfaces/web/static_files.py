"""The part of a static file's address that changes when any of the files does."""

import hashlib
from pathlib import Path


def fingerprint(*packages: Path) -> str:
    """First digits of a hash over all static files below the folders, the same on every machine.

    It stands in the path, not behind a question mark, so that modules and style sheets which name each other by
    relative addresses are renewed together.
    """
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted(package.glob("**/static/**/*")):
            if path.is_file() and not path.name.startswith("."):
                digest.update(f"{path.relative_to(package)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
