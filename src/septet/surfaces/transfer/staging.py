"""Rows on their way, kept in a temporary file: grouping a million rows must not take a million rows' memory."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from septet.surfaces.transfer.folders import own_folder
from septet.surfaces.transfer.rows import Row
from septet.surfaces.transfer.sources import Alive

BATCH = 2_000
FILE = "rows.sqlite3"
REMEMBERED = 50_000

# Sorts what came by record; IMPLIED stands for the numbers of those rules.
GROUPS = """CREATE TABLE grp AS SELECT target, MIN(rule * 1099511627776 + seq) AS first FROM said
  GROUP BY target HAVING MAX(rule NOT IN (IMPLIED))"""
SORTED = """CREATE TABLE sorted AS
  SELECT g.first AS first, s.rule AS rule, s.seq AS seq, s.count AS count, g.target AS target
  FROM said s JOIN grp g ON g.target = s.target ORDER BY g.first, s.seq, s.rule"""
ONLY_IMPLIED = """CREATE TABLE implied AS SELECT target, rule, seq, count FROM said
  WHERE rule IN (IMPLIED) AND NOT EXISTS (SELECT 1 FROM grp WHERE grp.target = said.target)
  ORDER BY target, seq, rule"""
SORT = (
    GROUPS,
    "CREATE UNIQUE INDEX grp_target ON grp (target)",
    SORTED,
    ONLY_IMPLIED,
    "CREATE INDEX implied_target ON implied (target)",
    "DROP TABLE said",
    "COMMIT",
)

# Which rule, what row, and how many rows say the same.
Contribution = tuple[int, Row, int]
Fingerprint = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Target:
    """The record that rows are about."""

    kind: str
    source: str
    key: str

    def text(self) -> str:
        return f"{self.kind}\x1f{self.source}\x1f{self.key}"

    @classmethod
    def of(cls, text: str) -> "Target":
        return cls(*text.split("\x1f", 2))


class Staging:
    """Takes rows and which record rule says something about which record; gives them back record by record."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: where to keep them, if others look at them too."""
        self.folder = ExitStack()
        path = folder or self.folder.enter_context(own_folder()).path
        self.db = sqlite3.connect(path / FILE, isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000; PRAGMA temp_store=FILE;"
            "CREATE TABLE row (seq INTEGER PRIMARY KEY, line INTEGER, file INTEGER, cells BLOB);"
            "CREATE TABLE said (target TEXT, rule INTEGER, seq INTEGER, count INTEGER);"
            "BEGIN"
        )
        self.rows: list[tuple[int, int, int, bytes]] = []
        self.said: list[tuple[str, int, int, int]] = []
        self.alike: dict[tuple[Any, ...], list[Any]] = {}
        self.seq = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.db.close()
        self.folder.close()

    def add(self, row: Row, targets: list[tuple[int, str, Fingerprint]]) -> None:
        """Keep a row and (rule, target, fingerprint); what is said again in the same words is only counted."""
        self.seq += 1
        used = False
        for rule, target, fingerprint in targets:
            if fingerprint is None:
                self.said.append((target, rule, self.seq, 1))
                used = True
                continue
            known = (rule, target, *fingerprint)
            if known in self.alike:
                self.alike[known][3] += 1
            else:
                self.alike[known] = [target, rule, self.seq, 1]
                used = True
        if used:
            self.rows.append((self.seq, row.line, row.file, orjson.dumps(row.cells)))
        if len(self.rows) >= BATCH or len(self.alike) >= REMEMBERED:
            self._flush()

    def _flush(self) -> None:
        if len(self.alike) >= REMEMBERED:
            self._flush_alike()
        self.db.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", self.rows)
        self.db.executemany("INSERT INTO said VALUES (?, ?, ?, ?)", self.said)
        self.rows.clear()
        self.said.clear()

    def _flush_alike(self) -> None:
        self.said += [tuple(one) for one in self.alike.values()]
        self.alike.clear()

    def close_in(self, implied: Collection[int] = (), alive: Alive = lambda: None) -> int:
        """No more rows come; sort what came. Gives the number of records, without those of which only the `implied`
        rules speak: these are made when something that is written needs them."""
        self._flush_alike()
        self._flush()
        rules = ", ".join(map(str, implied)) or "-1"
        for statement in SORT:
            alive()
            self.db.execute(statement.replace("IMPLIED", rules))
        return int(self.db.execute("SELECT COUNT(*) FROM grp").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Staged:
    """What a staging file holds once it is complete."""

    db: sqlite3.Connection

    def groups(self) -> Iterator[tuple[Target, list[Contribution]]]:
        """Each record with what rows say about it, in the order of the files; records of earlier rules first."""
        found = self.db.execute(
            "SELECT s.target, s.rule, s.count, r.line, r.file, r.cells"
            " FROM sorted s CROSS JOIN row r ON r.seq = s.seq ORDER BY s.rowid"
        )
        current: str | None = None
        group: list[Contribution] = []
        for target, rule, count, line, file, cells in found:
            if target != current:
                if current is not None:
                    yield Target.of(current), group
                current, group = target, []
            group.append((rule, Row(orjson.loads(cells), line, file), count))
        if current is not None:
            yield Target.of(current), group

    def holds(self, target: Target) -> bool:
        """Whether a record is among those that came."""
        return self.db.execute("SELECT 1 FROM grp WHERE target = ?", [target.text()]).fetchone() is not None

    def implies(self, target: Target) -> bool:
        """Whether only implied rules speak of a record, so that it is made if something needs it."""
        return self.db.execute("SELECT 1 FROM implied WHERE target = ?", [target.text()]).fetchone() is not None

    def implied(self, target: Target) -> list[Contribution]:
        """What rows say about a record of which only implied rules speak; nothing if there is none."""
        found = self.db.execute(
            "SELECT i.rule, i.count, r.line, r.file, r.cells"
            " FROM implied i CROSS JOIN row r ON r.seq = i.seq WHERE i.target = ? ORDER BY i.rowid",
            [target.text()],
        )
        return [(rule, Row(orjson.loads(cells), line, file), count) for rule, count, line, file, cells in found]
