"""`migrate` that makes an empty database at once.

Replaying every migration costs the square of their number: each renders all models anew. An empty database needs no
history, so its tables are made as the models are now, and every migration counts as applied. Migrations that do more
than change models are run all the same, unless they are marked as elidable: these mend data, of which there is none.
"""

from typing import Any, cast

from django.apps import apps
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps
from django.db.models import Model


class Command(migrate.Command):
    """Django's command; only an empty database is treated in another way."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        whole = not (options["app_label"] or options["fake"] or options["plan"] or options["check_unapplied"])
        if whole and not connection.introspection.table_names():
            create(connection)
        super().handle(*args, **options)


def create(connection: BaseDatabaseWrapper) -> None:
    """Make all tables in an empty database, in one transaction."""
    loader, recorder = MigrationLoader(connection), MigrationRecorder(connection)
    nodes = [node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf)]
    models: list[type[Model]] = [recorder.Migration, *apps.get_models()]
    with connection.schema_editor() as editor:
        for model in models:
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for app, name in dict.fromkeys(nodes):
            for operation in loader.graph.nodes[app, name].operations:
                _do_beside(operation, editor)
            recorder.record_applied(app, name)


def _do_beside(operation: Operation, editor: BaseDatabaseSchemaEditor) -> None:
    """Do what an operation does beside changing models."""
    if getattr(operation, "elidable", False):
        return
    if isinstance(operation, RunPython):
        operation.code(cast("StateApps", apps), editor)
    elif isinstance(operation, RunSQL | SeparateDatabaseAndState):
        raise NotImplementedError(f"{operation} needs the models of its time; write RunPython, or mark it as elidable.")
