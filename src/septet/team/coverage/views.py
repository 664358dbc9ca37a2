"""The page of coverage: by service, by person, by skill."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel import policy
from septet.kernel.readings import read_report
from septet.kernel.registry import registry
from septet.surfaces.web.pages import show
from septet.surfaces.web.requests import Asked
from septet.team.coverage.readings import Coverage
from septet.team.staff import staff_page

SERVICES_ON_A_PAGE = 100


@require_safe
@staff_page
def coverage(request: Asked) -> HttpResponse:
    """Who answers for what, where nobody does, who carries too much, and what nobody can do."""
    actor, view = request.actor, request.GET.get("show", "")
    asked = {name: request.GET[name] for name in ("service", "only", "page") if request.GET.get(name)}
    found: Coverage = read_report("coverage", actor, {"limit": SERVICES_ON_A_PAGE, **asked})
    overloaded = sum(one.overloaded for one in found.people)
    context: dict[str, Any] = {
        "found": found,
        "view": view,
        "tabs": [
            (_("Services"), "./", view not in ("people", "skills"), found.vacant or None),
            (_("People"), "?show=people", view == "people", overloaded or None),
            (_("Skills"), "?show=skills", view == "skills", len(found.gaps) + len(found.expiring) or None),
        ],
        "only_gaps": asked.get("only") == "gaps",
        "next": _next(request.GET, found.next),
        "without_deputy": sum(one.without_deputy for one in found.clusters),
        "overloaded": overloaded,
        "may_assign": policy.may_create(actor, registry.types["assignment"]),
        "may_open_services": policy.may_create(actor, registry.types["service"]),
    }
    return show(request, "coverage/coverage.html", context)


def _next(asked: QueryDict, page: int | None) -> str:
    if page is None:
        return ""
    query = asked.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"
