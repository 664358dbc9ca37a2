"""Ask the API for a list, a record and a count, through the whole middleware, without a network; prints JSON.

Fills a data directory of its own with incidents. Times are CPU milliseconds of one call, so that a busy machine does
not change them; `baseline_ms` is a fixed piece of arithmetic on this machine, against which the others are read.

    python -m bench.api [--records 100000]
"""

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

TIMES = 100


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"SEPTET_DATA": data, "DJANGO_SETTINGS_MODULE": "septet.settings"}
        os.environ.pop("DATABASE_URL", None)
        from septet.wsgi import application

        logging.disable()  # a thousand refused tokens are a thousand lines
        token, number = filled(options.records)
        url = "/api/v1/incidents"
        wanted = {
            "list_50_ms": f"{url}?limit=50",
            "list_50_of_a_state_ms": f"{url}?state=new&limit=50",
            "list_50_at_another_time_ms": f"{url}?as_of=2020-06-01&limit=50",
            "count_ms": f"{url}?limit=1&count=true",
            "record_ms": f"{url}/{number}",
            "me_ms": "/api/v1/me",
            "unknown_token_ms": "",
        }
        figures: dict[str, Any] = {"records": options.records, "baseline_ms": cpu_ms(baseline)}
        for name, path in wanted.items():
            figures[name] = cpu_ms(partial(call, application, path or url, token if path else "x"))
        figures["list_50_bytes"] = len(call(application, wanted["list_50_ms"], token))
    print(json.dumps(figures, indent=2))


def filled(records: int) -> tuple[str, str]:
    """Migrate, and write the incidents through the bulk door; gives an agent's token and one incident's number."""
    from django.core.management import call_command

    from septet.kernel import bulk
    from septet.kernel.accounts import new_token, open_account
    from septet.kernel.actions import create, new_request, perform
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Record
    from septet.lib.drafts import Draft

    call_command("migrate", verbosity=0)
    agent = create("person", OPERATOR, via="cli", title="Agent")
    team = create("function-team", OPERATOR, via="cli", title="Desk", cluster="support")
    perform(team, "add-member", OPERATOR, via="cli", person=agent, role="agent")
    began = datetime(2020, 1, 1, tzinfo=UTC)
    drafts = (
        Draft(
            kind="incident",
            key=("BENCH", str(n)),
            at=began + timedelta(minutes=n),
            fields={"title": f"Incident {n}", "team": team.pk, "impact": n % 4 + 1},
        )
        for n in range(records)
    )
    bulk.write(drafts, OPERATOR, request=new_request())
    latest = Record.objects.filter(kind="incident").order_by("-pk").first()
    assert latest is not None
    return new_token(open_account(agent, "agent@example.org"), "bench"), latest.number


def call(application: Any, path: str, token: str) -> bytes:
    """One request through the WSGI application."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8765",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    response = application(environ, lambda *_: None)
    try:
        return b"".join(response)
    finally:
        response.close()


def cpu_ms(work: Callable[[], object], times: int = TIMES) -> float:
    """The median CPU time of a piece of work."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1000)
    return round(statistics.median(found), 3)


def baseline() -> int:
    """A fixed piece of work."""
    return sum(n * n for n in range(10_000))


if __name__ == "__main__":
    main()
