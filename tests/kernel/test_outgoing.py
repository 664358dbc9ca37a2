"""Calling other servers: public ones by https, the own network only where it is allowed, and nobody by a trick."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests

from septet.environment import BadSetting, outgoing
from septet.kernel.outgoing import LARGEST, Allowed, Forbidden, Outgoing, is_public, resolved


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """A test says what went wrong."""


@contextmanager
def serving(status: str, headers: list[tuple[str, str]], body: list[bytes]) -> Iterator[str]:
    """A server on this machine that gives one answer."""

    def answer(environ: Any, start: Any) -> list[bytes]:
        start(status, headers)
        return body

    server = make_server("127.0.0.1", 0, answer, handler_class=_Silent)
    thread = Thread(target=server.handle_request)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    # Whether it was called or not, it ends.
    with socket.create_connection(("127.0.0.1", server.server_port)):
        pass
    thread.join()
    server.server_close()


HERE = Allowed(frozenset({"localhost"}))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True),
        ("127.0.0.1", False), ("0.0.0.0", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fd00::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("64:ff9b::a00:1", False),
    ],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "https://127.0.0.1:1/",
        "https://localhost:1/", "https://[::1]:1/", "https://[::ffff:127.0.0.1]:1/", "https://2130706433:1/",
        "https://0x7f.1:1/", "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https:///x", "//x",
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_not_called(url: str) -> None:
    with Outgoing(Allowed()) as session, pytest.raises(requests.RequestException):
        session.get(url)


def test_what_an_administrator_allows_is_called() -> None:
    with serving("200 OK", [("Content-Type", "text/plain")], [b"hello"]) as url, Outgoing(HERE) as session:
        answer = session.get(url)
        assert (answer.status_code, answer.text) == (200, "hello")


def test_a_network_may_be_allowed_too() -> None:
    assert resolved("127.0.0.1", 80, Allowed(networks=(ip_network("127.0.0.0/8"),)))
    with pytest.raises(Forbidden, match="SEPTET_OUTGOING"):
        resolved("127.0.0.1", 80, Allowed(networks=(ip_network("10.0.0.0/8"),)))


def test_one_bad_address_among_good_ones_is_enough() -> None:
    def both(host: str, port: int, *rest: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.216.34", "10.0.0.1")]

    with pytest.raises(Forbidden, match="no public"):
        resolved("both.example", 443, Allowed(), both)


def test_a_name_is_resolved_once_so_that_it_cannot_turn_round() -> None:
    asked: list[str] = []
    with serving("200 OK", [], [b""]) as url:
        port = int(url.rstrip("/").rpartition(":")[2])

        def turning(host: str, port: int, *rest: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            where = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

        first = resolved("turning.example", port, Allowed(), turning)
        assert first[0][4][0] == "93.184.216.34"
        # The second time it leads here, and is refused before anything is sent.
        with Outgoing(Allowed(), turning) as session, pytest.raises(requests.RequestException, match="no public"):
            session.get(f"https://turning.example:{port}/")
        assert len(asked) == 2


def test_the_connection_goes_where_the_guard_looked() -> None:
    with serving("200 OK", [], [b"pinned"]) as url:
        port = int(url.rstrip("/").rpartition(":")[2])

        def told(host: str, port: int, *rest: Any) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        allowed = Allowed(frozenset({"inside.example"}))
        with Outgoing(allowed, told) as session:
            assert session.get(f"http://inside.example:{port}/").text == "pinned"


def test_a_redirect_is_not_followed() -> None:
    with (
        serving("302 Found", [("Location", "http://169.254.169.254/")], [b""]) as url,
        Outgoing(HERE) as session,
        pytest.raises(Forbidden, match="leads elsewhere"),
    ):
        session.get(url)


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    piece = b"x" * (1024 * 1024)
    with (
        serving("200 OK", [], [piece] * (LARGEST // len(piece) + 2)) as url,
        Outgoing(HERE) as session,
        pytest.raises(Forbidden, match="more than 10 MB"),
    ):
        session.get(url)


def test_a_port_may_be_named_too() -> None:
    allowed = Allowed().beside("https://Login.example.org/realms/staff")
    assert allowed.host("login.example.org", 443)
    assert not allowed.host("login.example.org", 6379)
    assert Allowed().beside("http://login.example.org:8080").host("LOGIN.example.org.", 8080)


def test_the_environment_s_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving("200 OK", [], [b"direct"]) as url, Outgoing(HERE) as session:
        assert session.get(url).text == "direct"


def test_the_setting_names_hosts_and_networks() -> None:
    hosts, networks = outgoing({"SEPTET_OUTGOING": "Login.Example.org, mail.example.org:8025, 10.2.0.0/16 ,fd00::/8"})
    assert hosts == {"login.example.org", "mail.example.org:8025"}
    assert networks == (ip_network("10.2.0.0/16"), ip_network("fd00::/8"))
    assert outgoing({}) == (frozenset(), ())
    for wrong in ("http://x/", "10.0.0.0/99", "a b"):
        with pytest.raises(BadSetting, match="no host and no network"):
            outgoing({"SEPTET_OUTGOING": wrong})
