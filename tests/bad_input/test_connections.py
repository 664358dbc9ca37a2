"""Connections that go on after a refusal: what comes next on one is answered, or the answer says that it ends."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

import pytest

from tests.bad_input.site import Site

REFUSED = "POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
NEXT = b"GET /api/v1/types HTTP/1.1\r\nHost: localhost\r\n\r\n"
LATER = 0.3  # seconds, in which a server that does not wait for the body has answered long ago


@contextmanager
def line_to(site: Site) -> Iterator[socket.socket]:
    """A connection as a client holds it."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as line:
        yield line


def answer(line: socket.socket) -> HTTPResponse:
    """The next answer on a connection, read to its end."""
    found = HTTPResponse(line)
    found.begin()
    found.read()
    return found


def test_a_body_that_comes_after_its_refusal_does_not_end_the_connection(site: Site) -> None:
    with line_to(site) as line:
        for _ in range(3):
            line.sendall(f"{REFUSED}Content-Length: 2000\r\n\r\n".encode() + b"{" * 1000)
            time.sleep(LATER)
            line.sendall(b"}" * 1000)
            refused = answer(line)
            assert (refused.status, refused.headers["Connection"]) == (401, None)
        line.sendall(NEXT)
        assert answer(line).status == 401


@pytest.mark.parametrize(
    "more",
    ["Content-Length: 300000\r\n", "Content-Length: 5\r\nExpect: 100-continue\r\n", "Transfer-Encoding: chunked\r\n"],
    ids=["large", "not yet sent", "of unknown length"],
)
def test_a_body_that_nobody_will_read_ends_the_connection_with_a_word(site: Site, more: str) -> None:
    with line_to(site) as line:
        line.sendall(f"{REFUSED}{more}\r\n".encode())
        refused = answer(line)
        assert (refused.status, refused.headers["Connection"]) == (401, "close")


def test_a_body_that_breaks_off_is_not_waited_for(site: Site) -> None:
    with line_to(site) as line:
        line.sendall(f"{REFUSED}Content-Length: 2000\r\n\r\n".encode() + b"{" * 1000)
        line.shutdown(socket.SHUT_WR)
        assert answer(line).status == 401
