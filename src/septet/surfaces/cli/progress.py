"""How far a long command is, told on the error output."""

import sys
import time
from collections.abc import Callable

SECONDS_BETWEEN = 1.0


def teller(what: str = "") -> Callable[..., None]:
    """A function `tell(done, total, what)` that says once a second how far it is; a total of 0 is unknown.

    On a terminal all in one line, which is wiped when it ends; else in a line each.
    """
    told = time.monotonic()
    on_terminal = sys.stderr.isatty()

    def tell(done: int, total: int = 0, of: str = what) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < SECONDS_BETWEEN and not (on_terminal and done == total):
            return
        told = now
        text = "" if done == total else f"{done:,}{f' of {total:,}' if total else ''} {of}"
        if on_terminal:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
        elif text:
            print(text, file=sys.stderr, flush=True)

    return tell
