"""The API's description, for programs and for people."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from septet.kernel.errors import NotFound
from septet.surfaces.api.openapi.document import document, encoded
from septet.surfaces.api.problems import DOCS, PROBLEMS

# What the document calls the operations of no one type.
GENERAL = "Septet"


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(encoded(), content_type="application/json")


def docs(request: HttpRequest) -> HttpResponse:
    """What holds for all record types, as a page that needs no JavaScript."""
    return HttpResponse(_rendered(None))


def docs_about(request: HttpRequest, about: str) -> HttpResponse:
    """The operations of one record type; all types on one page would be more than a browser shows at once."""
    if about == GENERAL or about not in _operations():
        raise NotFound(f"The API has no record type {about}; {DOCS} lists them.")
    return HttpResponse(_rendered(about))


@cache
def _operations() -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """The operations of each tag: method, path, and what the document says."""
    whole = document()
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {tag["name"]: [] for tag in whole["tags"]}
    for path, found in whole["paths"].items():
        root = "" if "servers" in found else whole["servers"][0]["url"]
        for method, one in found.items():
            if method in {"get", "post", "patch"}:
                params = [*found.get("parameters", []), *one.get("parameters", [])]
                by_tag[one["tags"][0]].append((method.upper(), root + path, {**one, "parameters": params}))
    return by_tag


@cache
def _rendered(about: str | None) -> str:
    whole = document()
    shown = {
        "whole": whole,
        "general": GENERAL,
        "about": about,
        "description": next((tag["description"] for tag in whole["tags"] if tag["name"] == about), ""),
        "operations": _operations()[about or GENERAL],
        "problems": PROBLEMS,
        "look": _look,
        "words": _words,
        "json": _json,
    }
    return render_to_string("api/docs_about.html" if about else "api/docs.html", shown)


def _look(pointer: dict[str, Any]) -> Any:
    """What a pointer of the document points to, or the thing itself if it is none."""
    if "$ref" not in pointer:
        return pointer
    found: Any = document()
    for step in str(pointer["$ref"]).removeprefix("#/").split("/"):
        found = found[step]
    return found


def _words(schema: dict[str, Any]) -> str:
    """A schema in a few words: its type, its choices, its limits."""
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    said = []
    for one in kinds:
        if "enum" in one:
            said.append("one of " + ", ".join(map(str, one["enum"])))
        elif kind := one.get("format") or one.get("type"):
            said.append(f"{kind}, at most {one['maxLength']} characters" if "maxLength" in one else str(kind))
    return f"({' or '.join(said)})" if said else ""


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
