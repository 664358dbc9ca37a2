"""The first page of administration, all tokens, and the settings as they are."""

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import septet
from septet import environment
from septet.kernel.models import Account, Anchor, Entry, FailedReaction, Run, RunState, Token
from septet.kernel.registry import RecordType, registry
from septet.surfaces.web import locales
from septet.surfaces.web.navigation import list_address, may_list, meaning_of
from septet.surfaces.web.pages import administrators, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.tokens import shown

PER_PAGE = 100
GIGABYTE = 1024**3
TIGHT = 2 * GIGABYTE


@dataclass(frozen=True, slots=True)
class Place:
    """A page of administration and what it is for."""

    label: str
    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """How one part of the system is; `tone` as of a tag."""

    label: str
    text: str
    tone: str
    href: str = ""


@require_safe
@administrators
def index(request: Asked) -> HttpResponse:
    """What can be set up and looked after, and how the system is."""
    types = [it for it in registry.types.values() if may_list(request.actor, it)]
    context = {
        "signs": signs(),
        "groups": [
            (_("Who comes in"), _access()),
            (_("People and teams"), _places(it for it in types if it.about_people)),
            (_("What governs the work"), _places(it for it in types if it.governs)),
            (_("What the system does"), _system()),
        ],
    }
    return show(request, "web/administration.html", context)


def _access() -> list[Place]:
    root = "/administration/"
    return [
        Place(_("Accounts"), f"{root}accounts/", _("Who can sign in; links for the first time; lost devices.")),
        Place(_("Tokens"), f"{root}tokens/", _("Programs that act for somebody: whose, what for, when last used.")),
        Place(_("Second log"), f"{root}log/", _("Signing in, exports, refusals, looks at what is restricted.")),
        Place(_("Settings"), f"{root}settings/", _("What the environment says: sign-in, mail, addresses.")),
    ]


def _system() -> list[Place]:
    root = "/administration/"
    return [
        Place(_("Imports"), "/imports/", _("Bring records in from files: try first, then for real, with a way back.")),
        Place(_("Background runs"), f"{root}runs/", _("What waits, what runs, what failed; stop it or try again.")),
        Place(_("Reactions"), f"{root}reactions/", _("What should have followed a change, and did not.")),
        Place(_("Components"), "/help/components/", _("Every part of the pages, for those who build some.")),
    ]


def _places(types: Any) -> list[Place]:
    return [Place(it.label_plural, list_address(it), _meaning(it)) for it in sorted(types, key=lambda it: it.path)]


def _meaning(it: RecordType) -> str:
    """The first sentence of what a type is for."""
    return meaning_of(it).partition(". ")[0].rstrip(".").replace("`", "") + "."


def signs() -> list[Sign]:
    """How the system is, in a few words each; what is not well says where to look."""
    now = timezone.now()
    late = Run.objects.filter(state=RunState.QUEUED, run_after__lte=now - timedelta(minutes=5)).count()
    failed = Run.objects.filter(state=RunState.FAILED).count()
    parked = FailedReaction.objects.filter(retry_at=None).count()
    ends = Entry.objects.aggregate(last=Max("position"))["last"] or 0
    sealed = Anchor.objects.aggregate(last=Max("last"))["last"] or 0
    free = shutil.disk_usage(settings.DATA_DIR).free
    runs, reactions = "/administration/runs/", "/administration/reactions/"
    return [
        Sign(_("Version"), septet.__version__, ""),
        Sign(_("Database"), "PostgreSQL" if connection.vendor == "postgresql" else "SQLite", ""),
        Sign(_("Waiting for a worker"), locales.number(late), "warn" if late else "good", runs),
        Sign(_("Failed runs"), locales.number(failed), "warn" if failed else "good", f"{runs}?state=failed"),
        Sign(_("Parked reactions"), locales.number(parked), "bad" if parked else "good", reactions),
        Sign(_("Journal entries"), locales.number(ends), ""),
        Sign(_("Not yet sealed"), locales.number(max(0, ends - sealed)), ""),
        Sign(_("Free for files"), f"{locales.number(round(free / GIGABYTE, 1))} GB", "bad" if free < TIGHT else "good"),
    ]


@require_safe
@administrators
def tokens(request: Asked) -> HttpResponse:
    """Tokens of everybody, those that open something first."""
    everybody = request.GET.get("all") == "yes"
    rows = Token.objects.select_related("account", "account__person").order_by("revoked_at", "-created_at")
    if not everybody:
        rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
    context = {
        "tokens": shown(rows, PER_PAGE),
        "everybody": everybody,
        "accounts": Account.objects.filter(is_active=True).count(),
    }
    return show(request, "web/all_tokens.html", context)


@require_safe
@administrators
def as_set(request: Asked) -> HttpResponse:
    """Every setting as it is; of secrets only whether they are set."""
    rows = []
    for name in sorted(environment.SETTINGS | environment.SECRETS):
        secret = name in environment.SECRETS
        held = os.environ.get(name, "") or (os.environ.get(f"{name}_FILE", "") if secret else "")
        shown = (_("set, not shown") if held else "") if secret else held
        rows.append((name, shown, secret))
    return show(request, "web/settings.html", {"rows": rows})
