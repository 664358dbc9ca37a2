"""Measure goals over many incidents and read them; then measure along while 200 actions a second are done. Prints JSON.

Fills a data directory with a year of incidents (kept, and used again, if it is named; it may be one that `bench.build`
made) and sets some 70 goals. Times are CPU seconds of this
process, in which SQLite works too, so that a busy machine does not change them; `baseline_ms` is a fixed piece of
arithmetic, against which the others are read. The seconds of the live part are simulated: each holds 200 actions, whose
own cost is left out, and measuring may rest in it as it would.

    python -m bench.goals [--records 1000000] [--today 100000] [--seconds 60] [--data DIR]
"""

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.api import baseline, cpu_ms

PER_SECOND = 200
TEAMS, SERVICES = 20, 40
SEED = 2012
ADMIN = "ada@example.org"
# How the titles of the goals that are set here begin.
OURS = "Bench "


def main() -> None:
    """Fill, measure, read, measure along, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--today", type=int, default=100_000, help="how many of them were opened today")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--data", help="a directory that is kept")
    options = parser.parse_args()
    with nullcontext(options.data) if options.data else tempfile.TemporaryDirectory() as data:
        Path(data).mkdir(parents=True, exist_ok=True)
        os.environ |= {"SEPTET_DATA": data, "DJANGO_SETTINGS_MODULE": "septet.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        logging.disable()
        figures: dict[str, Any] = {"baseline_ms": cpu_ms(baseline)}
        fill(options.records, options.today)
        set_goals()
        figures |= measured()
        figures |= read()
        figures |= measured_along(options.seconds)
    print(json.dumps(figures, indent=2))


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds of a piece of work."""
    start = time.process_time()
    work()
    return round(time.process_time() - start, 2)


def fill(records: int, today: int) -> None:
    """Migrate; write teams, services, incidents with their history."""
    from django.core.management import call_command
    from django.utils import timezone

    from septet.kernel import bulk
    from septet.kernel.actions import create, new_request
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Record
    from septet.lib.drafts import Draft, Step

    call_command("migrate", verbosity=0)
    if Record.objects.filter(kind="incident").exists():
        return
    teams = [create("function-team", OPERATOR, via="cli", title=f"Team {n}", cluster="support") for n in range(TEAMS)]
    services = [create("service", OPERATOR, via="cli", title=f"Service {n}") for n in range(SERVICES)]
    chance = random.Random(SEED)  # the same for every measurement, nothing secret
    now = timezone.now()
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def drafts() -> Iterator[Draft]:
        for number in range(records):
            left = records - number
            opened = (
                start + (now - start) * chance.random() * 0.9
                if left <= today
                else start - timedelta(days=365) * (left / records)
            )
            at, steps = opened, []
            for state in ("assigned", "in-progress", "resolved", "closed"):
                at += timedelta(hours=chance.expovariate(1 / 8))
                if at > now:
                    break
                fields: dict[str, object] = {"state": state}
                if state != "closed":
                    fields["team"] = chance.choice(teams).pk
                steps.append(Step(at, state, fields))
            fields = {
                "title": f"Incident {number}",
                "impact": chance.randrange(1, 6),
                "service": chance.choice(services).pk,
                "channel": chance.choice(["phone", "mail", "monitoring"]),
            }
            yield Draft("incident", ("BENCH", str(number)), fields, opened, steps)

    bulk.write(drafts(), OPERATOR, request=new_request(), progress=partial(tell, records))


def set_goals() -> None:
    """A goal of each indicator of incidents for all of them, and for a priority, a service, a team by months."""
    from septet.kernel.actions import create
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Record
    from septet.team.goals.indicators import Unit, declared
    from septet.team.goals.models import Goal

    if Goal.objects.filter(title__startswith=OURS).exists():
        return
    service, team = (Record.objects.filter(kind=kind).order_by("pk")[0].pk for kind in ("service", "function-team"))
    usual = {Unit.PERCENT: "50 %", Unit.SECONDS: "1 day", Unit.COUNT: "10"}
    for key, one in declared.items():
        for more in ({}, {"priority": 1}, {"service": service}, {"team": team, "period": "month"}):
            if one.kind == "incident" and set(more) - {"period"} <= set(one.scopes()):
                fields = {
                    "title": f"{OURS}{key}",
                    "indicator": key,
                    "target": usual[one.unit],
                    "zone": "Europe/Berlin",
                    **more,
                }
                create("goal", OPERATOR, via="cli", fields=fields)


