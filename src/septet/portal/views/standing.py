"""How the services stand."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from septet.portal.services import standing_of
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked


@require_safe
@page
def services(request: Asked) -> HttpResponse:
    """Every service that the reader may know of, what is disturbed, and what is planned."""
    return show(request, "portal/services.html", {"standing": standing_of(request.actor)})
