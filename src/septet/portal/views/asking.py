"""Asking for something: what to choose from, and a short form."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from septet.kernel import policy, uploads
from septet.kernel.actions import create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound, SeptetError
from septet.kernel.registry import registry
from septet.portal.services import standing_of
from septet.surfaces.web.forms import Form, read
from septet.surfaces.web.forms import of_record as inputs_of
from septet.surfaces.web.pages import note_refusal, page, say, show
from septet.surfaces.web.requests import Asked

# What is asked, if the type has it; everything else is for the desk to find out.
ASKED = ("title", "description", "service", "impact", "call_back")


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that one may ask for."""

    kind: str
    label: str
    text: str
    icon: str


def offered(actor: Actor) -> list[Offer]:
    """What the actor may ask for, the most usual first."""
    known = {
        "incident": Offer(
            "incident", _("Something does not work"), _("A fault, an error, something slow."), "lifebuoy"
        ),
        "service-request": Offer("service-request", _("I need something"), _("Access, a device, software."), "package"),
        "interaction": Offer("interaction", _("I have a question"), _("How something works, whom to ask."), "message"),
    }
    types = [it for it in registry.types.values() if it.requesters_create and it.is_work]
    found = [
        known.get(it.kind, Offer(it.kind, it.label, "", "ticket"))
        for it in types
        if policy.may_create(actor, it) or actor.person is not None
    ]
    order = list(known)
    return sorted(found, key=lambda one: order.index(one.kind) if one.kind in order else len(order))


@require_safe
@page
def choose(request: Asked) -> HttpResponse:
    """What to ask for."""
    return show(request, "portal/choose.html", {"offered": offered(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@page
def ask(request: Asked, kind: str) -> HttpResponse:
    """Write a request and send it."""
    offer = next((one for one in offered(request.actor) if one.kind == kind), None)
    if offer is None:
        raise NotFound(_("There is no such page. Check the address."))
    it = registry.types[kind]
    inputs = [one for one in inputs_of(it, None, request.actor) if one.name in ASKED]
    form = Form("create", offer.label, tuple(inputs))
    services = [(number, title) for title, number, _text in standing_of(request.actor).known]
    context = {"offer": offer, "it": it, "services": services, "given": _given(request, it)}
    if request.method != "POST":
        return show(request, "portal/ask.html", context | {"form": form, "problems": {}})
    try:
        fields = read(inputs, request.POST, request.actor, unless={}) | {"requester": request.actor.person}
        made = create(kind, request.actor, via="web", request=request.id, fields=fields)
    except SeptetError as error:
        note_refusal(request, error)
        refused = context | {"form": form.refused(error, request.POST), "problems": error.fields}
        return show(request, "portal/ask.html", refused, error.status)
    left_out = attach(request, made, request.FILES.getlist("files"))
    said = _("We have your request: %(number)s.") % {"number": made.number}
    say(request, f"{said} {left_out}".strip())
    return HttpResponseRedirect(f"/portal/requests/{made.number}/")


def _given(request: Asked, it: Any) -> dict[str, str]:
    source = request.POST if request.method == "POST" else request.GET
    chosen = {name: source.get(name, "") for name in ASKED}
    if not chosen["impact"] and "impact" in it.fields:
        chosen["impact"] = str(it.fields["impact"].plain(it.fields["impact"].default))
    return chosen


def attach(request: Asked, record: Any, files: Sequence[Any]) -> str:
    """Put files on a record; what could not be taken, as a sentence for the reader."""
    problems = []
    for sent in files:
        name = str(sent.name or "file")
        try:
            digest, size = uploads.receive(sent.chunks(), request.actor)
            media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            params = {"name": name, "digest": digest, "size": size, "media_type": media_type}
            if request.actor.is_staff:
                params["audience"] = "requester"
            perform(record, "attach", request.actor, via="web", request=request.id, params=params)
        except SeptetError as error:
            problems.append(f"{name}: {' '.join(error.fields.values()) or error.detail}")
    return " ".join(problems)
