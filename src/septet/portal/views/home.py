"""The first page: search, ask, and what goes on."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from septet.portal import lists
from septet.portal.services import standing_of
from septet.portal.views.asking import offered
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked

FEW = 5


@require_safe
@page
def home(request: Asked) -> HttpResponse:
    """Everything at a glance."""
    actor = request.actor
    mine = lists.asked_by(actor, open_only=True)
    context = {
        "offered": offered(actor),
        "mine": mine[:FEW],
        "more": len(mine) > FEW,
        "shared": lists.shared_with(actor)[:FEW],
        "to_approve": lists.to_approve(actor),
        "news": lists.news_for(actor),
        "standing": standing_of(actor),
    }
    return show(request, "portal/home.html", context)
