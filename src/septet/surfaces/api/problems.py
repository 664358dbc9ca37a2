"""What a caller is told when something does not work: RFC 9457 problem documents, never a stack trace."""

import logging
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from septet.kernel import errors
from septet.kernel.errors import SeptetError, TooLarge, Unavailable
from septet.kernel.storage_errors import as_septet_error
from septet.surfaces.attempts import TooOften

logger = logging.getLogger(__name__)

DOCS = "/api/v1/docs"
# Those that tell how long to wait.
PASSING = frozenset({TooOften.status, Unavailable.status})
UNAVAILABLE_SECONDS = 5


class Unauthenticated(SeptetError):
    """Nobody is named, or the token is unknown, expired or revoked."""

    status, title, slug = 401, "Sign in first", "unauthenticated"


class WrongMethod(SeptetError):
    """The address exists, but not for this method; the Allow header names those it has."""

    status, title, slug = 405, "Method not allowed", "wrong-method"

    def __init__(self, detail: str, allowed: list[str]) -> None:
        super().__init__(detail)
        self.allowed = allowed


class LengthRequired(SeptetError):
    """A body was sent without saying how long it is."""

    status, title, slug = 411, "Length required", "length-required"


class WrongMediaType(SeptetError):
    """The body is in a format that is not read here."""

    status, title, slug = 415, "Media type not supported", "wrong-media-type"


class Broken(SeptetError):
    """An error of ours. The log of the server has the details under the request's id."""

    status, title, slug = 500, "Something went wrong here", "broken"


PROBLEMS: tuple[type[SeptetError], ...] = (
    SeptetError,
    Unauthenticated,
    errors.Refused,
    errors.NotFound,
    WrongMethod,
    errors.Conflict,
    LengthRequired,
    errors.Stale,
    TooLarge,
    WrongMediaType,
    errors.Invalid,
    TooOften,
    Broken,
    Unavailable,
)
BY_STATUS = {one.status: one for one in PROBLEMS}


def problem_of(error: Exception) -> SeptetError:
    """The problem that a caller is told of for an error of any kind; what nobody foresaw is `Broken`."""
    match error:
        case SeptetError():
            return error
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return TooLarge("The body is larger than what is accepted here. Send large files as attachments.")
        case MultiPartParserError() | UnreadablePostError() | SuspiciousOperation():
            return SeptetError("The body could not be read to its end; send it again.")
    return as_septet_error(error) or Broken(
        "An error on our side; nothing was changed. Its details are in the server's log under the request id."
    )


def document_of(problem: SeptetError, instance: str, request_id: str) -> dict[str, Any]:
    """The problem document of RFC 9457; `fields` has one sentence for each field that does not fit."""
    found: dict[str, Any] = {
        "type": f"{DOCS}#{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "request": request_id,
    }
    return {**found, "fields": problem.fields} if problem.fields else found


def answer(error: Exception, instance: str, request_id: str) -> HttpResponse:
    """The answer to a request that failed; an error of ours goes to the log."""
    problem = problem_of(error)
    if problem.status >= 500:
        logger.error("Request %s to %s failed: %s", request_id, instance, error, exc_info=_trace(problem, error))
    response = HttpResponse(
        orjson.dumps(document_of(problem, instance, request_id)),
        status=problem.status,
        content_type="application/problem+json",
    )
    response.headers["Cache-Control"] = "no-store"
    if isinstance(problem, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Septet"'
    if isinstance(problem, WrongMethod):
        response.headers["Allow"] = ", ".join(problem.allowed)
    if problem.status in PASSING:
        seconds = problem.seconds if isinstance(problem, TooOften) else UNAVAILABLE_SECONDS
        response.headers["Retry-After"] = str(seconds)
    return response


def _trace(problem: SeptetError, error: Exception) -> Exception | None:
    return error if isinstance(problem, Broken) else None
