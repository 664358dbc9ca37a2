"""Where every address leads: each surface brings its own list, and so does an app that has pages of its own."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from septet.surfaces.api.urls import beside

SURFACES = ("septet.surfaces.web", "septet.surfaces.api")
_own = sorted(
    config.name
    for config in apps.get_app_configs()
    if config.name.startswith("septet.") and config.name not in SURFACES and find_spec(f"{config.name}.urls")
)

urlpatterns: list[URLPattern | URLResolver] = [
    *beside,
    path("api/v1/", include("septet.surfaces.api.urls")),
    *(path("", include(f"{name}.urls")) for name in _own),
    path("", include("septet.surfaces.web.urls")),
]

handler400 = "septet.surfaces.web.pages.bad_request"
handler403 = "septet.surfaces.web.pages.forbidden"
handler404 = "septet.surfaces.web.pages.missing"
handler500 = "septet.surfaces.web.pages.failed"
