"""Lists as files."""

from typing import cast

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_safe

from septet.surfaces.transfer.export import MEDIA_TYPES, Format
from septet.surfaces.transfer.export import export as file_of
from septet.surfaces.web.pages import page
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.lists import open_list, query_of


@require_safe
@page
def export(request: Asked, cluster: str, types: str, form: str) -> StreamingHttpResponse:
    """Every record of a list, in a file; CSV is marked as UTF-8 so that spreadsheets read it right."""
    it = open_list(request, cluster, types)
    if form not in MEDIA_TYPES:
        raise Http404
    query = query_of(it, request.GET, request.actor)
    chunks = file_of(query, request.actor, cast("Format", form), via="web", request=request.id, bom=form == "csv")
    headers = {"Content-Disposition": f'attachment; filename="{it.path}.{form}"'}
    return StreamingHttpResponse(chunks, content_type=MEDIA_TYPES[cast("Format", form)], headers=headers)
