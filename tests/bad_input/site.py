"""An installation with real processes, and the ways in which others call it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from tests import postgres

ROOT = Path(__file__).parents[2]
CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# What no answer and no line on a screen may show.
LEAKS = re.compile(r"Traceback|File \"|\.py\b|site-packages|sqlite3\.|psycopg|django\.|OperationalError|Exception")


def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


@dataclass
class Site:
    """An installation of its own. `told` is what `stage` says of what it holds."""

    data: Path
    url: str
    port: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    tree: "subprocess.Popen[bytes]" = field(init=False, repr=False)
    clients: ExitStack = field(default_factory=ExitStack)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEPTET_", "DATABASE_URL"))}
        # Tests ask faster than a program may.
        own = {"SEPTET_DATA": str(self.data), "SEPTET_REQUESTS_PER_MINUTE": "0"}
        return {**kept, **own, **({"DATABASE_URL": self.url} if self.url else {})}

    def stage(self) -> "Site":
        """Fill it."""
        command = [sys.executable, "-m", "tests.bad_input.stage"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        self.told = json.loads(done.stdout)
        return self

    @contextmanager
    def copied(self, data: Path) -> Iterator["Site"]:
        """An installation that holds what this one holds, as long as this one is not up."""
        shutil.copytree(self.data, data)
        with ExitStack() as stack:
            url = stack.enter_context(postgres.database(self.url, self.url)) if self.url else ""
            yield Site(data, url, told=self.told)

    def is_whole(self) -> None:
        """Everything in it can be proved."""
        script = "from septet.surfaces.cli.program import run; raise SystemExit(run(['verify']) or run(['check']))"
        self.python(script)

    def python(self, script: str, **environ: str) -> str:
        """What a script prints that runs inside this installation."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "septet.settings", **environ}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def cli(self, *words: str | bytes, **options: Any) -> "subprocess.CompletedProcess[str]":
        """A command in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "septet", *words],
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            **options,
        )

    @contextmanager
    def up(self, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The whole tree of processes, killed at the end."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "septet", *(words or ("up",)), "--port", str(self.port)]
        with (self.data / "server.log").open("ab") as said:
            tree = subprocess.Popen(command, env=self.environment, stdout=said, stderr=said)
        self.tree = tree
        try:
            eventually(lambda: self.answers() or tree.poll() is not None)
            assert tree.poll() is None, self.log
            yield tree
        finally:
            self.clients.close()
            stop(tree)

    def answers(self) -> bool:
        """Whether the server accepts connections."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    @property
    def log(self) -> str:
        """What its processes said."""
        return "".join(
            (self.data / name).read_text(errors="replace")
            for name in ("server.log", "septet.log")
            if (self.data / name).exists()
        )

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> httpx.Client:
        """A connection that is closed when the server ends."""
        return self.clients.enter_context(httpx.Client(base_url=self.base, timeout=60, **options))

    def program(self, name: str) -> "Program":
        """A program with the token of one of the cast; nobody's if the name is empty."""
        return Program(self, self.told["tokens"][name] if name else "")

    def browser(self, name: str) -> "Browser":
        """A browser in which one of the cast is signed in."""
        return Browser(self, self.told["sessions"][name])

    def raw(self, *pieces: bytes, seconds: float = 10) -> bytes:
        """What comes back for bytes that no client library would send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            with suppress(BrokenPipeError, ConnectionResetError):
                for piece in pieces:
                    line.sendall(piece)
            got = b""
            with suppress(ConnectionResetError, TimeoutError):
                while chunk := line.recv(65536):
                    got += chunk
            return got


def stop(tree: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started."""
    family = [tree.pid, *descendants(tree.pid)]
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    tree.wait()


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    with suppress(FileNotFoundError, ProcessLookupError):
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [one for child in children for one in (child, *descendants(child))]
    return []


def resident(pid: int) -> int:
    """The most memory that a process ever had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) // 1024


@dataclass
class Program:
    """A program that calls the API."""

    site: Site
    token: str

    @cached_property
    def client(self) -> httpx.Client:
        """Its connection."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.site.client(headers=headers)

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """One call; `body` is sent as JSON, bytes as they are."""
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **options.pop("headers", {})}
            options |= {"content": content, "headers": headers}
        return self.client.request(method, path if path.startswith("/") else f"/api/v1/{path}", **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Read."""
        return self("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Do."""
        return self("POST", path, body, **options)


@dataclass
class Browser:
    """A browser with a session."""

    site: Site
    session: str

    @cached_property
    def client(self) -> httpx.Client:
        """Its connection and cookies."""
        cookies = {"sessionid": self.session} if self.session else {}
        return self.site.client(cookies=cookies)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.client.get(path, **options)

    @cached_property
    def proof(self) -> str:
        """What every form of this browser carries."""
        page = self.get("/me/")
        found = CSRF_FIELD.search(page.text)
        assert found, page.text
        return found[1]

    def post(self, path: str, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """Send a form."""
        return self.client.post(path, data={"csrfmiddlewaretoken": self.proof, **fields}, **options)


def is_problem(answer: httpx.Response, *status: int) -> dict[str, Any]:
    """The problem document of an answer, which has one of these statuses and shows nothing of the inside."""
    assert answer.status_code in status, (answer.status_code, answer.text[:2000])
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text[:500]
    assert not LEAKS.search(answer.text), answer.text[:2000]
    found: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request"} <= found.keys()
    assert found["status"] == answer.status_code
    assert found["detail"].strip()
    assert answer.headers["X-Request-Id"] == found["request"]
    return found


def is_page(answer: httpx.Response, *status: int) -> str:
    """The text of a page that says what is wrong and shows nothing of the inside."""
    assert answer.status_code in status, (answer.status_code, answer.text[:2000])
    assert answer.headers["Content-Type"].startswith("text/html"), answer.text[:500]
    assert not LEAKS.search(answer.text), answer.text[:3000]
    return answer.text


def is_line(done: "subprocess.CompletedProcess[str]", *codes: int) -> str:
    """The one line in which a command that failed says why."""
    assert done.returncode in codes, (done.returncode, done.stdout, done.stderr)
    assert not LEAKS.search(done.stdout + done.stderr), done.stderr
    lines: Sequence[str] = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]
