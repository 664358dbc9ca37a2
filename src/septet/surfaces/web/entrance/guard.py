"""Requests to the issuer and to whom it names, kept from reaching anything else.

The issuer's own host is trusted, for an administrator wrote it down; it may stand in the organisation's network. What
it names beyond that (keys, tokens) is fetched by https and at public addresses only, and no redirect is followed: so
neither a forged answer nor a forged name leads to what only this machine can reach.
"""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

SECONDS = 10


class Forbidden(requests.RequestException):
    """An address that the issuer has no business to name."""


class _PublicOnly(HTTPSConnection):
    """A connection that ends before anything is sent unless it leads to a public address."""

    def _new_conn(self) -> Any:
        connected = super()._new_conn()
        if not ip_address(connected.getpeername()[0]).is_global:
            connected.close()
            raise Forbidden(f"{self.host} is no public address.")
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicOnly


class _Public(HTTPAdapter):
    """Sends to public addresses alone."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}


class GuardedSession(requests.Session):
    """What talks to the issuer at `url`. Raises Forbidden, or another of requests' errors."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self.own = urlsplit(url)
        self.mount("https://", _Public())

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, within ten seconds and without following a redirect."""
        wanted = urlsplit(str(url))
        own = (wanted.scheme, wanted.hostname, wanted.port) == (self.own.scheme, self.own.hostname, self.own.port)
        if own:
            self.mount(f"{wanted.scheme}://{wanted.netloc}/", HTTPAdapter())
        elif wanted.scheme != "https":
            raise Forbidden(f"{wanted.hostname} is not the issuer, so it must be asked by https.")
        given = {**kwargs, "timeout": SECONDS, "allow_redirects": False}
        answer = super().request(method, url, *args, **given)
        if answer.is_redirect:
            raise Forbidden(f"{wanted.hostname} leads elsewhere.")
        return answer
