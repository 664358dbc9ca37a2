"""Update rows to what the journal says: one record's, or a few columns of many rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from septet.kernel import door
from septet.kernel.bulk_rows.columns import Row, of_model
from septet.kernel.registry import RecordType


def record(
    it: RecordType, row: Any, values: dict[str, Any], *, version: int, head: bytes, updated_at: datetime
) -> None:
    """Save those fields of a record that differ from plain `values`, with its new version and head."""
    from septet.kernel.actions import plain_values, set_values  # which keeps clocks, and these update rows

    present = plain_values(it, row)
    changed = {name for name, value in values.items() if present.get(name) != value and it.fields[name].journaled}
    set_values(it, row, {name: values[name] for name in changed})
    row.version, row.head, row.updated_at = version, head, updated_at
    row.save(update_fields=changed | {"version", "head", "updated_at"})


def rows(model: type[models.Model], names: Sequence[str], found: Sequence[Row]) -> None:
    """Save rows that hold the named attributes of a model in this order, and last the id of the row that gets them."""
    if not found:
        return
    door.check(model.__name__)
    quote = connection.ops.quote_name
    columns = of_model(model, (*names, "id"), connection.vendor)
    sets = ", ".join(f"{quote(column)} = %s" for column in columns.names[:-1])
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608  names come from the models
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(zip(*columns.prepared(found), strict=True)))
