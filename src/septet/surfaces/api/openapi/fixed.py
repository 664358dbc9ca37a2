"""The addresses that belong to no record type."""

from septet.surfaces.api.openapi.components import TEXT
from septet.surfaces.api.openapi.parts import (
    WRITE,
    header,
    json_body,
    named,
    operation,
    parameter,
    query,
)
from septet.surfaces.api.openapi.schemas import Schema, ref

OUTSIDE = [{"url": "/", "description": "Beside the API"}]
ONCE = parameter("IdempotencyKey")
BULK_EXAMPLE = {
    "operations": [
        {"type": "incidents", "fields": {"title": "Printer on floor 3 is out of order"}},
        {"number": "INC-4711", "action": "comment", "fields": {"text": "The same printer as last week."}},
    ],
    "dry_run": True,
}


def paths() -> dict[str, Schema]:
    """Every such path with its operations."""
    return {
        "/me": {"get": operation("me", "Septet", "Who asks, and what they may do", {200: ref("Me")})},
        "/types": {"get": operation("types", "Septet", "Every record type", {200: named("TypeBrief")})},
        "/types/{name}": {
            "parameters": [_named("name", "The type's name in addresses, such as incidents.")],
            "get": operation(
                "type", "Septet", "One record type with its fields and actions", {200: ref("Type")}, problems=(404,)
            ),
        },
        "/search": {"get": _search()},
        "/bulk": {"post": _bulk()},
        "/imports": {"post": _imports()},
        "/undo/{request}": {
            "parameters": [_named("request", "The request id of what is to be undone.")],
            "post": _undo(),
        },
        "/runs/{run}": {
            "parameters": [_named("run", "The id of the run.")],
            "get": operation("run", "Septet", "A background run", {200: ref("Run")}, problems=(404,)),
        },
        "/openapi.json": {"get": _public("openapi", "This document", "application/json", {"type": "object"})},
        "/docs": {"get": _public("docs", "This document as a page", "text/html", TEXT)},
        "/healthz": {"servers": OUTSIDE, "get": _public("healthz", "Whether the process lives", "text/plain", TEXT)},
        "/readyz": {"servers": OUTSIDE, "get": _public("readyz", "Whether it can serve", "text/plain", TEXT)},
        "/metrics": {"servers": OUTSIDE, "get": _public("metrics", "Figures for Prometheus", "text/plain", TEXT)},
    }


def _named(name: str, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": TEXT}


def _search() -> Schema:
    return operation(
        "search",
        "Septet",
        "Search over all records",
        {200: named("Hit")},
        params=[
            {**query("q", "Words to search for.", {**TEXT, "minLength": 1, "maxLength": 500}), "required": True},
            query("type", "Only records of this type, such as incidents."),
            query("limit", "The best ones only.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
        ],
        problems=(404,),
    )


def _bulk() -> Schema:
    return operation(
        "bulk",
        "Septet",
        "Several operations in one request",
        {200: ref("BulkResult")},
        params=[ONCE],
        body=json_body(ref("Bulk"), [BULK_EXAMPLE]),
        problems=WRITE,
        description=(
            "All run under one request id, so that one undo takes them back. Each is done whole or not at all, "
            "and a refused one stops no other. A dry run does all of it and keeps none."
        ),
    )


def _imports() -> Schema:
    form: Schema = {
        "type": "object",
        "required": ["profile", "file"],
        "properties": {
            "profile": {"type": "string", "description": "The name of a shipped profile, or a YAML file with one."},
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "dry_run": {"type": "boolean", "description": "Say what would happen, change nothing."},
        },
    }
    return operation(
        "imports",
        "Septet",
        "Import files by a profile",
        {200: ref("ImportResult"), 202: "Running"},
        params=[ONCE],
        body={"required": True, "content": {"multipart/form-data": {"schema": form}}},
        problems=WRITE,
        description=(
            "Small files are imported at once, large ones by a worker. It needs the right to import. "
            "A second import of the same rows changes nothing."
        ),
    )


def _undo() -> Schema:
    return operation(
        "undo",
        "Septet",
        "Undo all that a request changed",
        {200: ref("UndoResult"), 202: "Running"},
        params=[ONCE],
        body=json_body(ref("Undo"), [{"dry_run": True}], required=False),
        problems=WRITE,
        description="A bulk change and an import are requests too. Records on which it is not possible are named.",
    )


def _public(id: str, summary: str, media_type: str, schema: Schema) -> Schema:
    answer = {"headers": {"X-Request-Id": header("RequestId")}, "content": {media_type: {"schema": schema}}}
    return {**operation(id, "Septet", summary, {200: answer}), "security": []}
