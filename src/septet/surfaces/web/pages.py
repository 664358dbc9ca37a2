"""The frame of every page: who asks, what they may open, how an error reads."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, wraps
from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from septet.kernel import log, policy
from septet.kernel.actions import new_request
from septet.kernel.actors import Actor, of_account
from septet.kernel.errors import NotFound, Refused, SeptetError, TooLarge
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import Account, Verb
from septet.kernel.registry import RecordType, registry
from septet.kernel.storage_errors import as_septet_error
from septet.surfaces import proof
from septet.surfaces.attempts import is_address
from septet.surfaces.web import locales, only_text
from septet.surfaces.web.help.finding import about
from septet.surfaces.web.navigation import Link, Navigation, list_address, navigation
from septet.surfaces.web.requests import Asked

View = Callable[..., HttpResponseBase]
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark", "contrast")
NAV_COOKIE, OPEN_COOKIE = "nav", "nav-open"
DRAWER = "drawer-body"
MOST_MENUS = 200
FIRST_PAGES = frozenset({"/", "/my-work/", "/portal/"})
logger = logging.getLogger(__name__)


def page(view: View) -> View:
    """A view for those who are signed in: it gets an `Asked`, and what it refuses becomes a page.

    Where SEPTET_SECOND_FACTOR asks for more than somebody has shown, it leads to where that is set up.
    """

    def answer(request: Asked, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if proof.lacks_second_factor(request, request.user, request.actor):
            return HttpResponseRedirect("/me/sign-in/")
        return view(request, *args, **kwargs)

    return signed_in(wraps(view)(answer))


def signed_in(view: View) -> View:
    """A page for those who are signed in, by whatever: only where a second factor is set up or one goes out."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        asked = cast("Asked", request)
        try:
            asked.actor = of_account(asked.user)
        except NotFound:
            logout(request)
            return _to_sign_in(request)
        asked.id = new_request()
        with timezone.override(check_zone(asked.actor.zone)), locales.reading(asked.user.language):
            response = _or_error(_only_text(view), asked, *args, **kwargs)
        if asked.htmx and isinstance(response, HttpResponseRedirect):
            response = HttpResponse(status=204, headers={"HX-Redirect": response.url})
        response.headers["X-Request-Id"] = asked.id
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return caught(answer)


def _only_text(view: View) -> View:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        only_text.refuse_other(request)
        return view(request, *args, **kwargs)

    return answer


