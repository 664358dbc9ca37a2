"""The addresses of one record type: its list, its records, what can be read about them and done to them."""

from septet.kernel.fields import FieldInfo
from septet.kernel.listing import filterable, sortable
from septet.kernel.registry import RecordType
from septet.lib.text import with_article
from septet.surfaces.api.openapi.parts import (
    READ_ONE,
    WRITE,
    json_body,
    named,
    operation,
    page_of,
    parameter,
    query,
)
from septet.surfaces.api.openapi.schemas import Schema, action_schema_name, name_of, ref

TIMES = (parameter("AsOf"), parameter("KnownAt"))
ONCE = parameter("IdempotencyKey")
IF_MATCH = parameter("IfMatch")
# A read of one record may be sent to its right address; a write too, by a redirect that keeps the method.
MOVED = {301: "Moved"}
MOVED_WRITE = {308: "Moved"}


def of_type(it: RecordType) -> dict[str, Schema]:
    """Every path of a type with its operations."""
    base = f"/{it.path}"
    one = f"{base}/{{number}}"
    found: dict[str, Schema] = {
        base: {"get": _list(it), "post": _create(it)},
        one: {"parameters": [parameter("Number")], "get": _show(it), "patch": _edit(it)},
        f"{one}/history": {"parameters": [parameter("Number")], "get": _read(it, "history", "HistoryEntry", "history")},
        f"{one}/relations": {"parameters": [parameter("Number")], "get": _read(it, "relations", "Edge", "relations")},
        f"{one}/impact": {"parameters": [parameter("Number")], "get": _impact(it)},
        f"{one}/attachments": {"parameters": [parameter("Number")], "get": _files(it), "post": _attach(it)},
        f"{one}/attachments/{{attachment}}": {
            "parameters": [parameter("Number"), parameter("Attachment")],
            "get": _file(it),
        },
    }
    for name in it.actions:
        found[f"{one}/{name}"] = {"parameters": [parameter("Number")], "post": _action(it, name)}
    return found


def an(it: RecordType) -> str:
    """One record of the type, inside a sentence: "an incident"."""
    said = (type(it).__doc__ or f"{with_article(it.singular)}.").strip().removesuffix(".")
    return said[:1].lower() + said[1:]


def _id(it: RecordType, what: str) -> str:
    return f"{it.kind}.{what}"


def _list(it: RecordType) -> Schema:
    filters = [_filter(it, f) for f in filterable(it).values() if f.name not in it.hidden]
    order = sorted(name for name in sortable(it) if name not in it.hidden)
    orders = {"type": "string", "enum": [f"{sign}{name}" for name in order for sign in ("", "-")]}
    controls = [parameter(name) for name in ("Q", "Limit", "Cursor", "Open", "Withdrawn", "Among", "Count")]
    return operation(
        _id(it, "list"),
        it.path,
        f"List {it.label_plural.lower()}",
        {200: page_of(ref(f"{name_of(it)}Item"))},
        params=[*controls, *TIMES, query("order", f"Ordered by; usually {it.order}.", orders), *filters],
        problems=(404,),
        description=(
            "Each filter takes one value or several, repeated or separated by commas; `none` means empty. "
            "`FIELD__gte`, `FIELD__gt`, `FIELD__lte`, `FIELD__lt` and `FIELD__not` compare. `extra.NAME` filters by "
            "a custom field. `next` is the cursor of the next page, null on the last one."
        ),
    )


def _filter(it: RecordType, f: FieldInfo) -> Schema:
    items: Schema = {"type": "string"}
    if f.name == "state":
        items["enum"] = [one.key for one in it.states.all]
    said = f"{f.label}; a number, SOURCE:KEY or an id." if f.sort == "reference" else f"{f.label}."
    return {**query(f.name, said, {"type": "array", "items": items}), "explode": True}


def _create(it: RecordType) -> Schema:
    return operation(
        _id(it, "create"),
        it.path,
        f"Open {an(it)}",
        {201: f"{name_of(it)}Opened", 204: "OutOfSight"},
        params=[ONCE],
        body=json_body(ref(f"{name_of(it)}Create"), [it.example]),
        problems=WRITE,
    )


def _show(it: RecordType) -> Schema:
    return operation(
        _id(it, "show"),
        it.path,
        f"Show {an(it)}",
        {200: f"{name_of(it)}Shown", 304: "NotModified", **MOVED},
        params=[*TIMES, parameter("IfNoneMatch")],
        problems=READ_ONE,
    )


def _edit(it: RecordType) -> Schema:
    return operation(
        _id(it, "edit"),
        it.path,
        f"Change fields of {an(it)}",
        {200: f"{name_of(it)}Shown", 204: "OutOfSight", **MOVED_WRITE},
        params=[IF_MATCH],
        body=json_body(ref(f"{name_of(it)}Edit"), it.actions["edit"].examples),
        problems=(*WRITE, 412),
    )


def _action(it: RecordType, name: str) -> Schema:
    one = it.actions[name]
    said = [one.help]
    if one.from_:
        said.append(f"Possible in the states {', '.join(one.from_)}.")
    if one.to:
        said.append(f"Leads to {one.to}.")
    if not one.undoable:
        said.append(f"Cannot be undone: {one.why_not}")
    needed = any(field.is_required() for field in one.schema.model_fields.values())
    return operation(
        _id(it, f"do.{name}"),
        it.path,
        f"{one.label} {an(it)}",
        {200: f"{name_of(it)}Shown", 204: "OutOfSight", **MOVED_WRITE},
        params=[IF_MATCH, ONCE],
        body=json_body(ref(action_schema_name(it, one)), [e for e in one.examples if e], required=needed),
        problems=(*WRITE, 412),
        description=" ".join(said),
    )


def _read(it: RecordType, what: str, schema: str, said: str) -> Schema:
    summary = f"The {said} of {an(it)}"
    answers = {200: named(schema), **MOVED}
    return operation(_id(it, what), it.path, summary, answers, params=TIMES, problems=READ_ONE)


def _impact(it: RecordType) -> Schema:
    return operation(
        _id(it, "impact"),
        it.path,
        f"What fails or suffers if {an(it)} fails",
        {200: ref("Impact"), **MOVED},
        params=[parameter("Up"), parameter("Without"), parameter("Edges"), parameter("ImpactLimit"), *TIMES],
        problems=READ_ONE,
    )


def _files(it: RecordType) -> Schema:
    answers = {200: named("Attachment"), **MOVED}
    return operation(_id(it, "attachments"), it.path, f"The files on {an(it)}", answers, problems=READ_ONE)


def _attach(it: RecordType) -> Schema:
    form: Schema = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "audience": {"type": "string"},
            "note": {"type": "string"},
        },
    }
    return operation(
        _id(it, "upload"),
        it.path,
        f"Put a file on {an(it)}",
        {201: "FileStored", **MOVED_WRITE},
        params=[parameter("FileName"), parameter("Audience"), parameter("Note"), IF_MATCH, ONCE],
        body={"required": True, "content": {"multipart/form-data": {"schema": form}, "*/*": {"schema": {}}}},
        problems=(*WRITE, 412),
        description="The body is the file itself, called `name`, or a form with the file in its field `file`.",
    )


def _file(it: RecordType) -> Schema:
    return operation(
        _id(it, "download"),
        it.path,
        "The bytes of a file",
        {200: "File", 304: "NotModified", **MOVED},
        params=[parameter("IfNoneMatch")],
        problems=READ_ONE,
    )
