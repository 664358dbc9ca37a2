"""The whole document."""

from functools import cache

import orjson

from septet.kernel.registry import registry
from septet.surfaces.api.calls import ROOT
from septet.surfaces.api.openapi import fixed, offers, paths
from septet.surfaces.api.openapi.components import HEADERS, PARAMETERS, responses, schemas
from septet.surfaces.api.openapi.schemas import Schema

VERSION = "1"
ABOUT = """\
Everything that a page of Septet can do, with the same names, the same checks and the same errors.

Send `Authorization: Bearer TOKEN`. Every answer carries a request id, which stands in the journal too; `undo` takes \
back all that a request changed. Moments are ISO 8601 in UTC. Wherever a number is expected, `SOURCE:KEY` of an \
imported record serves as well; where it fits several records, the answer is 409 with the list. In every body that \
changes something, `note` says why and `at` when it was so, if not now.
"""


@cache
def document() -> Schema:
    """The OpenAPI 3.1 document of this installation's record types; custom fields are told by `/types/{name}`."""
    found: dict[str, Schema] = {}
    for it in registry.types.values():
        found |= paths.of_type(it) | offers.of_type(it)
    types = [{"name": it.path, "description": (type(it).__doc__ or "").strip()} for it in registry.types.values()]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Septet", "version": VERSION, "description": ABOUT, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": ROOT}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": "Septet", "description": "What belongs to no one record type."}, *types],
        "paths": fixed.paths() | offers.paths() | found,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            },
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": responses(),
            "schemas": schemas() | offers.schemas(),
        },
    }


@cache
def encoded() -> bytes:
    """The document as it is sent."""
    return orjson.dumps(document())


def snapshot() -> str:
    """The document as it is kept in the repository: indented, so that a change to it can be read."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
