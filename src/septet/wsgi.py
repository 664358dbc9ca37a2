"""The application that the web server loads."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, BinaryIO

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")

_django = get_wsgi_application()

# What is left of a body is read away up to here; beyond, ending the connection is cheaper.
MOST_READ_AWAY = 256 * 1024


class Whole:
    """A body that fails where it breaks off: the server only ends it, and half a file would pass for a whole one."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self.stream, self.left = stream, length

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that is left. Raises OSError if the body breaks off before."""
        wanted = self.left if size < 0 else min(size, self.left)
        found = bytearray()
        while len(found) < wanted:
            found += self._counted(self.stream.read(wanted - len(found)))
        return bytes(found)

    def readline(self, size: int = -1) -> bytes:
        """A line, or so much of it. Raises OSError if the body breaks off before."""
        return self._counted(self.stream.readline(size)) if self.left and size else b""

    def _counted(self, found: bytes) -> bytes:
        if not found:
            raise OSError("The body broke off before its announced length.")
        self.left -= len(found)
        return found


class Head:
    """Status and headers of an answer, kept back until it is known how the connection goes on."""

    status: str
    headers: list[tuple[str, str]]

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return _refuse_to_write


def _refuse_to_write(_: bytes) -> object:
    raise NotImplementedError("An answer is returned, not written.")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request.

    An answer may come before the request's body was read: whoever is refused is refused unread. The server would then
    close the connection without a word, and what the client sends next on it would be lost. So a small rest is read
    away, and before a large one the client is told that the connection ends.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    body: Whole | None = None
    if length.isascii() and length.isdigit():
        body = environ["wsgi.input"] = Whole(environ["wsgi.input"], int(length[:18]))
    head = Head()
    answer = _django(environ, head)
    if not _is_read(environ, body) and environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
        head.headers = [*head.headers, ("Connection", "close")]
    start_response(head.status, head.headers)
    return answer


def _is_read(environ: dict[str, Any], body: Whole | None) -> bool:
    """Whether nothing is left of the body, once a small rest was read away."""
    if body is None:
        return "HTTP_TRANSFER_ENCODING" not in environ
    # Whoever expects to be told to go on has not sent the body yet, and need not.
    if body.left <= MOST_READ_AWAY and "HTTP_EXPECT" not in environ:
        with suppress(OSError):
            body.read()
    return not body.left
