"""The page on which a proposal is asked for, read, and turned into proposed assignments."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from septet.kernel.errors import SeptetError
from septet.kernel.models import Verb
from septet.kernel.readings import read_report, run_procedure
from septet.surfaces.web.forms import Form, Input, read, typed
from septet.surfaces.web.pages import say, show
from septet.surfaces.web.requests import Asked
from septet.team.proposal.explaining import Proposed
from septet.team.staff import staff_page

USUAL_COUNT = "3"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def proposal(request: Asked) -> HttpResponse:
    """Ask who should carry what; the answer can be made proposed assignments."""
    form = _form()
    asked = request.POST if request.method == "POST" else request.GET
    if not any(one.name in asked for one in form.inputs):
        return show(request, "proposal/proposal.html", {"form": form, "found": None})
    filled = replace(form, inputs=tuple(replace(one, text=typed(one, asked)) for one in form.inputs))
    try:
        values = _values(form, asked, request)
        if request.method == "POST":
            return _make(request, values)
        found = read_report("proposal", request.actor, values)
    except SeptetError as error:
        told = {"form": filled.refused(error, asked), "found": None}
        return show(request, "proposal/proposal.html", told, error.status)
    context: dict[str, Any] = {
        "form": _named(filled, found) if values.get("people") else filled,
        "found": found,
        "asked": [(one.name, one.text) for one in filled.inputs],
        "may_make": found.found and bool(values.get("people")) and request.actor.has(Verb.MANAGE, "assignment"),
    }
    return show(request, "proposal/proposal.html", context)


def _form() -> Form:
    return Form(
        "proposal",
        _("Propose"),
        (
            Input("people", _("People"), "references", kind="person", help=_("Who could carry something.")),
            Input(
                "count",
                _("Or how many, without names"),
                "number",
                whole=True,
                text=USUAL_COUNT,
                help=_("To see how a team of this size could be built."),
            ),
            Input("service", _("Service"), "reference", kind="service", help=_("All services, if left empty.")),
            Input(
                "site",
                _("Site"),
                "reference",
                kind="site",
                help=_("Who is responsible there; everywhere, if left empty."),
            ),
            Input(
                "by_team",
                _("Carried are"),
                "choice",
                choices=(("", _("Role clusters")), ("yes", _("Function teams"))),
                text="",
            ),
            Input(
                "security_outside",
                _("Security"),
                "choice",
                choices=(
                    ("if-needed", _("Outside the team if it is too small")),
                    ("never", _("Within the team")),
                    ("always", _("Outside the team: manager, auditor or partner")),
                ),
                text="if-needed",
            ),
        ),
    )


def _values(form: Form, asked: QueryDict, request: Asked) -> dict[str, Any]:
    """What was asked for; names come before a number."""
    values = read(form.inputs, asked, request.actor)
    values["by_team"] = values.get("by_team") == "yes"
    if values.get("people"):
        values.pop("count", None)
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _named(form: Form, found: Proposed) -> Form:
    """The form with the names of the people beside their numbers."""
    names = ", ".join(f"{one.person} {one.name.replace(',', ' ')}" for one in found.people)
    return replace(form, inputs=tuple(replace(one, text=names) if one.name == "people" else one for one in form.inputs))


def _make(request: Asked, values: dict[str, Any]) -> HttpResponse:
    values = {**values, "fingerprint": request.POST.get("fingerprint", "")}
    made = run_procedure("propose-assignments", request.actor, values, via="web", request=request.id).assignments
    if not made:
        say(request, _("Nothing to propose: everybody carries what was proposed already."))
        return HttpResponseRedirect("/team/coverage/")
    sentence = ngettext(
        "%(count)s assignment is proposed; activate it to put it in force.",
        "%(count)s assignments are proposed; activate them to put them in force.",
        len(made),
    )
    say(request, sentence % {"count": len(made)}, undo=request.id)
    return HttpResponseRedirect("/team/assignments/?state=proposed&order=-opened_at")
