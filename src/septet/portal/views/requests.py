"""What somebody asked for, and one of them: how far it is, what was said, what they can do."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel.actions import action_of, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.models import Approval, Decision
from septet.kernel.policy import fields_for
from septet.kernel.reading import attachments, history, next_actions, titles_of
from septet.kernel.references import find
from septet.kernel.registry import Action, registry
from septet.portal import lists, progress
from septet.portal.views.asking import attach
from septet.surfaces.web.forms import of_action, read
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views import timeline
from septet.surfaces.web.views.records import at_address

# What is offered beside saying something, with the words of this page; everything else is for the staff's page.
OFFERED = ("close", "reopen", "cancel", "approve", "reject")
TEXTS = ("description", "symptoms", "answer", "resolution")


@require_safe
@page
def requests(request: Asked) -> HttpResponse:
    """Everything I asked for, and what is shared with me."""
    context = {"mine": lists.asked_by(request.actor), "shared": lists.shared_with(request.actor)}
    return show(request, "portal/requests.html", context)


@require_safe
@page
def one(request: Asked, number: str) -> HttpResponse:
    """One request."""
    found = at_address(request, number)
    if found.number != number:
        return HttpResponseRedirect(f"/portal/requests/{found.number}/")
    return _shown(request, found)


def _shown(request: Asked, found: Any, problem: str = "", status: int = 200) -> HttpResponse:
    it, actor = registry.types[found.kind], request.actor
    readable = set(fields_for(actor, found)) - set(it.internal)
    allowed = next_actions(found, actor)
    told = [one for one in history(found, actor) if one["audience"] != "internal"]
    context = {
        "it": it,
        "record": found,
        "progress": progress.of(it, found.state, progress.waiting_for(found)),
        "steps": progress.steps() if it.is_work else [],
        "texts": [(it.fields[name].label, getattr(found, name)) for name in TEXTS if name in readable],
        "service": titles_of([found.service_id], actor)[found.service_id][1] if found.service_id else "",
        "history": timeline.of(it, told),
        "files": [one for one in attachments(found, actor) if one.audience != "internal"],
        "offered": [_worded(one) for one in allowed if one.name in OFFERED and _means_something(one, found, actor)],
        "may_speak": any(one.name == "comment" for one in allowed),
        "may_attach": any(one.name == "attach" for one in allowed),
        "problem": problem,
    }
    return show(request, "portal/request.html", context, status)


def _means_something(one: Action, found: Any, actor: Actor) -> bool:
    """Answers are offered to whom they are asked of; closing and the like to whoever asked."""
    if one.name in ("approve", "reject"):
        pending = Approval.objects.filter(record_id=found.pk, decision=Decision.PENDING)
        return pending.filter(approver_id__in=actor.voices).exists()
    return bool(found.requester_id == actor.person)


def _worded(one: Action) -> dict[str, Any]:
    """An action in the reader's words, and whether it asks for a reason."""
    words = {
        "close": _("Yes, it is done"),
        "reopen": _("No, it is not over"),
        "cancel": _("I no longer need it"),
        "approve": _("Approve"),
        "reject": _("Reject"),
    }
    return {"name": one.name, "label": words[one.name], "asks": "reason" in one.params}


@require_POST
@page
def say_something(request: Asked, number: str) -> HttpResponse:
    """Write to those who work on it, with files if there are any."""
    found = at_address(request, number)
    text, files = request.POST.get("text", "").strip(), request.FILES.getlist("files")
    if not text and not files:
        return _shown(request, found, _("Write something, or choose a file."), 422)
    if text:
        params = {"text": text}
        if request.actor.is_staff:
            # On this page staff speak with whoever asked.
            params["audience"] = "requester"
        perform(found, "comment", request.actor, via="web", request=request.id, params=params)
    say(request, attach(request, found, files) or _("Sent."))
    return HttpResponseRedirect(f"/portal/requests/{found.number}/")


@require_POST
@page
def do(request: Asked, number: str, action: str) -> HttpResponse:
    """Say that it is done, that it is not, or answer what was asked."""
    if action not in OFFERED:
        raise NotFound(_("There is no such page. Check the address."))
    found = find(number, request.actor)
    one = action_of(registry.types[found.kind], action)
    params = read(of_action(registry.types[found.kind], one).inputs, request.POST, request.actor, unless={})
    try:
        perform(found, action, request.actor, via="web", request=request.id, params=params)
    except Invalid as error:
        return _shown(request, find(number, request.actor), " ".join(error.fields.values()) or error.detail, 422)
    say(request, _("Thank you. It is noted."))
    return HttpResponseRedirect(f"/portal/requests/{found.number}/")
