"""Requests to other servers: the only door by which Septet calls anybody.

Who names an address may mean no good: a forged answer, a name that leads into the organisation's own network, a
redirect, a name that changes what it leads to between being checked and being called. So a name is resolved once, every
address that it leads to is judged, and the connection goes to one of these and nowhere else. Public addresses are
called by https; what stands in the own network only where an administrator wrote it down (SEPTET_OUTGOING).
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SECONDS = 10.0
LARGEST = 10 * 1024 * 1024
# Addresses in which one of IPv4 is written, by translators that pass it on.
TRANSLATED = IPv6Network("64:ff9b::/96")
Resolve = Callable[..., list[tuple[Any, ...]]]


class Forbidden(requests.RequestException):
    """An address that nobody has any business to name, or an answer that is none."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called although it is no public address: hosts by name, or by name and port, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def host(self, name: str, port: int | None) -> bool:
        """Whether a host is named, whatever its case, with this port or with none."""
        plain = name.lower().rstrip(".")
        return plain in self.hosts or f"{plain}:{port}" in self.hosts

    def address(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether an address lies in one of the networks."""
        return any(address in one for one in self.networks)

    def beside(self, url: str) -> "Allowed":
        """The same, and whom this address names."""
        host, port = _host_and_port(url)
        return Allowed(self.hosts | {f"{host.lower().rstrip('.')}:{port}"}, self.networks)


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the internet at large: not to this machine, its network, or nobody in particular.

    Of IPv6 the address of IPv4 that stands in it is judged as well.
    """
    within = None
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in TRANSLATED:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
    if within is not None:
        return is_public(within)
    return address.is_global and not address.is_multicast


def resolved(host: str, port: int, allowed: Allowed, resolve: Resolve = socket.getaddrinfo) -> list[tuple[Any, ...]]:
    """Where a host is, as `socket.getaddrinfo` tells; asked once. Raises Forbidden if any of its addresses may not be
    called, and OSError if it has none."""
    found = resolve(host, port, 0, socket.SOCK_STREAM)
    for *_, where in found:
        address = ip_address(str(where[0]).partition("%")[0])
        if not (is_public(address) or allowed.host(host, port) or allowed.address(address)):
            raise Forbidden(f"{host} is no public address. An administrator can allow it by SEPTET_OUTGOING.")
    return found


def _connect(places: Iterable[tuple[Any, ...]], seconds: float) -> socket.socket:
    """A connection to the first of these places that answers. Raises OSError."""
    last: OSError | None = None
    for family, kind, protocol, _, where in places:
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(seconds)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.connect(where)
        except OSError as error:
            one.close()
            last = error
        else:
            return one
    raise last or OSError("It has no address.")


def _adapter(allowed: Allowed, resolve: Resolve) -> HTTPAdapter:
    """Sends by connections that go where the guard looked, and nowhere else."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> Any:
            return _connect(resolved(self._dns_host, self.port, allowed, resolve), SECONDS)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> Any:
            return _connect(resolved(self._dns_host, self.port, allowed, resolve), SECONDS)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Guarded(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    return Guarded()


class Outgoing(requests.Session):
    """What calls other servers. Raises Forbidden, or another of requests' errors.

    Plain http reaches only who is allowed by name. No redirect is followed, no proxy and no password is taken from the
    environment, an answer comes within ten seconds of silence and holds at most ten megabytes.
    """

    def __init__(self, allowed: Allowed, resolve: Resolve = socket.getaddrinfo) -> None:
        super().__init__()
        self.allowed = allowed
        self.trust_env = False
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _adapter(allowed, resolve))

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and read its answer whole."""
        host, port = _host_and_port(str(url))
        scheme = urlsplit(str(url)).scheme
        if scheme != "https" and not (scheme == "http" and self.allowed.host(host, port)):
            raise Forbidden(f"{host or url!r} may be asked by https alone.")
        given = {**kwargs, "timeout": SECONDS, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, *args, **given)
        try:
            if answer.is_redirect:
                raise Forbidden(f"{host} leads elsewhere.")
            answer._content = _read(answer, host)
        except BaseException:
            answer.close()
            raise
        return answer


def _read(answer: requests.Response, host: str) -> bytes:
    found = bytearray()
    for piece in answer.iter_content(64 * 1024):
        found += piece
        if len(found) > LARGEST:
            raise Forbidden(f"{host} answers more than {LARGEST // 1024 // 1024} MB.")
    return bytes(found)
