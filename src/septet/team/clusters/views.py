"""The page of the role clusters."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from septet.kernel.readings import read_report
from septet.surfaces.web.navigation import CLUSTERS
from septet.surfaces.web.pages import show
from septet.surfaces.web.requests import Asked
from septet.team.staff import staff_page


@require_safe
@staff_page
def clusters(request: Asked) -> HttpResponse:
    """What each role cluster is for, who works in it and who answers for it."""
    context = {
        "clusters": read_report("role-clusters", request.actor, {}),
        "icons": {str(key): drawing for key, (_label, drawing) in CLUSTERS.items()},
    }
    return show(request, "clusters/all.html", context)
