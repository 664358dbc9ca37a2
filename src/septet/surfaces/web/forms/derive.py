"""Forms from what the kernel knows of fields, custom fields and the parameters of actions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.fields import FieldInfo
from septet.kernel.models import Record
from septet.kernel.policy import DECIDED_BY_STAFF
from septet.kernel.registry import Action, RecordType
from septet.surfaces.web.forms.form import Form
from septet.surfaces.web.forms.inputs import Input
from septet.surfaces.web.forms.layout import grouped
from septet.surfaces.web.forms.texts import text_of
from septet.surfaces.web.values import human

FOR_STAFF = DECIDED_BY_STAFF | {"requester"}

# Where a page shows what comes of a field.
PREVIEWS = {("business-calendar", "holidays_of"): "/holidays/"}
WIDGETS = {
    "long-text": "area",
    "integer": "number",
    "decimal": "number",
    "boolean": "yes-no",
    "moment": "moment",
    "date": "date",
    "json": "json",
    "reference": "reference",
    "choice": "choice",
}


def of_field(f: FieldInfo, it: RecordType | None = None) -> Input:
    """The input of a record's field; its type `it` says more of it than the field itself."""
    shape = it.shapes.get(f.name) if it else None
    made = Input(
        name=f.name,
        label=f.label,
        widget="shaped" if shape else WIDGETS.get(f.sort, "text"),
        required=f.required and f.name != "opened_at",
        nullable=f.nullable,
        help="" if shape else f.help,
        choices=f.choices,
        kind=f.kind,
        max_length=f.max_length,
        whole=f.sort == "integer",
        shape=shape,
        preview=PREVIEWS.get((it.kind, f.name), "") if it else "",
    )
    return _with_options(made, it) if it else made


def _with_options(one: Input, it: RecordType) -> Input:
    if one.name in it.several:
        choices = tuple((key, str(words)) for key, words in it.several[one.name])
        return replace(one, widget="several", choices=choices, help="")
    if one.name not in it.options:
        return one
    choices = tuple((key, str(words)) for key, words in it.options[one.name]())
    return replace(one, widget="choice", choices=choices, help="")


def of_schema(name: str, schema: Mapping[str, Any], *, required: bool = False) -> Input:
    """The input of a custom field or a parameter, from its JSON Schema."""
    one, nullable = _without_null(schema)
    sort, form = one.get("type"), one.get("format")
    widget = {
        "integer": "number",
        "number": "number",
        "boolean": "yes-no",
        "array": "lines",
        "object": "json",
        "string": {"date-time": "moment", "date": "date"}.get(str(form), "text"),
    }.get(str(sort), "text")
    # Long texts have a generous limit or none at all; names and codes have a small one.
    if widget == "text" and one.get("maxLength", 0) > 255:
        widget = "area"
    if "enum" in one:
        widget = "choice"
    choices = tuple((key, human(str(key))) for key in one.get("enum", ()))
    return Input(
        name=name,
        label=str(schema.get("title") or human(name.removeprefix("extra."))),
        widget=widget,
        required=required,
        nullable=nullable,
        help=str(schema.get("description", "")),
        choices=choices,
        max_length=one.get("maxLength"),
        whole=sort == "integer",
    )


def _without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The part of a schema that says what a value looks like, and whether it may be empty."""
    if "const" in schema:
        return {**schema, "enum": [schema["const"]]}, False
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if choices:
        return choices[0], len(choices) < len(schema["anyOf"])
    return schema, False


def of_action(it: RecordType, one: Action) -> Form:
    """The form of an action's parameters; a parameter named like a field of the record is called as the field is."""
    schema = one.json_schema
    required = set(schema.get("required", ()))
    inputs = []
    for name, given in schema.get("properties", {}).items():
        resolved = _resolved(given, schema)
        made = replace(of_schema(name, {**resolved, "title": ""}, required=name in required), label=human(name))
        if name in it.fields:
            made = _as_field(made, it.fields[name])
        if name in one.refs:
            made = replace(made, widget="references" if name in one.many else "reference", kind=one.refs[name])
        elif name in it.shapes:
            made = replace(made, widget="shaped", shape=it.shapes[name])
        elif name == "audience":
            made = replace(made, widget="audience", nullable=True)
        if given.get("default") is not None:
            made = replace(made, text=text_of(made, given["default"]))
        inputs.append(_with_options(made, it))
    # The reference sets names as code, a sentence on screen does not.
    return Form(one.name, one.label, tuple(inputs), help=one.help.replace("`", ""))


def _resolved(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with a reference to a definition replaced by what it points to."""
    name = str(given.get("$ref", "")).rpartition("/")[2]
    return schema.get("$defs", {}).get(name, given) if name else given


def _as_field(one: Input, f: FieldInfo) -> Input:
    labels = dict(f.choices)
    choices = tuple((key, labels.get(key, text)) for key, text in one.choices) or f.choices
    widget = "choice" if choices else "area" if f.sort == "long-text" and one.widget == "text" else one.widget
    return replace(one, label=f.label, choices=choices, widget=widget, help=one.help or f.help)


def of_record(it: RecordType, record: Record | None, actor: Actor) -> list[Input]:
    """The inputs of a record's own fields and its custom fields, to create one (None) or to edit this one."""
    staff = actor.is_staff
    plain = [of_field(f, it) for name, f in it.editable.items() if name != "extra"]
    if not staff:
        plain = [one for one in plain if one.name not in FOR_STAFF and not it.fields[one.name].internal]
    custom = []
    if "extra" in it.editable and staff:
        custom = [of_schema(f"extra.{name}", schema) for name, schema in properties_of(it, record).items()]
    return grouped(it, plain + [replace(one, nullable=True) for one in custom])
