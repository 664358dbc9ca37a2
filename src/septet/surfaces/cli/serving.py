"""The web server: granian with a few processes that share what the first one loaded."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections
from django.urls import get_resolver
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from septet.kernel.errors import Conflict, Unavailable
from septet.surfaces.cli.processes import die_with_parent, set_title

WORKERS = 2
THREADS = 4
STOP_SECONDS = 5
# A thread gives up the interpreter for each statement to the database, and gets it back after at most so long, a tenth
# of Python's own time: while it writes, others wait for it.
SWITCH_SECONDS = 0.0005


def check_free(host: str, port: int) -> None:
    """Refuse an address on which somebody listens already, or on which nobody can. Raises Conflict, Unavailable."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            # Like the server itself, so that connections that have just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror:
        raise Unavailable(f"There is no address {host} to listen on.") from None
    except PermissionError:
        raise Unavailable(f"Port {port} needs more rights; ports from 1024 up are free for all.") from None
    except OSError as error:
        if "in use" in (error.strerror or ""):
            raise Conflict(f"Port {port} of {host} is in use already; choose another one with --port.") from None
        raise Unavailable(f"Nobody can listen on {host}:{port}: {error.strerror}.") from None


def answers(host: str, port: int) -> bool:
    """Whether the server accepts connections."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


def serve(host: str, port: int) -> None:
    """Serve until a signal says stop."""
    from septet.wsgi import application

    _ = get_resolver().url_patterns  # imports every page, once for all processes
    connections.close_all()
    # What is loaded now is never collected, so it is never written to and stays shared by the processes.
    gc.collect()
    gc.freeze()
    server = Server(
        "septet.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        # Its own words go where the rest of the log goes.
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "level": "WARNING", "propagate": True}}},
    )
    server.serve(target_loader=partial(_loaded, application, os.getpid()), wrap_loader=False)


def _loaded(application: Callable[..., Any], parent: int) -> Callable[..., Any]:
    """The application, in a process of its own that ends with the server."""
    die_with_parent(parent, signal.SIGKILL)
    set_title("septet web")
    sys.setswitchinterval(SWITCH_SECONDS)
    return application
