"""The guide and the reference inside the product."""

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.errors import NotFound
from septet.surfaces.web.help.chapters import INDEX, PICTURES, Chapter, contents, guide, reference_pages
from septet.surfaces.web.help.finding import find
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked

LONGEST = 200
# How many seconds browsers keep a picture.
KEPT = 3600


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


@require_safe
@page
def picture(request: Asked, name: str) -> HttpResponse:
    """A picture of the guide."""
    path = PICTURES / f"{name}.webp"
    if not path.is_file():
        raise NotFound(_("There is no such picture in the guide."))
    answer = HttpResponse(path.read_bytes(), content_type="image/webp")
    patch_cache_control(answer, private=True, max_age=KEPT)
    return answer


def _shown(request: Asked, found: Chapter | None, crumb: bool = False) -> HttpResponse:
    if found is None:
        raise NotFound(_("There is no such chapter. Look it up in the contents."))
    return show(request, "web/help/chapter.html", _around() | {"chapter": found, "in_reference": crumb})


def _around() -> dict[str, object]:
    return {"contents": contents(), "reference": reference_pages()[INDEX]}