def administrators(view: View) -> View:
    """A page that only administrators know of."""

    def answer(request: Asked, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.has_everywhere(Verb.ADMINISTER):
            raise NotFound(_("There is no such page, or you may not see it."))
        return view(request, *args, **kwargs)

    return page(wraps(view)(answer))


def caught(view: View) -> View:
    """A view whose errors become pages, whoever asks."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _or_error(view, request, *args, **kwargs)

    return answer


def _or_error(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except SeptetError as error:
        note_refusal(request, error)
        return error_page(request, error)
    except RequestDataTooBig:
        return error_page(
            request, TooLarge(_("That is more than a form may hold; nothing was changed. Attach it as a file."))
        )
    except (DatabaseError, InterfaceError, OSError) as error:
        trouble = as_septet_error(error)
        if trouble is None:
            raise
        logger.warning("Storage failed: %s", trouble.detail)
        return bare_error(request, trouble.status, trouble.title, trouble.detail)


def note_refusal(request: HttpRequest, error: SeptetError) -> None:
    """Put into the second log that somebody was not allowed to do something."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and isinstance(error, Refused):
        log.note("refusal", actor, via="web", request=getattr(request, "id", ""), detail=error.detail)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    where = request.get_full_path() if request.method == "GET" else "/"
    goal = f"/sign-in/?next={quote(where)}" if where != "/" else "/sign-in/"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": goal})
    return HttpResponseRedirect(goal)


def show(
    request: HttpRequest, template: str | list[str], context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page inside the frame, with what the frame needs to know; beside another page where a drawer asked for it."""
    actor: Actor | None = getattr(request, "actor", None)
    around = look(request)
    if actor is not None:
        around |= frame(cast("Asked", request), actor, (context or {}).get("it"))
    given = {"request": request, "actor": actor, "here": request.get_full_path(), "frame": around}
    return render(request, template, {**given, **(context or {})}, status=status)


def look(request: HttpRequest) -> dict[str, Any]:
    """What every page needs, whoever reads it."""
    return {
        "theme": theme_of(request),
        "language": get_language() or "en",
        "narrow_nav": request.COOKIES.get(NAV_COOKIE) == "rail",
        "keys_on": True,
        "in_drawer": False,
        "offers_passkey": False,
        "said": [],
    }


def frame(request: Asked, actor: Actor, it: RecordType | None) -> dict[str, Any]:
    """What the frame of a page shows to somebody who is signed in; `it` is the type that the page is about."""
    nav = navigation(actor)
    kept = request.user.preferences
    address = list_address(it) if it is not None else request.path
    return {
        "nav": menu(nav, address, kept.get("pins", ()), request.COOKIES.get(OPEN_COOKIE)),
        "keys_on": kept.get("keys", True),
        "in_drawer": bool(request.htmx) and request.htmx.target == DRAWER,
        "creatable": creatable_links(actor),
        "help": about(it, request.path),
        "is_administrator": actor.has_everywhere(Verb.ADMINISTER),
        "may_import": actor.has(Verb.IMPORT),
        # Read by whole pages alone, so that no fragment of one takes them away.
        "said": messages.get_messages(request),
        "offers_passkey": _offers_passkey(request),
    }


def _offers_passkey(request: HttpRequest) -> bool:
    """Whether to tell of passkeys: on pages where a day begins, if the browser can keep one, which it does for a host
    with a name alone."""
    offered = request.session.get("offer_second_factor", False) and request.path in FIRST_PAGES
    return offered and not is_address(split_domain_port(request.get_host())[0].strip("[]"))


def menu(nav: Navigation, address: str, pins: Sequence[str], opened: str | None) -> Markup:
    """The menu as HTML, with the page at an address marked; kept, since pages of one list have the same one. `opened`
    names the groups that the reader left open; what is usual without it, and always that of the page."""
    at = nav.at(address)
    key = at, tuple(pins), opened, locales.text_language()
    if key not in nav.kept:
        if len(nav.kept) > MOST_MENUS:
            nav.kept.clear()
        context = {
            "nav": nav,
            "at": at,
            "pinned": [one for one in nav.links if one.href in pins],
            "opened": [one.key for one in nav.sections if one.usual] if opened is None else opened.split("."),
        }
        nav.kept[key] = Markup(render_to_string("web/frame/nav.html", context))  # noqa: S704  # a template's own HTML
    html: Markup = nav.kept[key]
    return html


def theme_of(request: HttpRequest) -> str:
    """The looks that this browser asked for: light, dark, high contrast, or as the system has it."""
    wanted = request.COOKIES.get(THEME_COOKIE, "")
    return wanted if wanted in THEMES else "auto"


def creatable(actor: Actor) -> list[RecordType]:
    """The types of which the actor may open a record, work first, rules last."""
    found = [it for it in registry.types.values() if policy.may_create(actor, it)]
    return sorted(found, key=lambda it: (it.governs, not it.is_work))


def creatable_links(actor: Actor) -> tuple[Link, ...]:
    """The same as addresses; people with the same rights share them."""
    return _creatable_links(actor.rights, actor.all_rights, actor.person is None)


@lru_cache(maxsize=512)
def _creatable_links(rights: Any, all_rights: bool, nobody: bool) -> tuple[Link, ...]:
    actor = Actor(name="", person=None if nobody else 0, rights=rights, all_rights=all_rights)
    return tuple(Link(it.label, list_address(it)) for it in creatable(actor) if not it.governs)


def prefer(request: Asked, **chosen: Any) -> None:
    """Keep what somebody chose for their own pages."""
    request.user.preferences = {**request.user.preferences, **chosen}
    Account.objects.filter(pk=request.user.pk).update(preferences=request.user.preferences)


def say(request: HttpRequest, sentence: str, *, undo: str = "") -> None:
    """Tell the reader on the next page what was done; `undo` is the request id by which it can be undone."""
    messages.success(request, sentence, extra_tags=undo)


def local(address: str | None, fallback: str = "/") -> str:
    """An address given in a form or a query if it leads to this site, else the fallback."""
    safe = bool(address) and url_has_allowed_host_and_scheme(str(address), allowed_hosts=None)
    return str(address) if safe else fallback


def error_page(request: HttpRequest, error: SeptetError) -> HttpResponse:
    """An error in plain words: what happened, and what to do. The sentence is the one that the API gives."""
    context = {"title": error.title, "sentence": error.detail, "problems": error.fields, "status": error.status}
    return show(request, "web/error.html", context, status=error.status)


def bare_error(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """An error page that asks nothing of database or session, for when these are what failed."""
    context = {"title": title, "sentence": sentence, "status": status, "frame": look(request)}
    return render(request, "web/error_bare.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be understood; 413 when it was too large."""
    if isinstance(exception, RequestDataTooBig):
        return bare_error(
            request, 413, _("Too large"), _("That is more than Septet takes at once. Nothing was changed.")
        )
    return bare_error(request, 400, _("The request could not be understood"), _("Go back and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not one of ours, or it is older than the browser's session."""
    sentence = _("This form is out of date or came from elsewhere; nothing was changed. Load the page again.")
    return bare_error(request, 403, _("Not allowed"), sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 of Django's own."""
    return bare_error(request, 403, _("Not allowed"), _("You may not do this."))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such address."""
    return bare_error(request, 404, _("Not found"), _("There is no such page. Check the address."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault; what went wrong stands in the log of the server, not on the page."""
    sentence = _("Something went wrong on our side. It was written to the server's log. Nothing half-done was kept.")
    return bare_error(request, 500, _("That should not have happened"), sentence)
