"""Checks answers of the API against its OpenAPI document: the address, the status, the headers, every value."""

import json
import re
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema
from jsonschema import Draft202012Validator, FormatChecker

FORMATS = FormatChecker(["date", "uuid"])
# Answers to what has no operation: an address that does not exist, a method that an address does not have.
UNDOCUMENTED = (404, 405)


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """Septet's moments are in UTC and say so."""
    return not isinstance(value, str) or (value.endswith("Z") and datetime.fromisoformat(value).tzinfo is not None)


class Conformance:
    """A document ready to check answers against."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.root = document["servers"][0]["url"]
        schemas = document["components"]["schemas"]
        merged = {name: _merged(one, schemas) for name, one in schemas.items()}
        self.components = _closed(document["components"] | {"schemas": merged})
        self.paths = [(re.compile(self._pattern(path)), found) for path, found in document["paths"].items()]
        self.paths.sort(key=lambda one: one[0].pattern.count("[^/]+"))

    def _pattern(self, path: str) -> str:
        root = "" if "servers" in self.document["paths"][path] else self.root
        return "^" + re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(root + path)) + "$"

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation behind a method and a path, None if the document has none."""
        for pattern, found in self.paths:
            if pattern.match(path) and method.lower() in found:
                one: dict[str, Any] = found[method.lower()]
                return one
        return None

    def check(self, method: str, path: str, answer: Any) -> None:
        """Raise AssertionError with the first difference between an answer and the document."""
        one = self.operation("get" if method == "HEAD" else method, path)
        where = f"{method} {path} -> {answer.status_code}"
        if one is None:
            assert answer.status_code in UNDOCUMENTED, f"{where}: no such operation in the document"
            response = self.components["responses"]["NotFound" if answer.status_code == 404 else "WrongMethod"]
        else:
            assert str(answer.status_code) in one["responses"], f"{where}: the status is not documented"
            response = self.resolved(one["responses"][str(answer.status_code)])
        for name, pointer in response.get("headers", {}).items():
            if self.resolved(pointer).get("required"):
                assert name in answer.headers, f"{where}: the header {name} is missing"
        self._check_content(where, response.get("content"), answer)

    def _check_content(self, where: str, content: dict[str, Any] | None, answer: Any) -> None:
        if content is None:
            assert answer.getvalue() == b"", f"{where}: a body where none is documented"
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        found = content.get(kind, content.get("*/*"))
        assert found is not None, f"{where}: {kind} is not documented"
        if kind.endswith("json"):
            self.validate(where, found["schema"], json.loads(answer.getvalue()))

    def validate(self, where: str, schema: dict[str, Any], value: Any) -> None:
        """Raise AssertionError if a value does not fit a schema."""
        whole = {"components": self.components, "allOf": [_closed(schema)]}
        errors = Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value)
        worst = jsonschema.exceptions.best_match(errors)
        assert worst is None, f"{where}: {worst.json_path}: {worst.message}"

    def resolved(self, pointer: dict[str, Any]) -> dict[str, Any]:
        """What a pointer points to, or the thing itself."""
        found: Any = pointer
        while "$ref" in found:
            steps = found["$ref"].removeprefix("#/components/").split("/")
            found = self.components
            for step in steps:
                found = found[step]
        result: dict[str, Any] = found
        return result


def _merged(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A schema put together of several, as the one object that they describe."""
    parts = [schemas[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in schema.get("allOf", [])]
    if not parts:
        return schema
    return {
        "type": "object",
        "required": [name for one in parts for name in one["required"]],
        "properties": {name: found for one in parts for name, found in one["properties"].items()},
    }


def _closed(schema: Any) -> Any:
    """The same with every object closed, so that a property that is not documented is found."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(one) for key, one in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        found.setdefault("additionalProperties", False)
    return found


@cache
def conformance() -> Conformance:
    """For the document of the running code."""
    from septet.surfaces.api.openapi.document import document

    return Conformance(json.loads(json.dumps(document())))
