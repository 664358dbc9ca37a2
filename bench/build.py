"""Build the data set on which speed is measured, through the bulk door; prints what it took as JSON.

    python -m bench.build [--size 1000000] [--data DIR] [--database URL]

Of SIZE incidents with their journals there are SIZE/5 configuration items and 3*SIZE/5 relations. An interrupted
build goes on where it stopped. What belongs to the data set besides the database lies in DIR, also its description,
`bench.json`; without a DIR it is `var/bench/sqlite-SIZE` or `var/bench/postgresql-SIZE`. With `--database` an empty
PostgreSQL database is filled; `python -m bench.postgres` starts a server for it.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

T = TypeVar("T")
SIZE = 1_000_000
SMALLEST = 10_000
EVERY = 20_000


def main() -> None:
    """Build, describe, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", ""))
    options = parser.parse_args()
    print(json.dumps(build(options.size, use(options.size, options.data, options.database)), indent=2))


def use(size: int, data: Path | None = None, database: str = "") -> Path:
    """Let this process and those it starts work on the data set of this size; gives its directory."""
    folder = (data or Path("var/bench", f"{'postgresql' if database else 'sqlite'}-{size}")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"SEPTET_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "septet.settings"}
    # Each request is counted, as always, and none refused.
    os.environ["SEPTET_REQUESTS_PER_MINUTE"] = "999999999"
    os.environ.pop("DATABASE_URL", None)
    if database:
        os.environ["DATABASE_URL"] = database
    return folder


def described(folder: Path) -> dict[str, Any]:
    """The description of a data set. Ends the process if it was not built whole."""
    file = folder / "bench.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if "people" not in found:
        raise SystemExit(f"There is no data set in {folder}; build it with: python -m bench.build")
    return found


def build(size: int, folder: Path) -> dict[str, Any]:
    """Write everything that is missing, and the description."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bench.dataset import incidents, organisation, people, promises
    from bench.dataset.estate import Estate
    from septet.kernel import bulk, search, statistics
    from septet.kernel.actions import new_request
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Entry, ExternalKey, Record, Relation
    from septet.kernel.sequencer import anchor_now
    from septet.team.goals import following

    file = folder / "bench.json"
    held: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    held.setdefault("size", size)
    if size < SMALLEST:
        raise SystemExit(f"Smaller than {SMALLEST:,} incidents the estate has no room for its hubs.")
    if held["size"] != size:
        raise SystemExit(f"The data set in {folder} is one of {held['size']}.")
    now = datetime.fromisoformat(held.setdefault("now", datetime.now(UTC).replace(microsecond=0).isoformat()))
    took = held.setdefault("took", {})
    file.write_text(json.dumps(held, indent=2))

    def timed(name: str, work: Callable[[], T]) -> T:
        started, cpu = time.monotonic(), _cpu()
        found = work()
        spent = took.setdefault(name, {"seconds": 0.0, "cpu": 0.0})
        spent["seconds"] = round(spent["seconds"] + time.monotonic() - started, 1)
        spent["cpu"] = round(spent["cpu"] + _cpu() - cpu, 1)
        file.write_text(json.dumps(held, indent=2))
        return found

    began = now - timedelta(days=incidents.DAYS + 5)
    timed("migrate", lambda: call_command("migrate", verbosity=0))
    organisation.rules(began)
    promises.agree(began)
    there = timed("organisation", lambda: organisation.found(size, began))
    # What follows from agreements, while there is nothing yet that they judge.
    timed("follow", _follow)
    edges = 3 * size // 5 - size // 10
    estate = Estate(size // 5, edges, there, began)
    wide, narrow = timed("items", estate.write)
    written = ExternalKey.objects.filter(source=organisation.SOURCE, kind="incident").count()

    def write_incidents() -> None:
        all_of_them = incidents.drafts(size, there, list(estate.ids.values()), now)
        rest = islice(all_of_them, written, None)
        report = bulk.write(_told(rest, size, written), OPERATOR, request=new_request())
        if report.refused:
            raise SystemExit(f"An incident was refused: {report.refused[0]}")

    timed("incidents", write_incidents)
    held["people"] = timed("people", lambda: people.introduce(there, size, now))
    timed("search index", search.catch_up)
    promises.aim(began)
    timed("goals", following.catch_up)
    timed("anchor", anchor_now)
    timed("statistics", statistics.refresh)
    if connection.vendor == "postgresql":
        timed("vacuum", _vacuum)
    held |= {
        "engine": connection.vendor,
        "wide": wide,
        "narrow": narrow,
        "counts": {
            "records": Record.objects.count(),
            "incidents": size,
            "entries": Entry.objects.count(),
            "relations": Relation.objects.count(),
            "entries since yesterday": Entry.objects.filter(kind="incident", at__gt=now - timedelta(days=1)).count(),
        },
    }
    file.write_text(json.dumps(held, indent=2))
    return held


def _told(drafts: Iterable[T], size: int, done: int) -> Iterator[T]:
    """The same, telling now and then how far it is."""
    started = time.monotonic()
    for number, draft in enumerate(drafts, start=1):
        yield draft
        if number % EVERY == 0:
            rate = number / (time.monotonic() - started)
            print(f"{done + number:,} of {size:,} incidents, {rate:,.0f}/s", file=sys.stderr)


def _follow() -> None:
    """What the worker does at once on an installation that runs."""
    from septet.kernel import follow, runs

    follow.drain()
    while runs.step("bench", Event()):
        pass


def _vacuum() -> None:
    """What autovacuum does on a server that runs for some hours."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
