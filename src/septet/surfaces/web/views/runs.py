"""One background run as whoever asked for it sees it: how far it is, and what came of it."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import work
from septet.kernel.errors import NotFound
from septet.kernel.models import Run, Verb
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked


@require_safe
@page
def run(request: Asked, run_id: UUID) -> HttpResponse:
    """A run of mine; an administrator sees everybody's."""
    found = of_mine(request, run_id)
    percent = min(100, found.done * 100 // found.total) if found.total else None
    return show(request, "web/run.html", {"run": found, "percent": percent, "ended": found.ended_at is not None})


@require_POST
@page
def cancel(request: Asked, run_id: UUID) -> HttpResponse:
    """Stop a run of mine."""
    work.cancel(of_mine(request, run_id).pk)
    say(request, _("It stops as soon as it can. What is done so far stays and can be undone."))
    return HttpResponseRedirect(f"/runs/{run_id}/")


def of_mine(request: Asked, run_id: UUID) -> Run:
    """A run that this actor asked for. Raises NotFound, also for everybody else's."""
    found = Run.objects.filter(pk=run_id).first()
    mine = found is not None and found.asked_by is not None and found.asked_by == request.actor.person
    if found is None or not (mine or request.actor.has_everywhere(Verb.ADMINISTER)):
        raise NotFound(_("There is no such run, or you may not see it."))
    return found
