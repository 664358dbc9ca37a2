"""What our engine for PostgreSQL does otherwise than Django's."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="it is about PostgreSQL"),
]


@pytest.fixture
def own() -> Iterator[Any]:
    """A connection beside that of the tests."""
    made = connection.copy()
    made.ensure_connection()
    yield made
    made.close()


def only_row(other: Any, sql: str, *values: Any) -> Any:
    with other.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_values_come_in_binary_form_as_they_did_in_text(own: Any) -> None:
    at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    sent = (at, date(2026, 2, 28), Decimal("-12.340"), 2**62, True, "Zoë\n", '{"a": [1, "ü"]}', [3, 1])
    sql = "SELECT %s::timestamptz, %s::date, %s::numeric, %s::bigint, %s::boolean, %s::text, %s::jsonb, %s::bigint[]"
    with own.cursor() as cursor:
        cursor.execute(sql, sent)
        got = cursor.fetchone()
        assert cursor.cursor.pgresult.fformat(0) == 1
    assert got == sent
    assert got[0].tzinfo is UTC


def test_a_script_of_several_commands_is_executed(own: Any) -> None:
    with own.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE made (number integer); INSERT INTO made VALUES (1), (2)")
    assert only_row(own, "SELECT count(*) FROM made WHERE number > %s", 0) == (2,)


def test_a_connection_is_usable_until_the_server_ends_it(own: Any) -> None:
    assert own.is_usable()
    (pid,) = only_row(own, "SELECT pg_backend_pid()")
    only_row(connection, "SELECT pg_terminate_backend(%s)", pid)
    until = time.monotonic() + 5
    while own.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not own.is_usable()


def test_what_arrives_unasked_ends_nothing(own: Any) -> None:
    own.connection.execute("LISTEN tested")
    with closing(connection.copy()) as other:
        only_row(other, "SELECT pg_notify('tested', '')")
    assert own.is_usable()


def test_queries_are_not_compiled(own: Any) -> None:
    assert only_row(own, "SHOW jit") == ("off",)
