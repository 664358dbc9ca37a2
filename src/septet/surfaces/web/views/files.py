"""Files of a record, in and out."""

import mimetypes
from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import content, policy, uploads
from septet.kernel.actions import perform
from septet.kernel.errors import Invalid, NotFound, Refused, SeptetError
from septet.kernel.models import Attachment
from septet.kernel.reading import body
from septet.kernel.registry import registry
from septet.surfaces.web.pages import note_refusal, page, say
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.actions import action_page
from septet.surfaces.web.views.records import at_address, form_on

# Whatever a stored file holds, a browser runs nothing of it.
SANDBOX = "default-src 'none'; sandbox"


@require_safe
@page
def file(request: Asked, number: str, file_id: int) -> StreamingHttpResponse:
    """The bytes of a file, to be saved; only of a record, and for a circle, that the reader belongs to."""
    found = at_address(request, number)
    row = Attachment.objects.filter(record_id=found.pk, pk=file_id).first()
    audiences = policy.audiences_of(request.actor, found)
    if row is None or (audiences is not None and row.audience not in audiences):
        raise NotFound(_("There is no such file, or you may not see it."))
    if not content.exists(row.digest):
        raise NotFound(_("The bytes of %(name)s are no longer in the store.") % {"name": row.name})
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=row.name) or "attachment",
        "Content-Length": str(row.size),
        "Content-Security-Policy": SANDBOX,
    }
    return StreamingHttpResponse(content.read(row.digest), content_type=row.media_type, headers=headers)


@require_POST
@page
def attach(request: Asked, number: str) -> HttpResponse:
    """Put an uploaded file on a record: its bytes into the store first, then the action."""
    found = at_address(request, number)
    it = registry.types[found.kind]
    verdict = policy.may(request.actor, "attach", found)
    try:
        if not verdict:
            raise Refused(verdict.reason)
        sent = request.FILES.get("file")
        if sent is None or not sent.name:
            raise Invalid(fields={"file": _("Choose a file first.")})
        digest, size = uploads.receive(sent.chunks(), request.actor)
        media_type = mimetypes.guess_type(sent.name)[0] or "application/octet-stream"
        params = {"name": sent.name, "digest": digest, "size": size, "media_type": media_type}
        if request.POST.get("audience"):
            params["audience"] = request.POST["audience"]
        perform(found, "attach", request.actor, via="web", request=request.id, params=params)
    except SeptetError as error:
        note_refusal(request, error)
        form = form_on(found, it.actions["attach"], body(found, request.actor), request.actor)
        refused = replace(form.refused(error, request.POST), sentence=" ".join(error.fields.values()) or error.detail)
        return action_page(request, found, refused, error.status)
    say(request, _("%(name)s is attached.") % {"name": sent.name}, undo=request.id)
    return HttpResponseRedirect(f"/r/{found.number}/#files")
