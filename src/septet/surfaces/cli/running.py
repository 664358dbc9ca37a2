"""Commands that run Septet: up, web, worker."""

import gc
import signal
import sys
import threading
from types import FrameType

from django.conf import settings
from django.db import connections

from septet import __version__
from septet.surfaces.cli.call import Call, write_json
from septet.surfaces.cli.processes import STOPPING, Tree
from septet.surfaces.cli.running_lock import hold
from septet.surfaces.cli.serving import answers, check_free, serve
from septet.surfaces.cli.tables import facts
from septet.surfaces.cli.welcome import Link, first_links, links_for


def up(call: Call) -> int:
    """Web server and worker in one process tree, until a signal says stop."""
    call.need_administrator("run Septet")
    host, port = call.arguments.host, call.arguments.port
    check_free(host, port)
    hold()
    links = links_for(call.demo()) if call.arguments.demo and call.demo else first_links()
    connections.close_all()
    # What is loaded now is never collected, so it is never written to and stays shared by all processes of the tree.
    gc.collect()
    gc.freeze()
    tree = Tree({"web": lambda: serve(host, port), "worker": work})
    tree.start()
    listening = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared only
    tree.run(lambda: answers(listening, port), lambda: _greet(call, links))
    return 0


def _greet(call: Call, links: list[Link]) -> None:
    """Say where it is and how to come in."""
    where = {"url": settings.PUBLIC_URL, "data": str(settings.DATA_DIR)}
    if call.arguments.json:
        write_json({**where, "links": [{"role": one.role, "mail": one.mail, "url": one.url} for one in links]})
    else:
        print(f"Septet {__version__} runs at {where['url']} with its data in {where['data']}. Ctrl-C stops it.")
        if links:
            print("\nSign in with one of these links; each works once, until tomorrow:")
            print(facts(((f"{one.role}, {one.mail}", one.url) for one in links), indent="  "))
    sys.stdout.flush()


def web(call: Call) -> int:
    """The web server alone."""
    call.need_administrator("run Septet")
    check_free(call.arguments.host, call.arguments.port)
    hold()
    serve(call.arguments.host, call.arguments.port)
    return 0


def worker(call: Call) -> int:
    """A worker alone."""
    call.need_administrator("run Septet")
    hold()
    work()
    return 0


def work() -> None:
    """Background work until a signal says stop."""
    from septet.kernel.worker import run

    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in STOPPING:
        signal.signal(number, end)
    run(stop)
