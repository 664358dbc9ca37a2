"""A brake on guessing: failed attempts to come in, counted for each address in each server process.

A brake, not a wall; what makes guessing hopeless is the length of the secrets. Who comes in counts for nothing, so that
a whole office behind one address does not lock itself out in the morning.
"""

import math
from ipaddress import IPv6Address, ip_address, ip_network
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from septet.kernel.errors import SeptetError

PER_SECONDS = 600
FREE = 3


class TooOften(SeptetError):
    """Somebody tries again and again to come in, or asks more often than a token may; `seconds` is how long to wait."""

    status, title, slug = 429, "Too many requests", "too-often"

    def __init__(self, detail: str, seconds: int = PER_SECONDS) -> None:
        super().__init__(detail)
        self.seconds = seconds


def check(way: str, request: HttpRequest, most: int) -> None:
    """Raises TooOften if more than `most` attempts of the request's address failed in ten minutes."""
    if cache.get(_key(way, request), 0) > most:
        raise TooOften("There were too many attempts to sign in from here. Wait ten minutes and try again.")


def failed(way: str, request: HttpRequest) -> None:
    """Count a failed attempt of the request's address."""
    key = _key(way, request)
    cache.add(key, 0, PER_SECONDS)
    cache.incr(key)


def check_delay(way: str, request: HttpRequest, account: str) -> None:
    """Raises TooOften as long as the request's address has to wait before it tries this account again.

    The wait doubles with each failure from the fourth on, up to ten minutes. It counts for this address and this
    account together, so that nobody can lock out somebody who sits elsewhere.
    """
    _, until = cache.get(_key(f"{way}:{account}", request), (0, 0.0))
    if until > time():
        seconds = math.ceil(until - time())
        raise TooOften(f"That did not work several times. Wait {seconds} seconds and try again.", seconds)


def delay(way: str, request: HttpRequest, account: str) -> None:
    """Count a failed attempt of the request's address to come in as this account."""
    key = _key(f"{way}:{account}", request)
    count, _ = cache.get(key, (0, 0.0))
    wait = min(2 ** (count - FREE), PER_SECONDS) if count >= FREE else 0
    cache.set(key, (count + 1, time() + wait), 2 * PER_SECONDS)


def forget(way: str, request: HttpRequest, account: str) -> None:
    """The address came in as this account: nothing counts any more."""
    cache.delete(_key(f"{way}:{account}", request))


def _key(way: str, request: HttpRequest) -> str:
    return f"{way}:{address_of(request)}".replace(" ", "_")


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as far as attempts are counted: of IPv6 the network that one customer has."""
    found = sender_of(request)
    if is_address(found) and isinstance(ip_address(found), IPv6Address):
        return str(ip_network(f"{found}/64", strict=False))
    return found


def sender_of(request: HttpRequest) -> str:
    """The address of a request's sender, or whom trusted proxies (SEPTET_PROXIES) name as the one before them."""
    found = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    while hops and _is_proxy(found):
        before = hops.pop().strip()
        if not is_address(before):
            break
        found = before
    return found


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(text: str) -> bool:
    return is_address(text) and any(ip_address(text) in one for one in settings.PROXIES)
