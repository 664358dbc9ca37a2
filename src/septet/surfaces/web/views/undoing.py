"""Undo of a whole request or of one entry: first what would happen, then the button."""

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from septet.kernel.errors import NotFound
from septet.kernel.models import Entry
from septet.kernel.policy import entries_for
from septet.kernel.registry import registry
from septet.kernel.undo import check_known, extent, undo_entry, undo_request
from septet.kernel.work import enqueue
from septet.surfaces.api.background import undo_all
from septet.surfaces.web.pages import local, page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.records import at_address

SHOWN = 200
AT_ONCE = 500


@require_http_methods(["GET", "HEAD", "POST"])
@page
def request_undone(request: Asked, request_id: str) -> HttpResponse:
    """Undo everything that one call, import or bulk change did."""
    actor = request.actor
    check_known(request_id, actor)
    if Entry.objects.filter(request=request_id).order_by()[: AT_ONCE + 1].count() > AT_ONCE:
        return _large(request, request_id)
    report = undo_request(request_id, actor, via="web", dry_run=request.method != "POST", under=request.id)
    if request.method == "POST" and not report.refused and not report.hidden:
        counted = {"count": report.undone}
        say(request, ngettext("Undone on %(count)s record.", "Undone on %(count)s records.", report.undone) % counted)
        if "next" in request.POST:
            return HttpResponseRedirect(local(request.POST["next"]))
    context = {
        "report": report,
        "refused": report.refused[:SHOWN],
        "done": request.method == "POST",
        "request_id": request_id,
        "shown": SHOWN,
    }
    return show(request, "web/undo.html", context)


def _large(request: Asked, request_id: str) -> HttpResponse:
    """What changed much is undone in the background, by a run that tells in the end what it had to leave."""
    if request.method != "POST":
        by_kind = extent(Entry.objects.filter(request=request_id))
        kinds = [(_plural(kind), opened, others) for kind, (opened, others) in by_kind.items()]
        changed = sum(opened + others for _kind, opened, others in kinds)
        return show(request, "web/undo_large.html", {"changed": changed, "kinds": kinds, "request_id": request_id})
    dry_run = request.POST.get("dry_run") == "yes"
    told = {"person": request.actor.person, "undone": request_id, "note": "", "dry_run": dry_run, "under": request.id}
    run = enqueue(undo_all, asked_by=request.actor, request=request.id, via="web", **told)
    return HttpResponseRedirect(f"/runs/{run.pk}/")


def _plural(kind: str) -> str:
    return registry.types[kind].label_plural if kind in registry.types else kind


@require_http_methods(["GET", "HEAD", "POST"])
@page
def entry_undone(request: Asked, number: str, entry_id: int) -> HttpResponse:
    """Undo one entry of a record's journal."""
    found = at_address(request, number)
    entry = entries_for(request.actor, found).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(_("There is no such entry, or you may not see it."))
    if request.method == "POST":
        undo_entry(entry_id, request.actor, via="web", under=request.id)
        say(request, _("Undone."))
        return HttpResponseRedirect(f"/r/{found.number}/")
    return show(request, "web/undo_entry.html", {"record": found, "entry": entry})
