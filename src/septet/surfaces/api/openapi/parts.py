"""Pieces of which the document's operations are put together."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from septet.kernel.registry import registry
from septet.surfaces.api.openapi.schemas import Schema, ref
from septet.surfaces.api.problems import BY_STATUS

# What any call may answer, and what any call that changes something may answer besides.
ANY = (400, 401, 403, 422, 429, 500, 503)
READ_ONE = (404, 409)
WRITE = (404, 409, 411, 413, 415)
JSON = "application/json"
# The id in the numbers of examples.
SAMPLE = 4711


def operation(
    id: str,
    tag: str,
    summary: str,
    answers: Mapping[int, Any],
    *,
    params: Sequence[Schema] = (),
    body: Schema | None = None,
    problems: Sequence[int] = (),
    description: str = "",
) -> Schema:
    """One operation. `answers` holds for each status a schema, a whole response, or the name of a shared one."""
    found: Schema = {"operationId": id, "tags": [tag], "summary": summary}
    if description:
        found["description"] = description
    if params:
        found["parameters"] = list(params)
    if body is not None:
        found["requestBody"] = body
    responses = {str(status): _response(status, one) for status, one in answers.items()}
    for status in sorted({*ANY, *problems} - set(answers)):
        responses[str(status)] = {"$ref": f"#/components/responses/{problem_name(status)}"}
    found["responses"] = responses
    return found


def _response(status: int, answer: Any) -> Schema:
    """A whole response as it is, a schema as JSON, a name of one of the responses among the components."""
    if isinstance(answer, str):
        return {"$ref": f"#/components/responses/{answer}"}
    if "content" in answer or "headers" in answer:
        return {"description": HTTPStatus(status).phrase, **answer}
    return response(HTTPStatus(status).phrase, schema=answer)


def response(description: str, *headers: str, schema: Schema | None = None) -> Schema:
    """A response for the components."""
    shown = {"X-Request-Id": header("RequestId"), **{name: header(name.replace("-", "")) for name in headers}}
    found: Schema = {"description": description, "headers": shown}
    return found if schema is None else {**found, "content": {JSON: {"schema": schema}}}


def problem_name(status: int) -> str:
    """The name of a problem's response among the components: `NotFound`."""
    return BY_STATUS[status].slug.title().replace("-", "")


def header(name: str) -> Schema:
    """A pointer to a header among the components."""
    return {"$ref": f"#/components/headers/{name}"}


def parameter(name: str) -> Schema:
    """A pointer to a parameter among the components."""
    return {"$ref": f"#/components/parameters/{name}"}


def query(name: str, description: str, schema: Schema | None = None) -> Schema:
    """A parameter of the query."""
    return {"name": name, "in": "query", "description": description, "schema": schema or {"type": "string"}}


def json_body(schema: Schema, examples: Sequence[Any] = (), *, required: bool = True) -> Schema:
    """A body of JSON."""
    content: Schema = {"schema": schema}
    if examples:
        content["examples"] = {f"example-{place}": {"value": _told(one)} for place, one in enumerate(examples, start=1)}
    return {"required": required, "content": {JSON: content}}


def _told(example: Any) -> Any:
    """An example in which every `@kind` is the number of such a record."""
    if isinstance(example, dict):
        return {name: _told(value) for name, value in example.items()}
    if isinstance(example, list):
        return [_told(one) for one in example]
    if isinstance(example, str) and example[:1] == "@" and example[1:] in registry.types:
        return f"{registry.types[example[1:]].prefix}-{SAMPLE}"
    return example


def items_of(schema: Schema) -> Schema:
    """An object whose `items` are a list."""
    return {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": schema}}}


def page_of(schema: Schema) -> Schema:
    """One page of a list; the count of all of it only if it was asked for."""
    properties = {
        "items": {"type": "array", "items": schema},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        "count": {"type": "integer", "minimum": 0},
    }
    return {"type": "object", "required": ["items", "next"], "properties": properties}


def named(name: str) -> Schema:
    """A list of one of the components."""
    return items_of(ref(name))
