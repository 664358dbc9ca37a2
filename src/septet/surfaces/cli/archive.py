"""A backup: database, stored files, anchors and key in one compressed archive that proves itself."""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from septet import __version__
from septet.kernel.errors import Conflict, Invalid, SeptetError
from septet.kernel.fields import moment_text
from septet.surfaces.cli import postgres_tools
from septet.surfaces.cli.migrating import applied, migrate_if_needed, on_disk
from septet.surfaces.cli.running_lock import alone

FORMAT = 1
MANIFEST = "manifest.json"
KEPT = ("content", "anchors", "secret_key")
COMPRESSION = 4
# What a start leaves in a data directory that holds nothing yet.
OF_NO_VALUE = frozenset({"secret_key", "septet.log", "migrate.lock", "running.lock"})
NO_BACKUP = "is no backup that this Septet can read"


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds."""

    made_at: str
    version: str
    engine: str
    files: int
    size: int


def write(target: Path) -> Contents:
    """Write an archive; what is there already under that name is replaced only when the new one is whole.

    The database is copied first: it then points to no file that the archive lacks, because files come before rows.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".septet-backup-") as folder:
        database = Path(folder, "database")
        engine = _copy_database(database)
        digests: dict[str, str] = {}
        unfinished = Path(folder, "archive")
        with (
            _private(unfinished) as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=COMPRESSION) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, path in _members(Path(folder)):
                with suppress(FileNotFoundError):  # collected meanwhile, so nothing points to it
                    digests[name] = _digest(path)
                    tar.add(path, name, recursive=False, filter=_anonymous)
            manifest = _manifest(engine, digests)
            Path(folder, MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
            tar.add(Path(folder, MANIFEST), MANIFEST, filter=_anonymous)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        size = unfinished.stat().st_size
        unfinished.replace(target)
    return Contents(manifest["made_at"], __version__, engine, len(digests), size)


def _copy_database(target: Path) -> str:
    if connection.vendor == "postgresql":
        postgres_tools.dump(target)
        return "postgresql"
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        # One plain file, without a log beside it that would have to travel too.
        copy.execute("PRAGMA journal_mode=DELETE")
        if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise SeptetError(f"The database is damaged, so there is no backup of it: {said}")
    return "sqlite"


def _members(folder: Path) -> Iterator[tuple[str, Path]]:
    """What goes into the archive, under which name. Stored files never change; what may grow is copied first."""
    yield "database", folder / "database"
    for kept in KEPT:
        found = Path(settings.DATA_DIR, kept)
        for path in sorted(found.rglob("*")) if found.is_dir() else [found]:
            if not path.is_file() or path.name.startswith("incoming-"):
                continue
            stays = kept == "content"
            copied = path if stays else Path(shutil.copy(path, folder / "copied"))
            yield str(path.relative_to(settings.DATA_DIR)), copied


def _manifest(engine: str, digests: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": moment_text(datetime.now(UTC)),
        "version": __version__,
        "engine": engine,
        "migrations": sorted(".".join(one) for one in applied()),
        "files": digests,
    }


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123  # mode at birth
        yield file


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bring_back(source: Path, *, replace: bool) -> tuple[Contents, Path | None]:
    """Put what an archive holds in the place of the present data; give what it held and where the old data is now.

    Everything is unpacked and proved before anything is touched. Raises Invalid for an archive that is damaged or
    not ours, Conflict where there is data already or Septet is running.
    """
    data = Path(settings.DATA_DIR)
    with alone(), tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as folder:
        manifest = _unpacked(source, Path(folder))
        _check_fits(source, manifest)
        if not replace and _holds_data(data, Path(folder)):
            raise Conflict(f"There is data in {data} or its database already; to put it aside add --replace.")
        aside = _put_aside(data)
        _put_in_place(Path(folder), data)
    migrate_if_needed()
    held = Contents(
        manifest["made_at"], manifest["version"], manifest["engine"], len(manifest["files"]), source.stat().st_size
    )
    return held, aside


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack and prove an archive. Raises Invalid."""
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads(Path(folder, MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"]
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError, KeyError, FileNotFoundError) as error:
        if isinstance(error, FileNotFoundError) and not source.exists():
            raise
        raise Invalid(f"{source} {NO_BACKUP}, or it is damaged.") from None
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise Invalid(f"{source} is damaged: {name} is not what was saved. Nothing was changed.")
    return manifest


def _check_fits(source: Path, manifest: dict[str, Any]) -> None:
    if manifest["format"] != FORMAT:
        raise Invalid(f"{source} {NO_BACKUP}; it was written by version {manifest['version']}.")
    if newer := set(manifest["migrations"]) - {".".join(one) for one in on_disk()}:
        raise Invalid(
            f"{source} was written by a newer Septet ({len(newer)} migrations are unknown here); update first."
        )
    if manifest["engine"] != connection.vendor:
        raise Invalid(
            f"{source} holds a database of {manifest['engine']}, but DATABASE_URL names one of {connection.vendor}. "
            "Restore it into its own kind, then use `septet move-database`."
        )


def _holds_data(data: Path, unpacked: Path) -> bool:
    if connection.vendor == "postgresql" and connection.introspection.table_names():
        return True
    if connection.vendor == "sqlite" and Path(connection.settings_dict["NAME"]).exists():
        return True
    return any(one.name not in OF_NO_VALUE and one != unpacked for one in data.iterdir())


def _put_aside(data: Path) -> Path | None:
    """Move the present data into a folder of its own, so that a restore by mistake loses nothing."""
    aside = data / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    present = [data / kept for kept in KEPT]
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        present += [Path(name + suffix) for suffix in ("", "-wal", "-shm")]
    dumped = connection.vendor == "postgresql" and bool(connection.introspection.table_names())
    present = [path for path in present if path.exists()]
    if not dumped and not any(path.name not in OF_NO_VALUE for path in present):
        return None
    aside.mkdir(mode=0o700)
    if dumped:
        postgres_tools.dump(aside / "database")
    connection.close()
    for path in present:
        shutil.move(path, aside / path.name)
    return aside


def _put_in_place(unpacked: Path, data: Path) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        postgres_tools.restore(unpacked / "database")
    else:
        shutil.move(unpacked / "database", connection.settings_dict["NAME"])
    for kept in KEPT:
        if (unpacked / kept).exists():
            target = data / kept
            if target.is_file():
                target.unlink()
            shutil.move(unpacked / kept, target)
