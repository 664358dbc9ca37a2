"""What many operations share: parameters, headers, problems, and the schemas that belong to no one type."""

from septet.kernel.impact import LIMIT
from septet.kernel.listing import LARGEST_PAGE, USUAL_PAGE
from septet.kernel.models import RunState
from septet.kernel.registry import registry
from septet.surfaces.api.bulk import Bulk, Operation
from septet.surfaces.api.openapi.parts import header, problem_name, query, response
from septet.surfaces.api.openapi.schemas import (
    MOMENT,
    Schema,
    action_schema_name,
    body_of_action,
    body_of_create,
    body_of_edit,
    item_schema,
    name_of,
    nullable,
    of_model,
    record_schema,
    ref,
)
from septet.surfaces.api.problems import PASSING, PROBLEMS
from septet.surfaces.api.undoing import Undo

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TRUTH: Schema = {"type": "boolean"}
ANYTHING: Schema = {}


def closed(properties: dict[str, Schema], description: str = "", optional: tuple[str, ...] = ()) -> Schema:
    """An object of which every property is always there, but for the `optional` ones."""
    required = [name for name in properties if name not in optional]
    found: Schema = {"type": "object", "required": required, "properties": properties}
    return {"description": description, **found} if description else found


def _request_header(name: str, description: str, example: str) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": TEXT, "example": example}


def _in_path(name: str, description: str, example: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": TEXT,
        "example": example,
    }


PARAMETERS: dict[str, Schema] = {
    "Number": _in_path("number", "The record: its number, its id, or SOURCE:KEY of an imported one.", "INC-4711"),
    "Attachment": _in_path("attachment", "The id of the file.", "17"),
    "AsOf": query("as_of", "How it was at this moment: 2012-03-01, 2012-03-01T10:00Z, yesterday, 2h ago."),
    "KnownAt": query("known_at", "Only what was known at this moment."),
    "Q": query("q", "Words to search for.", {**TEXT, "maxLength": 500}),
    "Limit": query(
        "limit", "Items on a page.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
    ),
    "Cursor": query("cursor", "`next` of the page before."),
    "Open": query("open", "True for open records only, false for closed ones only.", TRUTH),
    "Withdrawn": query("withdrawn", "Withdrawn records too.", {**TRUTH, "default": False}),
    "Among": query("among", "Only records of a set with a name, such as goal:GOAL-12:missed:2026-10."),
    "Count": query("count", "Count all of the list as well.", {**TRUTH, "default": False}),
    "Up": query("up", "What the record depends on, instead of what depends on it.", {**TRUTH, "default": False}),
    "Without": query("without", "Numbers of records that fail as well, separated by commas."),
    "Edges": query(
        "edges",
        "Tell also what ties these records, what stands in for what is lost, and for whom the failing services are.",
        {**TRUTH, "default": False},
    ),
    "ImpactLimit": query("limit", "The nearest ones only.", {"type": "integer", "minimum": 1, "maximum": LIMIT}),
    "FileName": query("name", "What the file is called; needed if the body is the file itself."),
    "Audience": query("audience", "Who may see it: internal, requester, everybody or partner:ID."),
    "Note": query("note", "Why; it stands in the history."),
    "IfMatch": _request_header("If-Match", "The ETag of the record as last seen; another version answers 412.", '"3"'),
    "IfNoneMatch": _request_header("If-None-Match", "The ETag known already; if it still holds, 304.", '"3"'),
    "IdempotencyKey": _request_header(
        "Idempotency-Key", "Sent again with the same content, the first answer is given again for a week.", "order-4711"
    ),
}

HEADERS: dict[str, Schema] = {
    "RequestId": {
        "description": "The request id, as given in X-Request-Id if that was a UUID; it stands in the journal.",
        "schema": {"type": "string", "format": "uuid"},
        "required": True,
    },
    "ETag": {"description": "The version of the record.", "schema": TEXT, "required": True},
    "Version": {"description": "The version of the record; not on an answer about another time.", "schema": TEXT},
    "Location": {"description": "Its address.", "schema": TEXT, "required": True},
    "ContentDisposition": {"description": "Always an attachment, with its name.", "schema": TEXT, "required": True},
    "RetryAfter": {"description": "Seconds to wait.", "schema": COUNT},
    "Allow": {"description": "The methods there are.", "schema": TEXT},
}


