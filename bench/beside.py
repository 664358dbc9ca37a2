"""What is measured beside single requests: many creations at once, a first look by browser, impact in the process."""

import os
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.cases import Ground, creation
from bench.client import Client
from bench.inside import own_backend
from bench.processes import Server, cpu_ns

CLIENTS = 8
SECONDS = 15.0
NAMED = 50
CHROMIUM = "/usr/bin/chromium"


def creations_at_once(port: int, ground: Ground, tokens: dict[str, str]) -> dict[str, Any]:
    """How many records eight clients open a second, and how long each of them waits."""
    asks = [[creation(ground) for _ in range(400)] for _ in range(CLIENTS)]
    times: list[list[float]] = [[] for _ in range(CLIENTS)]
    until = time.monotonic() + SECONDS

    def work(place: int) -> None:
        client = Client(port, tokens, {}, 1)
        turn = 0
        while time.monotonic() < until:
            answer = client.send(asks[place][turn % len(asks[place])])
            if answer.status != 201:
                raise SystemExit(f"A creation was answered {answer.status}: {answer.body[:300].decode()}")
            times[place].append(answer.ms)
            turn += 1
        client.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    started = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    took = time.monotonic() - started
    all_times = sorted(ms for some in times for ms in some)
    cuts = statistics.quantiles(all_times, n=100, method="inclusive")
    return {
        "clients": CLIENTS,
        "per_second": round(len(all_times) / took, 1),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "longest_ms": round(all_times[-1], 1),
    }


def first_load(server: Server, session: str, path: str = "/") -> dict[str, Any]:
    """What a browser that was never here loads for a page: requests, and bytes over the line."""
    from playwright.sync_api import sync_playwright

    address = f"http://127.0.0.1:{server.port}"
    sizes: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        tab = context.new_page()
        wire = context.new_cdp_session(tab)
        wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
        wire.send("Network.enable")
        tab.goto(address + path, wait_until="networkidle")
        browser.close()
    return {"requests": len(sizes), "bytes": round(sum(sizes.values()))}


def impact_inside(described: dict[str, Any]) -> dict[str, float]:
    """CPU milliseconds of impact in this process once its graph is loaded, the nearest 50 named."""
    from septet.kernel.actors import OPERATOR
    from septet.kernel.impact import impact
    from septet.kernel.models import Record

    found = {}
    for name in ("narrow", "wide"):
        record = Record.objects.get(pk=described[name])
        reached = impact(record, actor=OPERATOR, limit=NAMED).total
        found[name] = _cpu_ms(lambda record=record: impact(record, actor=OPERATOR, limit=NAMED))
        found[f"{name}_reached"] = reached
    return found


def _cpu_ms(work: Callable[[], object], times: int = 15) -> float:
    """The median CPU time, with that of this process's PostgreSQL backend."""
    spenders = [os.getpid(), *own_backend()]
    took = []
    for _ in range(times):
        before = cpu_ns(spenders)
        work()
        took.append((cpu_ns(spenders) - before) / 1e6)
    return round(statistics.median(took), 2)
