"""How somebody in this session proved who they are, and how long ago."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from septet.kernel.actors import Actor
from septet.kernel.models import Account, Verb

# What shows more than that somebody reads a mailbox: a second factor, a passkey, the organisation's own sign-in.
STRONG = {"mfa", "socialaccount"}
REQUIRED: dict[str, Callable[[Actor], bool]] = {
    "nobody": lambda actor: False,
    "administrators": lambda actor: actor.has(Verb.ADMINISTER),
    "staff": lambda actor: actor.is_staff,
    "everybody": lambda actor: True,
}


def lacks_second_factor(request: HttpRequest, account: Account, actor: Actor) -> bool:
    """Whether SEPTET_SECOND_FACTOR asks for more than this session has shown."""
    if not REQUIRED[settings.SECOND_FACTOR](actor):
        return False
    return not any(one.get("method") in STRONG for one in get_authentication_records(request, account))


def was_recent(request: HttpRequest) -> bool:
    """Whether somebody proved who they are a short time ago, by whatever they came in."""
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(one["at"] > since for one in get_authentication_records(request, request.user))


def recently(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of a sensitive deed: who came in some time ago proves anew who they are, then the deed goes on.

    Whoever has no passkey, code or password cannot prove anything, and is not asked.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_reauthentication_required(request, app="allauth.mfa"):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return answer
