"""Custom fields: what an organisation adds to a type without code, checked by the JSON Schema that its
administrator edits, and held once more in typed rows so that they can be filtered."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import transaction

from septet.kernel.bulk_rows import insert
from septet.kernel.errors import Invalid
from septet.kernel.models import ExtraValue, Record
from septet.kernel.registry import RecordType
from septet.lib.text import suggestion

FILTERABLE_TEXT = 255


class Filterable(NamedTuple):
    """The columns of a filterable row in order, without its id."""

    record_id: int
    name: str
    text: str | None
    numeric: float | None


def properties_of(it: RecordType, record: Record | None = None) -> dict[str, Any]:
    """The custom fields in force for a type (for one record, those of its item type too): name -> JSON Schema."""
    from septet.kernel.governing.custom_fields import declared

    found = declared(it.kind)
    return found if record is None else {**found, **it.attributes_of(record)}


def check_extra(it: RecordType, record: Record, changed: Iterable[str]) -> None:
    """Refuse custom values that no schema knows or that do not fit theirs; only `changed` names are looked at."""
    # A value that went away is no question of schemas: its field may have gone before it.
    names = [name for name in changed if name in record.extra]
    if not names:
        return
    import jsonschema  # slow to load, and most commands check no custom value

    properties = properties_of(it, record)
    problems: dict[str, str] = {}
    for name in names:
        if name not in properties:
            problems[f"extra.{name}"] = (
                f"There is no custom field {name!r} on {it.label_plural.lower()}.{suggestion(name, properties)}"
            )
        else:
            errors = jsonschema.Draft202012Validator(properties[name]).iter_errors(record.extra[name])
            first = next(iter(errors), None)
            if first is not None:
                problems[f"extra.{name}"] = first.message[:200]
    if problems:
        raise Invalid(fields=problems)


def index_values(record_id: int, extra: Mapping[str, Any], changed: Iterable[str]) -> None:
    """Bring the filterable rows of the `changed` names in line with `extra`. Needs the door."""
    names = list(changed)
    if not names:
        return
    with transaction.atomic():
        ExtraValue.objects.filter(record_id=record_id, name__in=names).delete()
        found = rows_of(record_id, {n: extra[n] for n in names if n in extra})
        insert.rows(ExtraValue, Filterable._fields, found)


def rows_of(record_id: int, extra: Mapping[str, Any]) -> list[Filterable]:
    """The filterable rows of custom values: text as text, numbers and booleans as numbers, lists one row each."""
    rows = []
    for name, value in extra.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bool | int | float):
                rows.append(Filterable(record_id, name, None, float(one)))
            elif isinstance(one, str):
                rows.append(Filterable(record_id, name, one[:FILTERABLE_TEXT], None))
    return rows
