"""My own account: zone, tokens for programs."""

from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import log
from septet.kernel.accounts import new_token, told
from septet.kernel.errors import Invalid, NotFound, SeptetError
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import Account, Token
from septet.surfaces.proof import recently
from septet.surfaces.web import locales, tokens
from septet.surfaces.web.navigation import navigation
from septet.surfaces.web.pages import THEME_COOKIE, THEMES, local, page, prefer, say, show
from septet.surfaces.web.requests import Asked

LASTS = {"30": _lazy("30 days"), "90": _lazy("90 days"), "365": _lazy("a year"), "": _lazy("until it is revoked")}
MOST_TOKENS = 50
MOST_PINS = 20


@require_safe
@page
def me(request: Asked) -> HttpResponse:
    """My account."""
    return _shown(request)


def _shown(request: Asked, secret: str = "", problem: SeptetError | None = None) -> HttpResponse:
    rows = Token.objects.filter(account=request.user).order_by("revoked_at", "-created_at")
    context = {
        "account": request.user,
        "tokens": tokens.shown(rows, MOST_TOKENS),
        "offered": tokens.choices(request.actor, request.POST if problem else None),
        "errors": problem.fields if problem else {},
        "secret": secret,
        "lasts": LASTS,
        "zones": sorted(available_timezones()),
        "languages": [(one, locales.name_of(one)) for one in locales.OFFERED],
        "now": timezone.now(),
    }
    return show(request, "web/me.html", context, status=problem.status if problem else 200)


@require_POST
@page
def set_reading(request: Asked) -> HttpResponse:
    """How I want to read: the zone of times, the form of dates and numbers, whether single keys do anything."""
    zone, language = request.POST.get("zone", "").strip(), request.POST.get("language", request.user.language)
    check_zone(zone)
    if language not in locales.OFFERED:
        raise Invalid(fields={"language": _("Choose one of the list.")})
    Account.objects.filter(pk=request.user.pk).update(zone=zone, language=language)
    prefer(request, keys=request.POST.get("keys") == "yes")
    say(request, _("Saved. Times are shown as in %(zone)s.") % {"zone": zone})
    return HttpResponseRedirect("/me/")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the looks in a cookie of this browser."""
    wanted = request.POST.get("theme", "")
    response = HttpResponseRedirect(local(request.POST.get("next")))
    if wanted in THEMES:
        response.set_cookie(
            THEME_COOKIE, wanted, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@require_POST
@page
def pin(request: Asked) -> HttpResponse:
    """Put a list on top of my menu, or take it off again."""
    href = request.POST.get("href", "")
    held = [one for one in request.user.preferences.get("pins", ()) if one != href]
    known = {one.href for one in navigation(request.actor).links}
    if href in known and len(held) == len(request.user.preferences.get("pins", ())):
        held.append(href)
    prefer(request, pins=held[-MOST_PINS:])
    return HttpResponseRedirect(local(request.POST.get("next"), href))


@require_POST
@page
@recently
def add_token(request: Asked) -> HttpResponse:
    """A new token of mine; its secret is on the answer and nowhere else."""
    try:
        label, until, scope = _asked(request.POST)
    except Invalid as problem:
        return _shown(request, problem=problem)
    secret = new_token(request.user, label, until, scope=scope)
    log.note("token-made", request.actor, via="web", request=request.id, detail=told(label, scope))
    return _shown(request, secret)


def _asked(form: QueryDict) -> tuple[str, datetime | None, str]:
    """What a new token is for, until when it holds, and its scope. Raises Invalid."""
    label, days = form.get("label", "").strip(), form.get("days", "")
    if not label or len(label) > 100:
        raise Invalid(fields={"label": _("Say in at most 100 characters what the token is for.")})
    if days not in LASTS:
        raise Invalid(fields={"days": _("Choose how long the token is valid.")})
    return label, timezone.now() + timedelta(days=int(days)) if days else None, tokens.asked_scope(form)


@require_POST
@page
def revoke_token(request: Asked, token_id: int) -> HttpResponse:
    """End one of my tokens; programs that use it are refused from now on."""
    revoke(request, token_id, request.user)
    return HttpResponseRedirect("/me/")


def revoke(request: Asked, token_id: int, account: Account) -> None:
    """End a token of an account. Raises NotFound."""
    token = Token.objects.filter(pk=token_id, account=account).first()
    if token is None:
        raise NotFound(_("There is no such token."))
    Token.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    log.note("token-revoked", request.actor, via="web", request=request.id, detail=token.label)
    say(request, _("The token “%(label)s” is revoked.") % {"label": token.label})
