"""One call of the API: who asks, under which request id, with which parameters and which body."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from septet.kernel import accounts, log
from septet.kernel.actions import new_request
from septet.kernel.actors import Actor, of_account
from septet.kernel.errors import Invalid, NotFound, Refused, SeptetError
from septet.kernel.models import Account, Confidentiality, Entry, Record
from septet.kernel.references import find
from septet.kernel.registry import RecordType, registry
from septet.lib.text import is_encoded_text, suggestion
from septet.surfaces import attempts, pace
from septet.surfaces.api import problems
from septet.surfaces.api.problems import LengthRequired, Unauthenticated, WrongMediaType, WrongMethod
from septet.surfaces.proof import lacks_second_factor

ROOT = "/api/v1"
VIA = "api"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_WRONG_TOKENS = 100
View = Callable[..., HttpResponseBase]


class Elsewhere(Exception):
    """What was asked for has another address."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass
class Call:
    """One authenticated call. `id` is its request id; `account` the id of the account; `record` what it is about."""

    request: HttpRequest
    actor: Actor
    account: int
    id: str
    record: Record | None = None

    def params(self, *known: str) -> dict[str, str]:
        """The query's parameters, each given once at most. Raises Invalid for others."""
        return single_params(self.request, known)

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; an empty body is an empty object. Raises SeptetError or TooLarge."""
        return read_object(self.request)

    def type(self, path: str) -> RecordType:
        """The record type with this name in the address. Raises NotFound with a suggestion."""
        if path not in registry.by_path:
            raise NotFound(f"There is nothing called {path!r} here.{suggestion(path, registry.by_path)}")
        return registry.by_path[path]

    def readable(self, path: str) -> RecordType:
        """The same, if the token may read such records. Raises Refused besides."""
        it = self.type(path)
        self.demand_reading(it)
        return it

    def demand_reading(self, it: RecordType | None = None) -> None:
        """Refuse what needs to read records of a type, or of all types, by a token that may not. Raises Refused."""
        limits = self.actor.limits
        if limits is None or limits.may_read(it.kind if it else "*"):
            return
        what, scope = (it.label_plural.lower(), f"read:{it.kind}") if it else ("records of every type", "read")
        raise Refused(f"This token may not read {what}: it is limited to {limits}. Use one with the scope {scope}.")

    def demand_scope(self, *words: str) -> None:
        """Refuse a limited token that has none of these words in its scope. Raises Refused."""
        limits = self.actor.limits
        if limits is not None and not limits.allow(*words):
            raise Refused(f"This token is limited to {limits}. Use one with the scope {words[0]}.")

    def find(self, types: str, written: str) -> Any:
        """The record of an address, by number, id or SOURCE:KEY.

        Raises NotFound, Conflict, or Elsewhere if it is of another type or its number has another prefix.
        """
        it = self.readable(types)
        record = find(written, self.actor)
        self.record = record
        as_number = "-" in written and ":" not in written
        if record.kind != it.kind or (as_number and written.upper() != record.number):
            rest = "".join(f"/{quote(one)}" for one in self.request.path.split("/")[5:])
            query = self.request.META.get("QUERY_STRING", "")
            raise Elsewhere(f"{address(record)}{rest}{'?' if query else ''}{query}")
        if record.confidentiality == Confidentiality.RESTRICTED and self.request.method in SAFE:
            log.note("restricted-read", self.actor, via=VIA, request=self.id, record=record)
        return record


def address(record: Record) -> str:
    """The path of a record."""
    return f"{ROOT}/{registry.types[record.kind].path}/{record.number}"


def endpoint(*, public: bool = False, only: Callable[..., Container[str]] | None = None, **methods: View) -> View:
    """A Django view over one function for each method, each called as `f(call, **parts of the address)`.

    It finds out who asks, turns every error into a problem document and puts the request id on every answer. With
    `public` anybody may ask, and the functions are called with Django's request. `only` says of the parts of an address
    which of the methods that one has.
    """

    @csrf_exempt
    def view(request: HttpRequest, **path: str) -> HttpResponseBase:
        request_id = requested_id(request)
        call: Call | None = None
        response: HttpResponseBase
        try:
            here = methods if only is None else _narrowed(methods, only(**path))
            function = _method(request, here)
            if public:
                response = function(request, **path)
            else:
                call = authenticated(request, request_id)
                request_id = call.id = _own_id(call)
                _refuse_broken_query(request)
                response = function(call, **path)
        except Elsewhere as moved:
            response = HttpResponsePermanentRedirect(moved.path, preserve_request=request.method not in SAFE)
        except Exception as error:  # noqa: BLE001  # whatever it is, the caller gets a problem document; problems logs it
            response = problems.answer(error, request.path, request_id)
            if isinstance(error, Refused) and call is not None:
                _note_refusal(call, error)
        response.headers["X-Request-Id"] = request_id
        if not public:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers.setdefault("Vary", "Authorization, Cookie")
        return response

    return view


def _own_id(call: Call) -> str:
    """The call's request id, or a fresh one if it wants to write under the id of what somebody else did: whoever
    undoes a request should undo what one person did, and no more."""
    if call.request.method in SAFE or "X-Request-Id" not in call.request.headers:
        return call.id
    # What followed by itself from one's own doing stands under one's own id too.
    others = Entry.objects.filter(request=call.id, caused_by=None).exclude(actor_id=call.actor.person)
    return new_request() if others.exists() else call.id


def _narrowed(methods: dict[str, View], names: Container[str]) -> dict[str, View]:
    return {name: one for name, one in methods.items() if name in names}


def _method(request: HttpRequest, methods: dict[str, View]) -> View:
    name = "GET" if request.method == "HEAD" else str(request.method)
    if name not in methods:
        allowed = sorted([*methods, *(["HEAD"] if "GET" in methods else [])])
        raise WrongMethod(f"{name} is not possible here; {', '.join(allowed)} is.", allowed)
    return methods[name]


def _refuse_broken_query(request: HttpRequest) -> None:
    """Django would read what is no UTF-8 as other characters. Raises SeptetError."""
    if not is_encoded_text(request.META.get("QUERY_STRING", "")):
        raise SeptetError("The query of the address is not UTF-8 text.")


def requested_id(request: HttpRequest) -> str:
    """The request id that the caller gave if it is a UUID, otherwise a fresh one."""
    given = request.headers.get("X-Request-Id", "")
    try:
        return str(UUID(given)) if given else new_request()
    except ValueError:
        return new_request()


def authenticated(request: HttpRequest, request_id: str) -> Call:
    """The call of a program with a token or of a signed-in person. Raises Unauthenticated, TooOften,
    Refused for a forged one."""
    given = request.headers.get("Authorization", "")
    if given:
        scheme, _, secret = given.partition(" ")
        found = accounts.find_actor(secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            attempts.failed("token", request)
            attempts.check("token", request, MOST_WRONG_TOKENS)
            raise Unauthenticated("The token is not known, has expired or was revoked. Ask for a new one.")
        pace.take(found.token)
        if found.actor.limits is not None and not found.actor.limits.open_the_api:
            raise Refused("This token opens calendar feeds alone. Make one for the API under My account.")
        if found.first_use_today:
            log.note("token-use", found.actor, via=VIA, request=request_id, detail=found.label)
        return Call(request, found.actor, found.account, request_id)
    user = getattr(request, "user", None)
    if not isinstance(user, Account):
        raise Unauthenticated('Send "Authorization: Bearer TOKEN", or sign in on the page.')
    if request.method not in SAFE and _is_forged(request):
        raise Refused("The form has expired. Load the page again; programs send a token instead.")
    try:
        actor = of_account(user)
    except NotFound:
        raise Unauthenticated("The person of this account is no longer here.") from None
    if lacks_second_factor(request, user, actor):
        raise Refused("Your organisation asks for a second factor. Set one up under My account.")
    return Call(request, actor, user.pk, request_id)


def _is_forged(request: HttpRequest) -> bool:
    """Whether a request with a session's cookie does not prove that it comes from one of our pages."""
    checker = CsrfViewMiddleware(_nothing)
    checker.process_request(request)
    return checker.process_view(request, _nothing, (), {}) is not None


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _note_refusal(call: Call, error: Refused) -> None:
    detail = f"{call.request.method} {call.request.path}: {error.detail}"
    log.note("refusal", call.actor, via=VIA, request=call.id, record=call.record, detail=detail[:500])


