"""Asking a running server over connections that stay open."""

import gzip
import http.client
import time
from dataclasses import dataclass
from typing import Any

import orjson

CONNECTIONS = 4


@dataclass(frozen=True)
class Ask:
    """One request: as whom (a name of the data set's people), how, where, with which body; `page` by session."""

    who: str
    path: str
    method: str = "GET"
    body: dict[str, Any] | None = None
    page: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back: the status, how many bytes came over the line, how long it took in ms, and the body itself."""

    status: int
    size: int
    ms: float
    body: bytes


class Client:
    """Several open connections, used in turn, so that every process of the server gets its share."""

    def __init__(self, port: int, tokens: dict[str, str], sessions: dict[str, str], connections: int = CONNECTIONS):
        self.tokens, self.sessions, self.turn = tokens, sessions, 0
        self.connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(connections)]

    def send(self, ask: Ask) -> Answer:
        """Send a request and read the whole answer."""
        headers = {"Accept-Encoding": "gzip"}
        if ask.page:
            headers["Cookie"] = f"sessionid={self.sessions[ask.who]}"
        else:
            headers["Authorization"] = f"Bearer {self.tokens[ask.who]}"
        body = None
        if ask.body is not None:
            headers["Content-Type"], body = "application/json", orjson.dumps(ask.body)
        one = self.connections[self.turn % len(self.connections)]
        self.turn += 1
        started = time.perf_counter()
        try:
            one.request(ask.method, ask.path, body, headers)
            response = one.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # Asked nothing for a while, the server has closed the connection.
            one.close()
            one.request(ask.method, ask.path, body, headers)
            response = one.getresponse()
        raw = response.read()
        ms = (time.perf_counter() - started) * 1000
        unpacked = gzip.decompress(raw) if response.headers.get("Content-Encoding") == "gzip" else raw
        return Answer(response.status, len(raw), ms, unpacked)

    def close(self) -> None:
        """End the connections."""
        for one in self.connections:
            one.close()
