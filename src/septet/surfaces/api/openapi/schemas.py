"""JSON Schemas of what goes in and comes out, from the registry's fields, actions and parts."""

from functools import cache
from typing import Any

from django.db import models
from pydantic import BaseModel

from septet.kernel.fields import FieldInfo
from septet.kernel.models import Part, Record
from septet.kernel.registry import Action, RecordType
from septet.surfaces.api.manner import Manner, Opening

Schema = dict[str, Any]
ALWAYS = ("number", "kind", "version", "updated_at")
MOMENT: Schema = {"type": "string", "format": "date-time"}
_SORTS: dict[str, Schema] = {
    "text": {"type": "string"},
    "long-text": {"type": "string"},
    "choice": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?(E[+-]?\d+)?$"},
    "boolean": {"type": "boolean"},
    "moment": MOMENT,
    "date": {"type": "string", "format": "date"},
    "json": {"type": ["object", "array"]},
}


def ref(name: str) -> Schema:
    """A pointer to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def name_of(it: RecordType) -> str:
    """The name of a type's schemas: `ConfigurationItem`."""
    return it.model.__name__


def item_schema(it: RecordType) -> Schema:
    """An item of a list: every field but long texts."""
    fields = {name: f for name, f in it.fields.items() if f.sort != "long-text" and name not in it.hidden}
    always: Schema = {
        "number": {"type": "string", "pattern": f"^{it.prefix}-[1-9][0-9]*$"},
        "kind": {"const": it.kind},
        "version": {"type": "integer", "minimum": 1, "description": "Counts the journal entries; the ETag."},
        "updated_at": MOMENT,
    }
    return {
        "type": "object",
        "description": f"{it.label} as a list shows it. Internal fields are there for staff only.",
        "required": [*ALWAYS, *(name for name, f in fields.items() if not f.internal)],
        "properties": {**always, **{name: field_schema(it, f) for name, f in fields.items()}},
    }


def record_schema(it: RecordType) -> Schema:
    """A record: what a list shows of it, its long texts, and for staff its parts."""
    long = {name: f for name, f in it.fields.items() if f.sort == "long-text" and name not in it.hidden}
    parts = {
        name: {"type": "array", "items": part_schema(model)} for name, model in it.all_parts.items() if not model.apart
    }
    own: Schema = {
        "type": "object",
        "required": [name for name, f in long.items() if not f.internal],
        "properties": {**{name: field_schema(it, f) for name, f in long.items()}, **parts},
    }
    return {"description": f"{it.label}.", "allOf": [ref(f"{name_of(it)}Item"), own]}


def field_schema(it: RecordType, f: FieldInfo) -> Schema:
    """A field as the API answers it."""
    if f.sort == "reference":
        return {**nullable(ref("Reference")), "description": f.label}
    schema = dict(_SORTS[f.sort])
    if f.name == "state":
        schema = {"type": "string", "enum": [one.key for one in it.states.all]}
    elif f.choices:
        values = [key for key, _ in f.choices]
        if isinstance(values[0], int):
            schema["type"] = "integer"
        elif not f.required and not f.default:
            values.append("")
        schema["enum"] = values
    described = f.label if not f.help else f"{f.label}. {f.help}"
    return {**(nullable(schema) if f.nullable else schema), "description": described}


def part_schema(model: type[Part]) -> Schema:
    """A row that belongs to a record."""
    columns = [one for one in model._meta.concrete_fields if one.name != "record"]
    return {
        "type": "object",
        "required": [one.name for one in columns],
        "properties": {one.name: _column(one) for one in columns},
    }


def _column(one: "models.Field[Any, Any]") -> Schema:
    if one.is_relation:
        return nullable(ref("Reference"))
    sorts: tuple[tuple[type[Any], str], ...] = (
        (models.BooleanField, "boolean"),
        (models.DateTimeField, "moment"),
        (models.DateField, "date"),
        (models.DecimalField, "decimal"),
        (models.IntegerField, "integer"),
        (models.JSONField, "json"),
    )
    sort = next((sort for cls, sort in sorts if isinstance(one, cls)), "text")
    return nullable(_SORTS[sort]) if one.null else _SORTS[sort]


def body_of_create(it: RecordType) -> Schema:
    """What opening a record accepts."""
    return with_manner(of_model(it.create_schema), Opening, set(it.editable))


def body_of_edit(it: RecordType) -> Schema:
    """What changing a record accepts."""
    return with_manner(of_model(it.edit_schema), Manner, set(it.editable))


def body_of_action(it: RecordType, one: Action) -> Schema:
    """What an action accepts."""
    if one.name == "edit":
        return body_of_edit(it)
    return with_manner(of_model(one.schema), Manner, set(one.params))


def action_schema_name(it: RecordType, one: Action) -> str:
    """The name of the schema of an action's body; actions of every record have one in common."""
    if one.name == "edit":
        return f"{name_of(it)}Edit"
    owner = "Any" if one.model is Record else one.model.__name__
    return owner + "".join(word.capitalize() for word in one.name.split("-"))


def with_manner(schema: Schema, manner: type[Manner], own: set[str]) -> Schema:
    """A body's schema with what may stand beside its own fields."""
    beside = {name: one for name, one in of_model(manner)["properties"].items() if name not in own}
    return {**schema, "properties": {**schema.get("properties", {}), **beside}}


@cache
def _generated(model: type[BaseModel]) -> Schema:
    return model.model_json_schema(ref_template="#/components/schemas/{model}")


def of_model(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a pydantic model, without what only pydantic finds useful."""
    found: Schema = cleaned(_generated(model))
    found.pop("description", None)
    return found


def cleaned(schema: Any) -> Any:
    """A schema without pydantic's titles, and without defaults that say nothing."""
    if isinstance(schema, list):
        return [cleaned(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: cleaned(one) for key, one in schema.items() if not (key == "title" and isinstance(one, str))}
    if found.get("default", ...) is None:
        del found["default"]
    return found
