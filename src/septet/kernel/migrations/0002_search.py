"""The search index: an FTS5 table on SQLite, text vectors on PostgreSQL; and the words that it knows."""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, body, desk, tokenize='unicode61')",
    "CREATE TABLE search_word (word text PRIMARY KEY) WITHOUT ROWID",
)
POSTGRESQL = (
    "CREATE TABLE search_index (record_id bigint PRIMARY KEY, shown tsvector NOT NULL, whole tsvector NOT NULL)",
    "CREATE INDEX search_shown ON search_index USING gin (shown)",
    "CREATE INDEX search_whole ON search_index USING gin (whole)",
    'CREATE TABLE search_word (word text COLLATE "C" PRIMARY KEY)',
)
GONE = ("DROP TABLE search_index", "DROP TABLE search_word")


def create(apps: Any, schema_editor: Any) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    for statement in GONE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
