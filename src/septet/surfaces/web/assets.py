"""The style sheet and the script that every page loads: many small files to read, one answer each to fetch."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "static/web"
# The order counts: tokens name what the rest uses, and later rules win over earlier ones.
STYLES = ("tokens", "elements", "frame", "parts", "forms", "lists", "record", "board", "entrance", "help", "print")
# `say` offers what the others call.
SCRIPTS = ("say", "frame", "keys", "palette", "picker", "shaped", "forms", "lists", "record", "slider", "passkey")
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def address(name: str) -> str:
    """Where `site.css` or `site.js` is fetched; it changes with any static file, so browsers keep it for good."""
    return f"/assets/{settings.STATIC_URL.strip('/').rpartition('/')[2]}/{name}"


@require_safe
def style(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """The style sheet."""
    return HttpResponse(styles(), content_type="text/css; charset=utf-8", headers=FOR_GOOD)


@require_safe
def script(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """The script."""
    return HttpResponse(scripts(), content_type="text/javascript; charset=utf-8", headers=FOR_GOOD)


@cache
def styles() -> str:
    """All style sheets as one."""
    text = "".join((FOLDER / f"css/{name}.css").read_text() for name in STYLES)
    return text.replace("../../vendor/", f"{settings.STATIC_URL}vendor/")


@cache
def scripts() -> str:
    """All scripts as one; each in a block of its own, so that none sees the names of another."""
    blocks = [f"{{\n{(FOLDER / f'js/{name}.js').read_text()}}}\n" for name in SCRIPTS]
    return '"use strict";\n' + "".join(blocks)
