"""Doing something to one record: the form of an action, and what comes of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from septet.kernel.actions import action_of, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound, SeptetError
from septet.kernel.reading import body, next_actions
from septet.kernel.references import find
from septet.kernel.registry import registry
from septet.lib.moments import parse_moment
from septet.surfaces.web.forms import Form, filled, of_action, read
from septet.surfaces.web.pages import local, note_refusal, page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.records import at_address, form_on, numbers_of
from septet.surfaces.web.views.sections import row_asked


@require_http_methods(["GET", "HEAD", "POST"])
@page
def do(request: Asked, number: str, action: str) -> HttpResponse:
    """Ask for what an action needs, filled in as far as the address says, or do it; what was refused comes back with
    everything that was typed."""
    found = at_address(request, number)
    one = action_of(registry.types[found.kind], action)
    if action == "edit":
        raise NotFound(_("Open the record and choose Edit."))
    if request.method != "POST":
        if one not in next_actions(found, request.actor):
            return HttpResponseRedirect(f"/r/{found.number}/")
        shown = body(found, request.actor)
        form = form_on(found, one, shown, request.actor)
        row = row_asked(registry.types[found.kind], action, request.GET.get("row", ""), shown)
        held = filled([each for each in form.inputs if each.name in row], row, numbers_of(row))
        given = {each.name: each.text for each in held} | {name: str(text) for name, text in request.GET.items()}
        inputs = tuple(replace(each, text=given.get(each.name, each.text)) for each in form.inputs)
        return action_page(request, found, replace(form, inputs=inputs))
    try:
        entry = perform(
            found,
            action,
            request.actor,
            via="web",
            note=request.POST.get("note", "").strip(),
            at=when(request.POST, request.actor),
            request=request.id,
            params=read(of_action(registry.types[found.kind], one).inputs, request.POST, request.actor, unless={}),
        )
    except SeptetError as error:
        if error.status == 404 and not isinstance(error, Invalid):
            raise
        note_refusal(request, error)
        now = find(number, request.actor)
        form = form_on(now, one, body(now, request.actor), request.actor)
        return action_page(request, now, form.refused(error, request.POST), error.status)
    if entry is None:
        say(request, _("%(action)s: nothing changed.") % {"action": one.label})
    else:
        said = _("%(action)s: done.") % {"action": one.label}
        say(request, said, undo=request.id if one.undoable else "")
    return HttpResponseRedirect(local(request.POST.get("next"), f"/r/{found.number}/"))


def action_page(request: Asked, found: Any, form: Form, status: int = 200) -> HttpResponse:
    """The form of an action on a page of its own, or beside the page it was asked from."""
    context = {"record": found, "it": registry.types[found.kind], "form": form}
    return show(request, "web/action.html", context, status)


def when(post: QueryDict, actor: Actor) -> datetime | None:
    """The time that somebody gave for what they tell of; None for now. Raises Invalid."""
    text = post.get("at", "").strip()
    try:
        return parse_moment(text, ZoneInfo(actor.zone), timezone.now()) if text else None
    except ValueError as error:
        raise Invalid(fields={"at": str(error)}) from None
