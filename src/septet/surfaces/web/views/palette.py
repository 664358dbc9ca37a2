"""The palette: everywhere to go, everything to create, whatever can be done to the record at hand; and what is
suggested while somebody types the name of a record."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, NotFound
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.reading import next_actions
from septet.kernel.references import find
from septet.kernel.registry import number_of, registry
from septet.kernel.search import search
from septet.surfaces.web.navigation import navigation
from septet.surfaces.web.pages import creatable_links, page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.records import step, steps_of

LONGEST = 200
PLAIN_ID = re.compile(r"\d{1,18}", re.ASCII)
MOST = 8
SUGGESTED = 10
# Actions that have buttons of their own on the page, and forms all the same.
BESIDE = ("relate", "watch", "share")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette."""

    label: str
    href: str
    icon: str
    aside: str = ""
    drawer: bool = False


@require_safe
@page
def palette(request: Asked) -> HttpResponse:
    """What fits the words typed so far, in groups."""
    text, at = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("at", "")
    actor = request.actor
    groups = [
        (_("Do"), _actions(actor, at, text)),
        (_("Opened last"), _recent(actor, request.GET.get("recent", "")) if not text else []),
        (_("Go to"), _pages(actor, text)),
        (_("Create"), _creations(actor, text)),
        (_("Records"), _records(actor, text)),
    ]
    if text and registry.by_prefix.keys() & {text.partition("-")[0].upper()}:
        groups.reverse()
    shown = [(heading, found) for heading, found in groups if found]
    return show(request, "web/palette.html", {"groups": shown, "count": sum(len(found) for _h, found in shown)})


def fits(text: str, label: str) -> int:
    """How well a label answers what was typed: 0 not at all, 3 if it begins with it. Every word typed must begin one
    of the label's."""
    typed, words = text.casefold(), label.casefold()
    if not typed:
        return 1
    if words.startswith(typed):
        return 3
    pieces = words.replace("-", " ").split()
    return 2 if all(any(piece.startswith(one) for piece in pieces) for one in typed.split()) else 0


def _best(text: str, choices: Iterable[Choice], most: int = MOST) -> list[Choice]:
    scored = [(fits(text, one.label), one) for one in choices]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score][:most]


def _actions(actor: Actor, at: str, text: str) -> list[Choice]:
    if not at:
        return []
    try:
        record = find(at, actor)
    except (NotFound, Conflict):
        return []
    it, here = registry.types[record.kind], f"/r/{record.number}/"
    allowed = next_actions(record, actor)
    steps = steps_of(it, record, allowed)
    beside = [step(one) for one in allowed if one.name in BESIDE]
    choices = [
        Choice(one.label, f"{here}do/{one.name}/", "wand", record.number, drawer=True)
        for one in (*steps["first"], *steps["other"], *beside, *steps["seldom"])
    ]
    if any(one.name == "edit" for one in allowed):
        choices.insert(len(steps["first"]), Choice(_("Edit"), f"{here}edit/", "pencil", record.number))
    if not (it.is_work or it.governs or it.about_people):
        choices.append(Choice(_("Show on the map"), f"/map/{record.number}/", "topology-star", record.number))
    return _best(text, choices)


def _pages(actor: Actor, text: str) -> list[Choice]:
    nav = navigation(actor)
    choices = [Choice(str(one.label), one.href, one.icon or "arrow-right") for one in nav.daily]
    for section in nav.sections:
        choices += [Choice(str(one.label), one.href, section.icon, str(section.label)) for one in section.links]
    choices.append(Choice(_("My account"), "/me/", "user-circle"))
    return _best(text, choices, MOST if text else 4)


def _creations(actor: Actor, text: str) -> list[Choice]:
    choices = [
        Choice(_("New %(type)s") % {"type": str(one.label).lower()}, f"{one.href}new/", "plus")
        for one in creatable_links(actor)
    ]
    return _best(text, choices, MOST if text else 3)


def _records(actor: Actor, text: str) -> list[Choice]:
    """The record with this number, or those that hold the words."""
    if not text:
        return []
    try:
        one = find(text, actor)
    except (NotFound, Conflict):
        hits = search(text, actor, limit=MOST) if len(text) > 1 else []
        return [_choice(hit.number, hit.title, hit.kind, hit.state) for hit in hits]
    return [_choice(one.number, one.title, one.kind, one.state)]


def _recent(actor: Actor, numbers: str) -> list[Choice]:
    """The records of these numbers, in this order, as far as the actor may see them."""
    ids = [int(pk) for _, _, pk in (one.rpartition("-") for one in numbers.split(",")[:MOST]) if PLAIN_ID.fullmatch(pk)]
    rows = visible_to(actor, Record.objects.filter(pk__in=ids, withdrawn_at=None))
    found = {pk: (kind, title, state) for pk, kind, title, state in rows.values_list("pk", "kind", "title", "state")}
    return [_choice(number_of(found[pk][0], pk), found[pk][1], found[pk][0], found[pk][2]) for pk in ids if pk in found]


def _choice(number: str, title: str, kind: str, state: str) -> Choice:
    return Choice(title, f"/r/{number}/", "ticket", f"{number} · {registry.types[kind].states.label(state)}")


@require_safe
@page
def look_up(request: Asked) -> HttpResponse:
    """Suggestions for a reference that is being typed; before anything is, those that this person is likely to mean."""
    kind, text = request.GET.get("kind", "*"), request.GET.get("q", "").strip()[:LONGEST]
    return show(request, "web/options.html", {"found": _suggestions(text, kind, request.actor), "text": text})


def _suggestions(text: str, kind: str, actor: Actor) -> list[dict[str, Any]]:
    if kind != "*" and kind not in registry.types:
        return []
    if len(text) < 2:
        return _likely(kind, actor)
    hits = search(text, actor, kind=None if kind == "*" else kind, limit=SUGGESTED)
    return [{"number": one.number, "title": one.title, "kind": one.kind} for one in hits]


def _likely(kind: str, actor: Actor) -> list[dict[str, Any]]:
    """Oneself and one's teams; nothing for kinds of which there may be very many."""
    own: dict[str, list[int | None]] = {
        "person": [actor.person],
        "function-team": [*actor.teams],
        "organisation": [actor.organisation],
    }
    ids = [pk for pk in own.get(kind, []) if pk is not None]
    rows = visible_to(actor, Record.objects.filter(pk__in=ids, withdrawn_at=None)).order_by("title")
    found = rows.values_list("pk", "kind", "title")[:SUGGESTED]
    return [{"number": number_of(kind, pk), "title": title, "kind": kind} for pk, kind, title in found]
