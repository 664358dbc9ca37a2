"""From the words of a command line to an exit code: 0 done, 1 refused or failed, 2 wrong usage."""

import argparse
import gc
import importlib
import os
import sys
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from septet.surfaces.cli.parser import build

if TYPE_CHECKING:
    from septet.surfaces.cli.call import Call

INTERRUPTED = 130


def run(words: Sequence[str], *, demo: Callable[[], dict[str, int]] | None = None) -> int:
    """Do what the words say and return the exit code.

    `demo` fills the database for `up --demo` and gives the people who show the roles: role to the person's id.
    """
    arguments = _read(words)
    if getattr(arguments, "data", None):
        os.environ["SEPTET_DATA"] = arguments.data
    request = str(uuid.uuid4())
    try:
        code = _run(arguments, request, demo)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough. What is left in the buffer must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    if arguments.quiet and code == 0:
        print(f"request {request}", file=sys.stderr)
    return code


def _read(words: Sequence[str]) -> argparse.Namespace:
    main, commands = build()
    if not words or words[0] not in commands:
        return main.parse_args(words)
    # Intermixed, so that an option may stand before, between and behind the words that it goes with.
    return commands[words[0]].parse_intermixed_args(list(words[1:]))


def _run(arguments: argparse.Namespace, request: str, demo: Callable[[], dict[str, int]] | None) -> int:
    call: Call | None = None
    try:
        call = _prepared(arguments, request, demo)
        module, _, name = arguments.run.partition(":")
        function = getattr(importlib.import_module(f"septet.surfaces.cli.{module}"), name)
        return int(function(call) or 0)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  # the outermost place: whatever went wrong becomes one line
        from septet.surfaces.cli.failures import explain

        code, sentence = explain(error, request, call)
        print(f"{sentence} (request {request})", file=sys.stderr)
        return code


def _prepared(arguments: argparse.Namespace, request: str, demo: Callable[[], dict[str, int]] | None) -> "Call":
    """Start Django, bring the database up to date if the command needs it, and find out who acts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    if arguments.command in {"up", "web"}:
        _announce_address(arguments)
    import django

    # What is loaded stays. To look through it for garbage while it comes, and once more at the end, takes a third of
    # the time of a short command.
    gc.disable()
    django.setup()
    gc.freeze()
    gc.enable()
    from septet.surfaces.cli.call import Call
    from septet.surfaces.cli.failures import log_to_file
    from septet.surfaces.cli.migrating import migrate_if_needed

    if arguments.quiet:
        log_to_file()
    if arguments.command != "restore":
        migrate_if_needed(telling=not arguments.quiet)
    call = Call(arguments, request, demo=demo)
    call.identify()
    return call


def _announce_address(arguments: argparse.Namespace) -> None:
    """Links that are shown lead where this server listens, unless SEPTET_URL says under which name it is reached."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(arguments.host, arguments.host)  # noqa: S104  # compared only
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if not os.environ.get("SEPTET_URL"):
        os.environ["SEPTET_URL"] = f"http://{shown}:{arguments.port}"