def single_params(request: HttpRequest, known: Iterable[str]) -> dict[str, str]:
    """The query's parameters, each given once at most. Raises Invalid for unknown and for repeated ones."""
    names = list(known)
    wrong = {}
    for name, values in request.GET.lists():
        if name not in names:
            wrong[name] = f"There is no parameter {name!r} here.{suggestion(name, names)}"
        elif len(values) > 1:
            wrong[name] = "Give this once."
        elif "\x00" in values[0]:
            wrong[name] = "A text cannot hold the NUL character."
    if wrong:
        raise Invalid(fields=wrong)
    return request.GET.dict()


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty object. Raises SeptetError, WrongMediaType, TooLarge."""
    demand_length(request)
    raw = request.body
    if not raw.strip():
        return {}
    kind = str(request.content_type)
    if kind not in {"application/json", "application/merge-patch+json"}:
        raise WrongMediaType(f"The body is {kind or 'of no type'}; send application/json.")
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise SeptetError(f"The body is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise SeptetError("The body must be a JSON object, such as {}.")
    return found


def demand_length(request: HttpRequest) -> None:
    """Refuse a body of unknown length, of which the server would read nothing. Raises LengthRequired."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not request.headers.get("Content-Length"):
        raise LengthRequired("Send the body with its length in the Content-Length header.")


def truth(params: dict[str, str], name: str) -> bool:
    """A parameter that is true or false; false when it is missing. Raises Invalid."""
    text = params.get(name, "false").lower()
    if text not in {"true", "false", "1", "0", ""}:
        raise Invalid(fields={name: "Write true or false."})
    return text in {"true", "1"}
