"""Imports: choose a profile and files, see what would happen, then do it; large ones in the background."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from septet.kernel import content
from septet.kernel.errors import Invalid, NotFound, SeptetError
from septet.kernel.models import Run, RunState, Verb
from septet.kernel.work import enqueue
from septet.surfaces.api.background import import_files
from septet.surfaces.transfer.profile import ProfileError, read_profile, shipped_profiles
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.uploads import LARGEST
from septet.surfaces.web.views.runs import of_mine

LONGEST_PROFILE = 1024 * 1024
SHOWN = 20
TASK = "import-files"


@require_http_methods(["GET", "HEAD", "POST"])
@page
def imports(request: Asked) -> HttpResponse:
    """The form of an import, and the latest ones."""
    if not request.actor.has(Verb.IMPORT):
        raise NotFound(_("There is no such page, or you may not see it."))
    problem = None
    if request.method == "POST":
        try:
            return _begun(request)
        except SeptetError as error:
            problem = error
    runs = Run.objects.filter(task=TASK).order_by("-queued_at")
    if not request.actor.has_everywhere(Verb.ADMINISTER):
        runs = runs.filter(asked_by=request.actor.person)
    context = {
        "profiles": list(shipped_profiles()),
        "chosen": request.POST.get("profile", ""),
        "runs": runs[:SHOWN],
        "sentence": problem.detail if problem else "",
        "errors": problem.fields if problem else {},
    }
    return show(request, "web/imports.html", context, status=problem.status if problem else 200)


def _begun(request: Asked) -> HttpResponse:
    name, profile = _profile(request)
    stored = _stored(request)
    return _queued(request, profile, name, stored, dry_run=request.POST.get("dry_run") == "yes")


def _queued(request: Asked, profile: str, name: str, files: list[Any], *, dry_run: bool) -> HttpResponse:
    run = enqueue(
        import_files,
        asked_by=request.actor,
        request=request.id,
        person=request.actor.person,
        under=request.id,
        profile=profile,
        profile_name=name,
        files=files,
        dry_run=dry_run,
    )
    return HttpResponseRedirect(f"/runs/{run.pk}/")


def _profile(request: Asked) -> tuple[str, str]:
    """Name and text of the profile: one that was sent, or one that comes with Septet."""
    sent = request.FILES.get("profile_file")
    if sent is not None:
        if (sent.size or 0) > LONGEST_PROFILE:
            raise Invalid(fields={"profile_file": _("A profile holds at most 1 MB.")})
        try:
            name, text = str(sent.name), bytes(sent.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid(fields={"profile_file": _("The profile is not UTF-8 text; save it as UTF-8.")}) from None
    else:
        name = request.POST.get("profile", "")
        text = shipped_profiles().get(name, "")
        if not text:
            raise Invalid(fields={"profile": _("Choose a profile, or send one of your own.")})
    try:
        read_profile(text, name)
    except ProfileError as error:
        raise Invalid(fields={"profile_file" if sent is not None else "profile": str(error)}) from None
    return name, text


def _stored(request: Asked) -> list[tuple[str, str]]:
    files = request.FILES.getlist("file")
    if not files:
        raise Invalid(fields={"file": _("Choose at least one file.")})
    return [(str(one.name), content.put(one.chunks(content.CHUNK), largest=LARGEST)[0]) for one in files]


@require_POST
@page
def for_real(request: Asked, run_id: UUID) -> HttpResponse:
    """Do what a dry run showed, with the same files."""
    run = of_mine(request, run_id)
    given = run.arguments
    if run.task != TASK or not given.get("dry_run") or run.state != RunState.DONE:
        raise Invalid(_("Only a dry run that has ended well can be done for real."))
    return _queued(request, given["profile"], given["profile_name"], given["files"], dry_run=False)
