"""One field of a record, edited where it stands."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from septet.kernel import policy
from septet.kernel.actions import perform
from septet.kernel.errors import NotFound, Refused, SeptetError
from septet.kernel.reading import body
from septet.kernel.registry import registry
from septet.surfaces.web.forms import Form, filled, of_record, read
from septet.surfaces.web.pages import DRAWER, note_refusal, page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.records import at_address, numbers_of


@require_http_methods(["GET", "HEAD", "POST"])
@page
def field(request: Asked, number: str, name: str) -> HttpResponse:
    """The small form of one field, or its new value, which is the action `edit` with this field alone."""
    found, actor = at_address(request, number), request.actor
    it = registry.types[found.kind]
    verdict = policy.may(actor, "edit", found)
    if not verdict:
        raise Refused(verdict.reason)
    shown = body(found, actor)
    inputs = [one for one in of_record(it, found, actor) if one.name == name]
    if not inputs:
        raise NotFound(_("There is no such field, or it is not edited here."))
    now = filled(inputs, shown, numbers_of(shown))
    form = Form("edit", inputs[0].label, tuple(replace(one, required=False) for one in now))
    status = 200
    if request.method == "POST":
        try:
            version = request.POST.get("version", "")
            entry = perform(
                found,
                "edit",
                actor,
                via="web",
                version=int(version) if version.isascii() and version.isdigit() else None,
                request=request.id,
                params=read(inputs, request.POST, actor),
            )
        except SeptetError as error:
            note_refusal(request, error)
            form, status = form.refused(error, request.POST), error.status
        else:
            if entry is not None:
                say(request, _("%(field)s: saved.") % {"field": inputs[0].label}, undo=request.id)
            return HttpResponseRedirect(f"/r/{found.number}/")
    template = "web/field_form.html" if request.htmx and request.htmx.target != DRAWER else "web/field.html"
    return show(request, template, {"it": it, "record": found, "form": form}, status)
