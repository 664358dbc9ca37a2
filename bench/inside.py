"""What is measured inside this process: sessions, the queries of a request, and what the raw driver needs for them."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client as InProcess

from bench.client import Ask
from bench.processes import cpu_ns
from septet.kernel.models import Account

Query = tuple[str, Any, bool]


def session(person: int) -> str:
    """The key of a new session in which this person is signed in."""
    account = Account.objects.get(person_id=person)
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "septet.surfaces.web.signed_in.Backend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def backends() -> list[int]:
    """The processes of a PostgreSQL on this machine that work for others; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in cursor.fetchall()]


def floor(asks: list[Ask], tokens: dict[str, str], sessions: dict[str, str], *, writes: bool) -> dict[str, Any]:
    """How many queries these requests make each, and the CPU time that the bare driver needs for them."""
    made = [_queries_of(ask, tokens, sessions, writes=writes) for ask in asks]
    return {
        "queries": round(statistics.median(map(len, made)), 1),
        "raw_ms": round(statistics.median(_raw_ms(queries, writes=writes) for queries in made), 2),
    }


def _queries_of(ask: Ask, tokens: dict[str, str], sessions: dict[str, str], *, writes: bool) -> list[Query]:
    found: list[Query] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, list(params) if many else params, many))
        return execute(sql, params, many, context)

    client = InProcess(SERVER_NAME="127.0.0.1")
    headers = {}
    if ask.page:
        client.cookies[settings.SESSION_COOKIE_NAME] = sessions[ask.who]
    else:
        headers["Authorization"] = f"Bearer {tokens[ask.who]}"
    with _undone() if writes else _plain(), connection.execute_wrapper(note):
        client.generic(ask.method, ask.path, _body(ask), content_type="application/json", headers=headers)
    return [one for one in found if not one[0].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]


def _body(ask: Ask) -> bytes:
    import orjson

    return orjson.dumps(ask.body) if ask.body is not None else b""


def _raw_ms(queries: list[Query], *, writes: bool) -> float:
    """The least CPU time in several tries, of this process and of its PostgreSQL backend."""
    connection.ensure_connection()
    driver: Any = connection.connection
    mark = "?" if connection.vendor == "sqlite" else "%s"
    as_asked = {} if connection.vendor == "sqlite" else {"binary": True}
    ready = [(sql.replace("%s", mark).replace("%%", "%"), params, many) for sql, params, many in queries]
    own = own_backend()
    took = []
    for _ in range(2 if writes else 4):
        with _undone() if writes else _plain():
            before, there = time.process_time_ns(), cpu_ns(own)
            for sql, params, many in ready:
                cursor = driver.cursor(**as_asked)
                (cursor.executemany if many else cursor.execute)(sql, params or ())
                with suppress(Exception):
                    cursor.fetchall()
                cursor.close()
            took.append(time.process_time_ns() - before + cpu_ns(own) - there)
    return min(took) / 1e6


def own_backend() -> list[int]:
    """The process of a PostgreSQL on this machine that works for this one; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [cursor.fetchone()[0]]


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _plain() -> Iterator[None]:
    yield
