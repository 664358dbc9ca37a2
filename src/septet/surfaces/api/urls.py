"""The addresses of the API. Whatever is not here answers 404 as a problem document too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from septet.kernel.errors import NotFound
from septet.surfaces.api import attachments, bulk, health, imports, offers, pages, readings, records, types, undoing
from septet.surfaces.api.calls import endpoint


def _nothing(request: HttpRequest) -> HttpResponse:
    raise NotFound("There is nothing at this address. Addresses end without a slash; /api/v1/docs lists them.")


_everything = endpoint(public=True, GET=_nothing, POST=_nothing, PATCH=_nothing, PUT=_nothing, DELETE=_nothing)

_one = "<str:types>/<str:number>"

urlpatterns = [
    path("openapi.json", endpoint(public=True, GET=pages.openapi)),
    path("docs", endpoint(public=True, GET=pages.docs), name="api-docs"),
    path("docs/<str:about>", endpoint(public=True, GET=pages.docs_about)),
    path("me", endpoint(GET=readings.show_me)),
    path("types", endpoint(GET=types.list_types)),
    path("types/<str:name>", endpoint(GET=types.show_type)),
    path("search", endpoint(GET=readings.search_records)),
    path("bulk", endpoint(POST=bulk.do_bulk)),
    path("imports", endpoint(POST=imports.import_records)),
    path("undo/<str:request_id>", endpoint(POST=undoing.undo)),
    path("reports", endpoint(GET=offers.list_reports)),
    path("reports/<str:report>", endpoint(GET=offers.show_report)),
    path("procedures/<str:procedure>", endpoint(POST=offers.run)),
    path("runs/<str:run>", endpoint(GET=readings.show_run)),
    path("<str:types>", endpoint(GET=records.list_records, POST=records.create_record)),
    path(_one, endpoint(GET=records.show_record, PATCH=records.edit_record)),
    path(f"{_one}/history", endpoint(GET=readings.show_history)),
    path(f"{_one}/relations", endpoint(GET=readings.show_relations)),
    path(f"{_one}/impact", endpoint(GET=readings.show_impact)),
    path(f"{_one}/attachments", endpoint(GET=attachments.list_attachments, POST=attachments.add_attachment)),
    path(f"{_one}/attachments/<str:attachment>", endpoint(GET=attachments.show_attachment)),
    path(f"{_one}/<str:name>", endpoint(only=offers.methods_of, GET=offers.show_reading, POST=records.do_action)),
    re_path("", _everything),
]

beside = [
    path("healthz", endpoint(public=True, GET=health.healthz)),
    path("readyz", endpoint(public=True, GET=health.readyz)),
    path("metrics", endpoint(public=True, GET=health.metrics)),
]
