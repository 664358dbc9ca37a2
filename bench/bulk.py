"""Write incidents through the bulk door, then the same rows with the bare driver; prints JSON.

`opened` has one journal entry each, `with_history` two later steps and a relation. Times are CPU seconds, so that a
busy machine changes them little; `baseline_ms` is a fixed piece of arithmetic on this machine, and `ratio` is how much
more it costs than the rows alone, in the same batches, into the same tables with the same indexes.

    python -m bench.bulk [--records 20000]
"""

import argparse
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.api import baseline, cpu_ms

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
# Parents before children.
TABLES = ("record", "incident", "entry", "span", "relation", "extra_value", "external_key")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    figures: dict[str, Any] = {"records": options.records, "baseline_ms": cpu_ms(baseline)}
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"SEPTET_DATA": data, "DJANGO_SETTINGS_MODULE": "septet.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        file = Path(data) / "septet.sqlite3"
        for name, steps in (("opened", 0), ("with_history", 2)):
            given = list(drafts(options.records, name, steps, *needed(name)))
            before = counted(file)
            taken = written(given)
            bare = inserted(file, before)
            figures[name] = {
                "cpu_seconds": round(taken, 2),
                "records_a_cpu_second": round(options.records / taken),
                "driver_cpu_seconds": round(bare, 2),
                "ratio": round(taken / bare, 2),
            }
    print(json.dumps(figures, indent=2))


def needed(source: str) -> tuple[int, int]:
    """The team and the service that incidents refer to."""
    from septet.kernel.actions import create
    from septet.kernel.actors import OPERATOR

    team = create("function-team", OPERATOR, via="cli", title=f"Desk {source}", cluster="support")
    return team.pk, create("service", OPERATOR, via="cli", title=f"Mail {source}").pk


def written(given: list[Any]) -> float:
    """Write drafts through the door; CPU seconds."""
    from septet.kernel import bulk
    from septet.kernel.actions import new_request
    from septet.kernel.actors import OPERATOR

    start = time.process_time()
    report = bulk.write(given, OPERATOR, request=new_request())
    taken = time.process_time() - start
    assert (report.created, report.refused) == (len(given), [])
    return taken


def drafts(records: int, source: str, steps: int, team: int, service: int) -> Iterator[Any]:
    """Incidents as another system knows them."""
    from septet.lib.drafts import Draft, Link, Step

    for n in range(records):
        at = BEGAN + timedelta(minutes=n)
        yield Draft(
            kind="incident",
            key=(source, str(n)),
            at=at,
            fields={"title": f"Incident {n}", "team": team, "service": service, "impact": n % 4 + 1, "urgency": 3},
            steps=[
                Step(at + timedelta(hours=1), "start", {"state": "in-progress"}),
                Step(at + timedelta(hours=2), "resolve", {"state": "resolved", "cause": "cable"}),
            ][:steps],
            links=[Link("affects", service)] if steps else [],
        )


def counted(file: Path) -> dict[str, int]:
    """The highest row of each table."""
    with sqlite3.connect(file) as db:
        rows = {table: db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0] for table in TABLES}
    db.close()
    return rows


def inserted(file: Path, after: dict[str, int]) -> float:
    """Insert the rows behind `after` anew, into a copy without them; CPU seconds."""
    from septet.kernel.bulk import BATCH

    source = sqlite3.connect(file)
    rows = {t: source.execute(f"SELECT * FROM {t} WHERE rowid > ?", [after[t]]).fetchall() for t in TABLES}
    copy = sqlite3.connect(file.with_suffix(".copy"), isolation_level=None)
    source.backup(copy)
    source.close()
    for table in reversed(TABLES):
        copy.execute(f"DELETE FROM {table} WHERE rowid > ?", [after[table]])
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "foreign_keys=ON"):
        copy.execute(f"PRAGMA {pragma}")
    batches = max(len(rows["record"]) // BATCH, 1)
    start = time.process_time()
    for batch in range(batches):
        copy.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            some = rows[table][len(rows[table]) * batch // batches : len(rows[table]) * (batch + 1) // batches]
            if some:
                places = ", ".join("?" * len(some[0]))
                copy.executemany(f"INSERT INTO {table} VALUES ({places})", some)
        copy.execute("COMMIT")
    taken = time.process_time() - start
    copy.close()
    file.with_suffix(".copy").unlink()
    return taken


if __name__ == "__main__":
    main()
