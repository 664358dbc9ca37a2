"""Run as a program: steps of a move on the database that DATABASE_URL names; prints what they found as JSON.

A process of its own for each database, because each has another default one, as when an operator moves.
"""

import sys
from typing import Any

import django
import orjson

django.setup()

from django.core.management import call_command  # noqa: E402  needs Django to be set up
from django.db import connection  # noqa: E402

from septet.kernel import bulk, content, log, move, search, sequencer  # noqa: E402
from septet.kernel.accounts import new_sign_in_link, open_account  # noqa: E402
from septet.kernel.actions import create, new_request, perform  # noqa: E402
from septet.kernel.actors import OPERATOR  # noqa: E402
from septet.kernel.errors import SeptetError  # noqa: E402
from septet.kernel.models import Entry, Record  # noqa: E402
from septet.kernel.references import as_own_type  # noqa: E402
from septet.kernel.registry import registry  # noqa: E402
from septet.kernel.undo import undo_request  # noqa: E402
from septet.kernel.verify import verify  # noqa: E402
from tests.everything.walk import make  # noqa: E402
from tests.kernel.proofs.stock import draft, edit  # noqa: E402


def furnish() -> dict[str, Any]:
    """A record of every type, and some rows of most other tables."""
    call_command("migrate", verbosity=0)
    for it in registry.types.values():
        make(it.kind)
    person = create("person", OPERATOR, via="cli", title="Zoë Ünal \N{GRINNING FACE}", key=("hr", "1"))
    new_sign_in_link(open_account(person, "zoe@example.org"))
    service = create("service", OPERATOR, via="cli", title="Printing")
    change = create("change", OPERATOR, via="cli", title="New printers", cost="12.5", first_time=True)
    perform(change, "relate", OPERATOR, via="cli", type="affects", target=service)
    perform(change, "ask-approval", OPERATOR, via="cli", approvers=[person])
    digest, size = content.put([b"plan"])
    perform(change, "attach", OPERATOR, via="cli", params={"name": "plan.txt", "digest": digest, "size": size})
    request = new_request()
    bulk.write([draft("1", links=(service.pk,)), draft("2")], OPERATOR, request=request)
    undo_request(request, OPERATOR, via="cli")
    log.note("export", OPERATOR, via="cli", detail="all")
    sequencer.anchor_now()
    edit(change, cost="14.25")
    return {}


def work() -> dict[str, Any]:
    """Something more is done: ids and positions must come after those that were copied."""
    change = as_own_type(Record.objects.get(title="New printers"))
    edit(change, cost="15")
    made = create("incident", OPERATOR, via="cli", title="Made after the move")
    found = [hit.number for hit in search.search("made after move", OPERATOR)]
    sequencer.catch_up()
    gapless = Entry.objects.latest("position").position == Entry.objects.count()
    return {"found": made.number in found, "gapless": gapless}


def look() -> dict[str, Any]:
    """What the database holds, and whether it verifies."""
    report = verify()
    found = {model._meta.db_table: move._contents(model) for model in move.tables()}
    return {
        "tables": {name: [table.rows, str(table.digest)] for name, table in found.items()},
        "problems": [str(one) for one in report.problems],
        "anchors": report.anchors,
    }


def spoil() -> dict[str, Any]:
    """A title longer than its column, which SQLite takes and PostgreSQL does not."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE record SET title = %s WHERE title = 'Printing'", ["x" * 400])
    return {}


def go(url: str) -> dict[str, Any]:
    """Move to another database."""
    seen: list[tuple[int, int]] = []
    try:
        moved = move.move_database(url, progress=lambda done, total: seen.append((done, total)))
    except SeptetError as error:
        return {"refused": error.detail}
    return {"rows": moved.rows, "seen": seen[-1], "next": moved.next, "entries": moved.verified.entries}


if __name__ == "__main__":
    known: dict[str, Any] = {"furnish": furnish, "work": work, "look": look, "spoil": spoil, "go": go}
    steps = (word.partition("=") for word in sys.argv[1:])
    sys.stdout.buffer.write(orjson.dumps([known[name](*([given] if equals else [])) for name, equals, given in steps]))