def tell(records: int, done: int) -> None:
    """How far the filling is."""
    if done % 50_000 == 0:
        print(f"{done:,} of {records:,}", file=sys.stderr)


def measured() -> dict[str, Any]:
    """Everything measured for the first time."""
    from septet.kernel.models import Entry, Record
    from septet.team.goals import following
    from septet.team.goals.models import Dirty, Goal

    found: dict[str, Any] = {
        "incidents": Record.objects.filter(kind="incident").count(),
        "entries": Entry.objects.count(),
        "goals": Goal.objects.count(),
    }
    if Dirty.objects.exists() or not following.is_at_end():
        found["measure_a_year_s"] = seconds(following.catch_up)
    return found


def read() -> dict[str, Any]:
    """The table of all goals, one goal, its trend, a page of the records that missed it; the pages of the board and of
    that goal as the server makes them."""
    from septet.kernel.actors import OPERATOR
    from septet.kernel.readings import read_about, read_report
    from septet.team.goals.models import Goal

    one = Goal.objects.get(title=f"{OURS}incident.returned", team=None, service=None, priority=None)
    asked: dict[str, Callable[[], Any]] = {
        "table_of_all_ms": lambda: read_report("goals", OPERATOR, {}),
        "value_ms": lambda: read_about(one, "value", OPERATOR, {}),
        "trend_ms": lambda: read_about(one, "trend", OPERATOR, {}),
        "missed_50_ms": lambda: read_about(one, "missed", OPERATOR, {}),
        "board_ms": lambda: read_report("board", OPERATOR, {}),
    }
    browser = signed_in()
    for name, address in (
        ("board_page_ms", "/"),
        ("goals_page_ms", "/team/goals/"),
        ("goal_page_ms", f"/r/{one.number}/"),
    ):
        asked[name] = partial(visit, browser, address)
    return {name: cpu_ms(work, times=20) for name, work in asked.items()}


def signed_in() -> Any:
    """A browser of an administrator."""
    from django.test import Client

    from septet.kernel.accounts import open_account
    from septet.kernel.actions import create, perform
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Account, Record

    account = Account.objects.filter(email=ADMIN).first()
    if account is None:
        person = create("person", OPERATOR, via="cli", title="Ada", email=ADMIN)
        team = Record.objects.filter(kind="function-team").order_by("pk")[0]
        perform(team, "add-member", OPERATOR, via="cli", person=person, role="administrator")
        account = open_account(person, ADMIN)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(account)
    return browser


def visit(browser: Any, address: str) -> None:
    """Have a page made."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text


def measured_along(simulated: int) -> dict[str, Any]:
    """What measuring costs while 200 actions are done in each simulated second, and how late numbers are."""
    from septet.kernel.actions import create, perform
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Entry, Record
    from septet.kernel.sequencer import catch_up as place_entries
    from septet.team.goals import following
    from septet.team.goals.background import measure_goals
    from septet.team.goals.following import Measurer
    from septet.team.goals.models import Dirty

    clock = 0.0
    measurer = Measurer("bench", measure_goals, clock=lambda: clock)
    chance = random.Random(SEED)  # the same for every measurement, nothing secret
    fresh: list[Any] = list(Record.objects.filter(kind="incident", state="assigned").order_by("-pk")[:5000])
    before = Entry.objects.count()
    used = {"marking": 0.0, "measuring": 0.0}
    ends: list[int] = []
    measured_until = longest_behind = 0
    for second in range(simulated):
        for _ in range(PER_SECOND):
            if chance.random() < 0.4 or not fresh:
                fresh.append(create("incident", OPERATOR, via="api", title="Live", impact=3))
            else:
                perform(fresh.pop(chance.randrange(len(fresh))), "resolve", OPERATOR, via="api", cause="x")
        clock = float(second + 1)
        ends.append(place_entries())
        start = time.process_time()
        resting = measurer._rest_until > clock
        measurer.step()
        used["marking" if resting else "measuring"] += time.process_time() - start
        if not Dirty.objects.exists():
            measured_until = bisect_right(ends, following.read_until())
        longest_behind = max(longest_behind, second + 1 - measured_until)
    actions = Entry.objects.count() - before
    return {
        "live_actions": actions,
        "live_cpu_share": round(sum(used.values()) / simulated, 4),
        "live_marking_s": round(used["marking"], 2),
        "live_measuring_s": round(used["measuring"], 2),
        "live_longest_behind_s": longest_behind,
    }


if __name__ == "__main__":
    main()
