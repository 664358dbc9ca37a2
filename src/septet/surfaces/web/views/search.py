"""Search over everything; a number goes straight to its record."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from septet.kernel.errors import Conflict, NotFound
from septet.kernel.references import find
from septet.kernel.registry import registry
from septet.kernel.search import find_words
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.snippets import with_snippets

LONGEST = 500
MOST = 50


@require_safe
@page
def search(request: Asked) -> HttpResponse:
    """Records that hold the words, the likeliest first, and how many there are of each type."""
    text, kind = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("kind", "")
    if text:
        try:
            return HttpResponseRedirect(f"/r/{find(text, request.actor).number}/")
        except (NotFound, Conflict):
            pass  # no number of a record: these are words
    known = kind if kind in registry.types else None
    found = find_words(text, request.actor, kind=known, limit=MOST)
    context = {
        "text": text,
        "kind": known or "",
        "hits": with_snippets(found.hits, text, request.actor),
        "facets": [(registry.types[one], count) for one, count in found.counts.items()],
        "types": registry.types,
        "most": MOST,
    }
    return show(request, "web/search.html", context)
