"""Feeds: making an address by which a calendar program subscribes, and answering it."""

import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import log
from septet.kernel.accounts import TokenUse, find_actor, new_token, told
from septet.kernel.actions import new_request
from septet.kernel.calendar.events import Found, Wanted, find
from septet.kernel.errors import Invalid
from septet.kernel.limits import FEED
from septet.kernel.registry import registry
from septet.surfaces import attempts, pace
from septet.surfaces.proof import recently
from septet.surfaces.web.calendar import asked, ical
from septet.surfaces.web.calendar.views import inputs
from septet.surfaces.web.pages import caught, page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.profile import LASTS

BEHIND, AHEAD = timedelta(days=60), timedelta(days=335)
MOST_WRONG = 50
NARROWING = {name: kind for name, kind in asked.NAMED.items() if name != "calendar"}


@require_safe
@page
def subscribe(request: Asked) -> HttpResponse:
    """The form by which I make a feed of what I look at."""
    return _shown(request, request.GET)


@require_POST
@page
@recently
def make(request: Asked) -> HttpResponse:
    """A new feed of mine; its address is on the answer and nowhere else."""
    sent, problems = request.POST, dict[str, str]()
    label, days = sent.get("label", "").strip(), sent.get("days", "")
    if not label or len(label) > 100:
        problems["label"] = _("Name the feed in at most 100 characters.")
    if days not in LASTS:
        problems["days"] = _("Choose how long the feed is valid.")
    kinds, named, mine = asked.narrowing(sent, request.actor, problems)
    kinds = kinds or usual()
    if about := [registry.types[kind].label_plural for kind in kinds if not ical.may_be_fed(registry.types[kind])]:
        sentence = _("What is about people does not leave by a feed: %(names)s. Take it off.")
        raise Invalid(fields={"kinds": sentence % {"names": ", ".join(about)}})
    query = urlencode(
        {
            "kinds": ",".join(kinds),
            **{name: record.number for name, record in named.items() if name in NARROWING},
            **({"mine": "yes"} if mine else {}),
        },
        safe=",",
    )
    until = timezone.now() + timedelta(days=int(days)) if days else None
    secret = new_token(request.user, label, until, scope=FEED, query=query)
    log.note("token-made", request.actor, via="web", request=request.id, detail=told(label, FEED))
    return _shown(request, QueryDict(query), f"{settings.PUBLIC_URL}/calendar/feeds/{secret}.ics")


def _shown(request: Asked, params: QueryDict, secret: str = "") -> HttpResponse:
    kinds, named, mine = asked.narrowing(params, request.actor, {})
    wanted = set(kinds or usual())
    offered = [it for it in asked.offered(request.actor) if ical.may_be_fed(it)]
    narrowed = ", ".join(record.title for name, record in named.items() if name in NARROWING)
    names = ", ".join(it.label_plural for it in offered if it.kind in wanted)
    context: dict[str, Any] = {
        "secret": secret,
        "webcal": "webcal://" + secret.partition("://")[2],
        "kinds": [(it.kind, it.label_plural, it.kind in wanted) for it in offered],
        "inputs": inputs(named, NARROWING),
        "mine": mine,
        "lasts": LASTS,
        "label": " · ".join(filter(None, (names, narrowed)))[:100],
        "behind": BEHIND.days,
        "ahead": AHEAD.days,
    }
    return show(request, "web/calendar/subscribe.html", context)


def usual() -> tuple[str, ...]:
    """The kinds that a feed holds if none is chosen."""
    return tuple(kind for kind in asked.usual_kinds() if ical.may_be_fed(registry.types[kind]))


@require_safe
@caught
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A feed, for whoever knows its address: what its person may see at this moment."""
    use = find_actor(secret)
    # What opens more does not belong into an address.
    if use is None or use.actor.limits is None or use.actor.limits.open_the_api:
        attempts.failed("feed", request)
        attempts.check("feed", request, MOST_WRONG)
        return HttpResponse(
            _("There is no such feed. It was revoked or has expired; make a new one in the calendar.") + "\n",
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    pace.take(use.token)
    if use.first_use_today:
        log.note("token-use", use.actor, via="web", request=new_request(), detail=use.label)
    with timezone.override(use.actor.zone):
        body = _body(use)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="septet.ics"'
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


def _body(use: TokenUse) -> bytes:
    """What the feed holds. What it was narrowed to and cannot be seen any more leaves nothing of it."""
    today = timezone.localdate()
    since, until = asked.midnight(today - BEHIND), asked.midnight(today + AHEAD)
    found: list[Found] = []
    with suppress(Invalid):
        kinds, named, mine = asked.narrowing(QueryDict(use.query), use.actor, {})
        found, _more = find(use.actor, Wanted(since, until, kinds, mine=mine, called_off=True, once=True, **named))
    return ical.written(found, use.label, (since.date(), until.date()))