def responses() -> dict[str, Schema]:
    """Every response that operations share: of each type, and of each problem."""
    found = {
        "Moved": response("It has another address.", "Location"),
        "NotModified": response("Nothing has changed since.", "ETag"),
        "OutOfSight": response("It is done, and took the record out of the caller's sight."),
        "Running": response("A worker does it; the run tells how far it is.", "Location", schema=ref("Run")),
        "FileStored": response("The file is on the record.", "Location", schema=ref("Attachment")),
        "File": {
            **response("The bytes.", "ETag", "Content-Disposition"),
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
    }
    for it in registry.types.values():
        name = name_of(it)
        shown = response(f"The {it.singular} as it is.", schema=ref(name))
        shown["headers"]["ETag"] = header("Version")
        found[f"{name}Shown"] = shown
        found[f"{name}Opened"] = response(f"The new {it.singular}.", "ETag", "Location", schema=ref(name))
    for one in PROBLEMS:
        headers = {"X-Request-Id": header("RequestId")}
        if one.status in PASSING:
            headers["Retry-After"] = header("RetryAfter")
        example = {
            "type": f"/api/v1/docs#{one.slug}",
            "title": one.title,
            "status": one.status,
            "detail": (one.__doc__ or one.title).split("\n")[0],
            "instance": "/api/v1/incidents",
            "request": "6f1c2d0a-8a35-4b0e-9b7e-1d2f3a4b5c6d",
        }
        found[problem_name(one.status)] = {
            "description": f"{one.title}. {(one.__doc__ or '').split('.')[0]}.",
            "headers": headers,
            "content": {"application/problem+json": {"schema": ref("Problem"), "example": example}},
        }
    return found


def schemas() -> dict[str, Schema]:
    """Every schema by name: those of each type and of its actions, and those that all share."""
    found = dict(SHARED)
    for it in registry.types.values():
        name = name_of(it)
        found[f"{name}Item"] = item_schema(it)
        found[name] = record_schema(it)
        found[f"{name}Create"] = body_of_create(it)
        found[f"{name}Edit"] = body_of_edit(it)
        for one in it.actions.values():
            found.setdefault(action_schema_name(it, one), body_of_action(it, one))
    return found


def _brief(optional: tuple[str, ...] = (), **more: Schema) -> Schema:
    return closed({"number": TEXT, "title": TEXT, "kind": TEXT, "state": TEXT, **more}, optional=optional)


OPERATION = {
    **of_model(Operation),
    "description": "Without a number it opens a record of the type; without an action it edits the record.",
}
FINDING = closed(
    {
        "sort": {"enum": ["refused", "dangling", "note", "change"]},
        "line": COUNT,
        **dict.fromkeys(("file", "column", "value", "record", "reason"), TEXT),
    }
)
NAMED: Schema = {"type": "array", "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}}
SAMPLE = closed(
    {
        **dict.fromkeys(("kind", "key", "file", "at"), TEXT),
        "line": COUNT,
        "becomes": {"enum": ["created", "changed", "unchanged"]},
        "fields": {**NAMED, "description": "Labels and values."},
        "steps": {
            "type": "array",
            "description": "The first steps of its history.",
            "items": closed({**dict.fromkeys(("at", "action", "note"), TEXT), "fields": NAMED}),
        },
        **dict.fromkeys(("step_count", "relation_count"), COUNT),
    }
)
TYPE_BRIEF: dict[str, Schema] = {
    **dict.fromkeys(("path", "kind", "prefix", "label", "label_plural", "help", "cluster"), TEXT),
    "may_create": {**TRUTH, "description": "Whether the caller may open one."},
}

SHARED: dict[str, Schema] = {
    "Problem": closed(
        {
            "type": {**TEXT, "format": "uri-reference"},
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": {**TEXT, "description": "What happened and what to do."},
            "instance": TEXT,
            "request": {**TEXT, "description": "The request id, also in the server's log."},
            "fields": {"type": "object", "additionalProperties": TEXT, "description": "One sentence for each field."},
        },
        "RFC 9457: what did not work, and why.",
        ("fields",),
    ),
    "Reference": closed({"number": nullable(TEXT), "title": TEXT}, "Another record."),
    "HistoryEntry": closed(
        {
            "id": COUNT,
            "number": {"type": "integer", "minimum": 1},
            "action": TEXT,
            "label": TEXT,
            "at": {**MOMENT, "description": "When it was so."},
            "recorded_at": {**MOMENT, "description": "When we learnt it."},
            "actor": ref("Reference"),
            "on_behalf_of": nullable(ref("Reference")),
            "via": TEXT,
            "request": TEXT,
            "caused_by": nullable(COUNT),
            "undoes": nullable(COUNT),
            "undone": TRUTH,
            "audience": TEXT,
            "note": TEXT,
            "changes": {
                "type": "object",
                "description": "Each changed field with its value before and after.",
                "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
            },
        },
        "One entry of the journal.",
    ),
    "Edge": closed(
        {
            "id": COUNT,
            "type": TEXT,
            "direction": {"enum": ["forth", "back"]},
            "label": TEXT,
            "record": _brief(),
            "need": nullable(COUNT),
            "valid_from": MOMENT,
            "valid_to": nullable(MOMENT),
        },
        "A relation, read from the record that was asked for.",
    ),
    "Impact": closed(
        {
            "items": {
                "type": "array",
                "items": _brief(
                    distance=COUNT,
                    parent={**nullable(TEXT), "description": "The record one step nearer, if it may be seen."},
                    relation=TEXT,
                    effect={"enum": ["failing", "degraded", ""]},
                ),
            },
            "total": {**COUNT, "description": "How many are affected."},
            "failing": {**COUNT, "description": "How many of them fail."},
            "hidden": {**COUNT, "description": "How many near ones the caller may not see."},
            "left_out": {
                "type": "array",
                "items": closed({"distance": COUNT, "kind": TEXT, "count": COUNT}),
                "description": "How many are beyond the limit.",
            },
            "edges": {
                "type": "array",
                "items": closed(
                    {
                        "supplier": TEXT,
                        "dependent": TEXT,
                        "relation": {**nullable(TEXT), "description": "None: over records that may not be seen."},
                        "need": {**nullable(COUNT), "description": "How many such suppliers must work, if not all."},
                    }
                ),
                "description": "Who suffers when who fails, among the items, the record and what stands in.",
            },
            "standing_in": {
                "type": "array",
                "items": _brief(),
                "description": "What works on where others are lost of which not all are needed.",
            },
            "services": {"type": "array", "items": _brief(effect={"enum": ["failing", "degraded"]})},
            "customers": {
                "type": "array",
                "items": closed({"number": TEXT, "title": TEXT, "people": COUNT}),
                "description": "For whom the failing services are.",
            },
            "for_all": {**COUNT, "description": "How many of the failing services are for everybody."},
            "everybody": {**COUNT, "description": "How many people that is."},
        },
        "What is affected, nearest first.",
        optional=("edges", "standing_in", "services", "customers", "for_all", "everybody"),
    ),
    "Attachment": closed(
        {
            "id": COUNT,
            "name": TEXT,
            "media_type": TEXT,
            "size": COUNT,
            "digest": {**TEXT, "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the bytes."},
            "audience": TEXT,
            "url": TEXT,
        },
        "A file on a record.",
    ),
    "Hit": closed({"number": TEXT, "kind": TEXT, "title": TEXT, "state": TEXT}, "A record that was found."),
    "Run": closed(
        {
            "id": {**TEXT, "format": "uuid"},
            "task": TEXT,
            "state": {"enum": [str(one) for one in RunState]},
            **{name: nullable(MOMENT) for name in ("queued_at", "started_at", "ended_at")},
            "done": COUNT,
            "total": nullable(COUNT),
            "message": TEXT,
            "result": {"description": "What came of it; while it runs, what has come of it so far."},
            "error": TEXT,
            "attempt": COUNT,
            "request": TEXT,
        },
        "A background run.",
    ),
    "Me": closed(
        {
            "person": nullable(ref("Reference")),
            "organisation": nullable(ref("Reference")),
            "teams": {"type": "array", "items": ref("Reference")},
            "rights": {
                "type": "array",
                "items": closed(
                    {
                        "verb": TEXT,
                        "kind": TEXT,
                        "scope": {"type": "array", "items": ref("Reference")},
                        "on_behalf_of": nullable(ref("Reference")),
                    }
                ),
            },
            "scope": {
                **TEXT,
                "description": "What the token is limited to; empty if to nothing.",
            },
            "zone": TEXT,
        },
        "Who asks, and what they may do.",
    ),
    "TypeBrief": closed(TYPE_BRIEF, "A record type; `path` is its name in addresses."),
    "Type": closed(
        {
            **TYPE_BRIEF,
            "states": {
                "type": "array",
                "items": closed({"key": TEXT, "label": TEXT, "waiting": TRUTH, "final": TRUTH}),
            },
            "order": TEXT,
            "fields": {
                "type": "array",
                "items": closed(
                    {
                        **dict.fromkeys(("name", "label", "help", "sort"), TEXT),
                        **dict.fromkeys(("required", "editable", "internal", "filterable", "sortable"), TRUTH),
                        "kind": nullable(TEXT),
                        "choices": {"type": "array", "items": closed({"value": ANYTHING, "label": TEXT})},
                        "max_length": nullable(COUNT),
                    }
                ),
            },
            "custom_fields": {"type": "object", "additionalProperties": ANYTHING},
            "readings": {"type": "array", "items": ref("ReportBrief")},
            "actions": {
                "type": "array",
                "items": closed(
                    {
                        **dict.fromkeys(("name", "label", "help", "verb", "why_not"), TEXT),
                        "from": {"type": "array", "items": TEXT},
                        "to": nullable(TEXT),
                        "undoable": TRUTH,
                        "schema": {"type": "object", "additionalProperties": ANYTHING},
                    }
                ),
            },
        },
        "A record type with its fields, states and actions.",
    ),
    "Operation": OPERATION,
    "Bulk": of_model(Bulk),
    "BulkResult": closed(
        {
            "request": TEXT,
            "dry_run": TRUTH,
            "done": COUNT,
            "refused": COUNT,
            "items": {
                "type": "array",
                "items": closed(
                    {
                        "index": COUNT,
                        "status": {"type": "integer"},
                        "number": nullable(TEXT),
                        "version": nullable(COUNT),
                        "url": TEXT,
                        "problem": ref("Problem"),
                    },
                    optional=("url", "problem"),
                ),
            },
        },
        "One item for each operation, in their order.",
    ),
    "ImportResult": closed(
        {
            "profile": TEXT,
            "request": {**TEXT, "description": "By this request id the whole import can be undone."},
            "dry_run": TRUTH,
            **dict.fromkeys(("rows", "left_out"), COUNT),
            **dict.fromkeys(("created", "changed", "unchanged", "refused", "dangling", "notes"), COUNT),
            "seconds": {"type": "number"},
            "kinds": {
                "type": "object",
                "description": "Created, changed and unchanged for each kind.",
                "additionalProperties": {"type": "object", "additionalProperties": COUNT},
            },
            "fields": {
                "type": "object",
                "description": "For each kind, on how many records that were there already which field changed.",
                "additionalProperties": {"type": "object", "additionalProperties": COUNT},
            },
            "findings": {
                "type": "object",
                "description": "The first of each sort: refused, dangling, note; in a dry run also change.",
                "additionalProperties": {"type": "array", "items": FINDING},
            },
            "samples": {
                "type": "array",
                "description": "In a dry run, what the first records of each rule of the profile would become.",
                "items": SAMPLE,
            },
            "report": {**TEXT, "description": "SHA-256 of the report of all findings; empty if there is none."},
        },
        "What came of an import; in a dry run, what would.",
    ),
    "Undo": of_model(Undo),
    "UndoResult": closed(
        {
            "request": TEXT,
            "dry_run": TRUTH,
            "undone": {**COUNT, "description": "On how many records it was undone."},
            "already": {**COUNT, "description": "On how many records it had been undone before."},
            "refused": {"type": "array", "items": closed({"number": TEXT, "reason": TEXT})},
            "hidden": {**COUNT, "description": "How many records were left that the caller may not see."},
        },
        "What was undone, and where that was not possible.",
    ),
}
