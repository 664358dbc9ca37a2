"""An empty database that is made at once is the one to which all migrations lead."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker

from septet.kernel.move import ALIAS, opened
from tests import postgres

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN"
    " (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))",
}


def look(connection: Any) -> dict[str, Any]:
    """What tables, columns, constraints and indexes a database has, in no order."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES[connection.vendor])
        found: dict[str, Any] = {"indexes": {name: " ".join(sql.split()) for name, sql in cursor.fetchall()}}
        for table in connection.introspection.table_names(cursor):
            columns = {tuple(one) for one in connection.introspection.get_table_description(cursor, table)}
            constraints = connection.introspection.get_constraints(cursor, table).values()
            found[table] = columns, sorted(repr(sorted(one.items())) for one in constraints if not one["index"])
    return found


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_made_at_once_it_is_what_the_migrations_make(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> None:
    looks, applied = [], []
    with ExitStack() as stack:
        if engine == "sqlite":
            urls = [f"sqlite:///{tmp_path / name}" for name in ("one", "other")]
        else:
            first = request.getfixturevalue("postgres_url")
            urls = [first, stack.enter_context(postgres.database(first))]
        stack.enter_context(django_db_blocker.unblock())
        for url, at_once in zip(urls, (True, False), strict=True):
            with opened(url) as connection:
                if at_once:
                    call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
                else:
                    executor = MigrationExecutor(connection)
                    executor.migrate(executor.loader.graph.leaf_nodes())
                looks.append(look(connection))
                applied.append(set(MigrationRecorder(connection).applied_migrations()))
    assert applied[0] == applied[1]
    assert looks[0].keys() == looks[1].keys()
    for name, made in looks[0].items():
        # Of Django's own groups, which nobody uses, its migrations make wider ids.
        assert made == looks[1][name] or name == "auth_group_permissions", name
