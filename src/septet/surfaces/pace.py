"""How often a token may ask: the generic cell rate algorithm (ITU-T I.371), for all server processes together.

Of each token one moment is kept: until when its requests, each of which takes its share of a minute, use up time. A
token may be a minute ahead, so that a program may ask all at once and then goes on at the pace of its limit.
"""

import math
from mmap import mmap
from time import monotonic

from django.conf import settings

from septet.surfaces.attempts import TooOften

PERIOD = 60.0
# Tokens so far apart share a count. The memory is shared with every process that is forked from this one, and a part of
# it is used only when somebody writes there.
SLOTS = 65_536
_used_until = memoryview(mmap(-1, SLOTS * 8)).cast("d")


def take(token: int) -> None:
    """Count one request of a token, by its id. Raises TooOften if it asks more often than SEPTET_REQUESTS_PER_MINUTE.

    Two processes that count at the same instant may count once: a brake, not an account.
    """
    limit = settings.REQUESTS_PER_MINUTE
    if not limit:
        return
    now, share = monotonic(), PERIOD / limit
    used_until = max(_used_until[token % SLOTS], now)
    if used_until - now > PERIOD - share:
        wait = math.ceil(used_until - now - PERIOD + share)
        raise TooOften(
            f"This token asks more than {limit} times a minute. Wait {wait} second{'s'[: wait != 1]} and go on slower.",
            wait,
        )
    _used_until[token % SLOTS] = used_until + share


def forget() -> None:
    """Let every token begin anew."""
    _used_until[:] = memoryview(bytes(SLOTS * 8)).cast("d")
