"""The guide and the reference inside the product."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.errors import NotFound
from septet.surfaces.web.help.chapters import INDEX, Chapter, contents, guide, reference_pages
from septet.surfaces.web.help.finding import find
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked

LONGEST = 200


@require_safe
@page
def home(request: Asked) -> HttpResponse:
    """The contents of the guide, or what is found in it."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    return show(request, "web/help/home.html", _around() | {"text": text, "hits": find(text) if text else []})


@require_safe
@page
def chapter(request: Asked, name: str) -> HttpResponse:
    """A chapter of the guide."""
    return _shown(request, guide().get(name))


@require_safe
@page
def reference(request: Asked, name: str = INDEX) -> HttpResponse:
    """A page of the reference."""
    return _shown(request, reference_pages().get(name), crumb=True)


def _shown(request: Asked, found: Chapter | None, crumb: bool = False) -> HttpResponse:
    if found is None:
        raise NotFound(_("There is no such chapter. Look it up in the contents."))
    return show(request, "web/help/chapter.html", _around() | {"chapter": found, "in_reference": crumb})


def _around() -> dict[str, object]:
    return {"contents": contents(), "reference": reference_pages()[INDEX]}
