"""The database engine of larger installations: PostgreSQL as Django knows it, with rows in binary form (ADR 0018).

Django has each moment read from text by code in Python, which for a page of a list takes longer than all else that is
done with its rows. In binary form it is a number, read in C; the session's time zone is UTC, and so is the moment's.
"""

import select
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base
from psycopg import pq
from psycopg.adapt import Buffer, Loader


class JsonText(Loader):
    """JSON as text, which is what Django's fields read. Binary `jsonb` is that text behind the number of a version."""

    format = pq.Format.BINARY

    def load(self, data: Buffer) -> str:
        return str(data[1:], "utf8")


class Cursor(base.ServerBindingCursor, psycopg.Cursor[Any]):
    """A cursor that asks for binary values, except where nothing goes into the query: that may be a whole script, which
    the server takes only if it answers in text."""

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self:
        """Send the query with its values."""
        asked = params is not None if binary is None else binary
        return super().execute(query, params, prepare=prepare, binary=asked)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors ask for binary values."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("jsonb", JsonText)
        connection.cursor_factory = Cursor
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        # Compiling a query of a long list takes the server longer than it then saves.
        self.connection.execute("SET jit = off")
        if not self.connection.autocommit:
            self.connection.commit()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        if name:
            cursor.format = pq.Format.BINARY
        return cursor

    def is_usable(self) -> bool:
        """Whether an idle connection still serves. Nothing comes by it unasked but a notice or its end: only when
        something has come is the server asked, which otherwise would be one query more in each request."""
        if self.connection is None or self.connection.closed:
            return False
        unasked = select.poll()
        unasked.register(self.connection.pgconn.socket, select.POLLIN)
        return super().is_usable() if unasked.poll(0) else True
