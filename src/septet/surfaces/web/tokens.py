"""Tokens on pages: what a form says a new one may do, and what each may do in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.limits import CREATE, DO, FEED, IMPORT, READ, RUN, UNDO, checked_scope
from septet.kernel.models import Token, Verb
from septet.kernel.readings import offers
from septet.kernel.registry import RecordType, registry
from septet.surfaces.web.navigation import may_list

CHOSEN, EVERYTHING = "chosen", "everything"
# What is offered first is what gives least.
ACCESS = {
    READ: _lazy("only read"),
    CHOSEN: _lazy("only what is chosen below"),
    EVERYTHING: _lazy("whatever I may do"),
}
COLUMNS = ((READ, _lazy("Read")), (CREATE, _lazy("Open")), (DO, _lazy("Do everything")))


@dataclass(frozen=True, slots=True)
class Shown:
    """A token in a list: whether it still opens anything, with the tone of that, and what it may do."""

    token: Token
    standing: str
    tone: str
    may: list[str]


def shown(rows: QuerySet[Token], most: int) -> list[Shown]:
    """The first of some tokens as lists show them."""
    return [Shown(one, *_standing(one), in_words(one.scope)) for one in rows[:most]]


def _standing(token: Token) -> tuple[str, str]:
    if token.revoked_at:
        return _("Revoked"), ""
    expired = token.expires_at is not None and token.expires_at <= timezone.now()
    return (_("Expired"), "warn") if expired else (_("Valid"), "good")


def in_words(scope: str) -> list[str]:
    """What a scope allows, a few words for each of its own."""
    return [_word(one) for one in scope.split()] or [_("Whatever the person may do")]


def _word(written: str) -> str:
    word, _colon, of = written.partition(":")
    alone = {
        READ: _("Read everything"),
        DO: _("Do everything"),
        CREATE: _("Open records of every type"),
        RUN: _("Run every procedure"),
        IMPORT: _("Import"),
        UNDO: _("Undo"),
        FEED: _("Calendar feeds"),
    }
    if written in alone:
        return alone[written]
    if word == RUN:
        one = offers.procedures.get(of)
        return _("Run: %(procedure)s") % {"procedure": one.label if one else of}
    it = registry.types.get(of)
    types = it.label_plural.lower() if it else of
    said = {
        READ: _("Read %(types)s"),
        DO: _("Do everything with %(types)s"),
        CREATE: _("Open %(types)s"),
    }.get(word, _("%(action)s: %(types)s"))
    action = it.actions[word].label if it and word in it.actions else word
    return said % {"types": types, "action": action}


def asked_scope(form: QueryDict) -> str:
    """The scope that a form asks for. Raises Invalid."""
    access = form.get("access", READ)
    if access not in ACCESS:
        raise Invalid(fields={"access": _("Choose what the token may do.")})
    if access == EVERYTHING:
        return ""
    if access == READ:
        return READ
    words = [*form.getlist("scope"), *form.get("actions", "").replace(",", " ").split()]
    if not words:
        raise Invalid(fields={"scope": _("Choose at least one thing that the token may do.")})
    return checked_scope(words)


def choices(actor: Actor, given: QueryDict | None = None) -> dict[str, Any]:
    """What the form of a new token offers, and what was given when it was sent before."""
    return {
        "access": ACCESS,
        "columns": COLUMNS,
        "types": sorted(_types(actor), key=lambda it: (not it.is_work, it.governs, it.label_plural)),
        "alone": _alone(actor),
        "given": given or QueryDict(),
    }


def _types(actor: Actor) -> list[RecordType]:
    return [it for it in registry.types.values() if may_list(actor, it)]


def _alone(actor: Actor) -> list[tuple[str, str]]:
    found = [(UNDO, _("Undo what a request did"))]
    if actor.has(Verb.IMPORT):
        found.insert(0, (IMPORT, _("Import files")))
    if any(one.verb is None or actor.has(one.verb, one.kind) for one in offers.procedures.values()):
        found.append((RUN, _("Run procedures")))
    return found
