"""Articles: search, read, and what fits while somebody writes a request."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.references import find
from septet.kernel.registry import number_of, registry
from septet.kernel.search import Hit, search
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.snippets import with_snippets

KIND = "article"
MOST = 30
SUGGESTED = 4
LONGEST = 500


@require_safe
@page
def articles(request: Asked) -> HttpResponse:
    """What fits some words, or the newest."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    hits = search(text, request.actor, kind=KIND, limit=MOST) if text else _newest(request.actor)
    return show(request, "portal/articles.html", {"text": text, "found": with_snippets(hits, text, request.actor)})


def _newest(actor: Actor) -> list[Hit]:
    rows = Record.objects.filter(kind=KIND, withdrawn_at=None, closed_at=None)
    newest = visible_to(actor, rows, registry.types[KIND]).order_by("-updated_at")
    found = newest.values_list("pk", "title", "state")[:MOST]
    return [Hit(number_of(KIND, pk), KIND, title, state) for pk, title, state in found]


@require_safe
@page
def article(request: Asked, number: str) -> HttpResponse:
    """One article."""
    found = find(number, request.actor)
    if found.kind != KIND:
        raise NotFound(_("There is no such article, or you may not see it."))
    return show(request, "portal/article.html", {"article": found})


@require_safe
@page
def suggestions(request: Asked) -> HttpResponse:
    """Articles that may help with what somebody is writing: those that hold all of its last words, or else most."""
    words = request.GET.get("q", "").split()[:12]
    hits: list[Hit] = []
    while words and not hits:
        hits = search(" ".join(words), request.actor, kind=KIND, limit=SUGGESTED)
        words = words[1:]
    return show(request, "portal/suggestions.html", {"hits": hits})
