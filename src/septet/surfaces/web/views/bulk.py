"""One action on many records: how many it fits, which are refused and why, then all of it under one request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from septet.kernel import policy
from septet.kernel.actions import perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, SeptetError
from septet.kernel.listing import page as page_of
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.references import find_id
from septet.kernel.registry import Action, RecordType
from septet.surfaces.web.forms import Form, of_action, read
from septet.surfaces.web.locales import either
from septet.surfaces.web.navigation import list_address
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.actions import when
from septet.surfaces.web.views.lists import bulk_actions, open_list, query_of

MOST = 500


@dataclass(frozen=True)
class Refusal:
    """A record to which the action does not fit, and why."""

    number: str
    title: str
    reason: str


@require_POST
@page
def bulk(request: Asked, cluster: str, types: str) -> HttpResponse:
    """Ask for what an action needs and say what it will do; with `confirm`, do it."""
    it, actor = open_list(request, cluster, types), request.actor
    offered = {one.name: one for one in bulk_actions(it, actor)}
    if request.POST.get("action") not in offered:
        raise Invalid(_("Choose what to do with the records."))
    one = offered[request.POST["action"]]
    chosen = _chosen(request, it, actor)
    fitting, refused = _sorted_out(it, one, chosen, actor)
    form = of_action(it, one)
    status = 200
    if "confirm" in request.POST:
        try:
            return _done(request, it, one, form, fitting, refused)
        except Invalid as error:
            form, status = form.refused(error, request.POST), error.status
    context = {
        "it": it,
        "form": form,
        "fitting": fitting,
        "refused": refused,
        "numbers": [one.number for one in chosen],
        "address": list_address(it),
        "query": _asked(request).urlencode(),
        "back": _back(request, it),
    }
    return show(request, "web/bulk.html", context, status=status)


def _asked(request: Asked) -> QueryDict:
    """What the list was asked for from which the records were chosen."""
    return QueryDict(request.POST.get("query", "").lstrip("?"))


def _back(request: Asked, it: RecordType) -> str:
    """The address of that list."""
    query = _asked(request).urlencode()
    return f"{list_address(it)}?{query}" if query else list_address(it)


def _chosen(request: Asked, it: RecordType, actor: Actor) -> list[Any]:
    """The records that were ticked, or all that the list holds, up to a limit, of those the actor sees."""
    if request.POST.get("all") == "yes":
        found = page_of(replace(query_of(it, _asked(request), actor), limit=MOST, after=None), actor)
        if found.next is not None:
            sentence = _("The list holds more than %(most)s records. Filter it further, then do it in several steps.")
            raise Invalid(sentence % {"most": MOST})
        numbers = [one["number"] for one in found.items]
    else:
        numbers = request.POST.getlist("number")
    if not numbers:
        raise Invalid(_("Tick the records first."))
    ids = [find_id(one) for one in numbers[:MOST]]
    return list(visible_to(actor, it.model._default_manager.filter(pk__in=ids), it, few=True).order_by("pk"))


def _sorted_out(
    it: RecordType, one: Action, chosen: Sequence[Record], actor: Actor
) -> tuple[list[Record], list[Refusal]]:
    """The records that the action fits, and the others with the reason."""
    fitting, refused = [], []
    for record in chosen:
        reason = _why_not(it, one, record, actor)
        if reason:
            refused.append(Refusal(record.number, record.title, reason))
        else:
            fitting.append(record)
    return fitting, refused


def _why_not(it: RecordType, one: Action, record: Record, actor: Actor) -> str:
    if record.withdrawn_at is not None and not one.withdrawn:
        return _("It is withdrawn.")
    if one.from_ and record.state not in one.from_:
        fitting = either([it.states.label(state).lower() for state in one.from_])
        now = it.states.label(record.state).lower()
        return _("It is %(now)s; it would have to be %(fitting)s.") % {"now": now, "fitting": fitting}
    verdict = policy.may(actor, one.name, record)
    return "" if verdict else verdict.reason


def _done(
    request: Asked, it: RecordType, one: Action, form: Form, fitting: Sequence[Record], refused: list[Refusal]
) -> HttpResponse:
    """Do the action to each record, each for itself: one that refuses holds up none of the others."""
    params = read(form.inputs, request.POST, request.actor, unless={})
    at, note = when(request.POST, request.actor), request.POST.get("note", "").strip()
    done = 0
    for record in fitting:
        try:
            entry = perform(
                record, one.name, request.actor, via="web", note=note, at=at, request=request.id, params=params
            )
        except Invalid:
            if done == 0:
                raise
            refused.append(Refusal(record.number, record.title, _("The values do not fit this record.")))
        except SeptetError as error:
            refused.append(Refusal(record.number, record.title, error.detail))
        else:
            done += entry is not None
    said = ngettext("%(action)s: done to %(count)s record.", "%(action)s: done to %(count)s records.", done)
    undo = request.id if done and one.undoable else ""
    say(request, said % {"action": one.label, "count": done}, undo=undo)
    if not refused:
        return HttpResponseRedirect(_back(request, it))
    context = {"it": it, "done": done, "refused": refused, "label": one.label, "request_id": request.id, "undo": undo}
    return show(request, "web/bulk_done.html", {**context, "back": _back(request, it)})
