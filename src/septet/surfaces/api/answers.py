"""Answers with a body, and the version of a record as an ETag."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from septet.kernel.errors import Invalid

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def as_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer with a JSON body; dataclasses are objects, moments end in Z."""
    body = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    return HttpResponse(body, status=status, content_type="application/json", headers=dict(headers or {}))


def etag(version: int) -> str:
    """The ETag of a record's version."""
    return f'"{version}"'


def expected_version(request: HttpRequest) -> int | None:
    """The version that If-Match names; None if any will do. Raises Invalid if it names no version of a record."""
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    found = _ETAG.fullmatch(given)
    if found is None:
        raise Invalid(fields={"If-Match": 'Send the ETag of the record as you last saw it, such as "3".'})
    return int(found[1])


def is_known(request: HttpRequest, version: int) -> bool:
    """Whether the caller has this version already, as If-None-Match says."""
    given = request.headers.get("If-None-Match", "")
    return str(version) in _ETAG.findall(given)
