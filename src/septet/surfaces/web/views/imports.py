"""Imports: choose a profile and files, see what would happen, then do it; all of it in the background."""

import csv
import io
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from septet.kernel import content
from septet.kernel.errors import Invalid, NotFound, SeptetError
from septet.kernel.models import Run, RunState, Verb
from septet.kernel.reading import titles_of
from septet.kernel.work import enqueue
from septet.surfaces.api.background import import_files
from septet.surfaces.transfer.profile import Profile, ProfileError, read_profile, shipped_profiles
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.uploads import LARGEST
from septet.surfaces.web.views.runs import IMPORT, of_mine

LONGEST_PROFILE = 1024 * 1024
MOST_FILES = 20
PER_PAGE = 25
USED_BEFORE = "run:"
OWN_PROFILES = 20


@require_http_methods(["GET", "HEAD", "POST"])
@page
def imports(request: Asked) -> HttpResponse:
    """The form of an import, and all that there were, the newest first."""
    _may_import(request)
    problem = None
    if request.method == "POST":
        try:
            return _begun(request)
        except SeptetError as error:
            problem = error
    found, following = _page(request)
    context = {
        "profiles": [(name, _about(text)) for name, text in shipped_profiles().items()],
        "own": _own_profiles(request),
        "chosen": request.POST.get("profile", request.GET.get("profile", "")),
        "runs": found,
        "next": following,
        "first": "before" not in request.GET,
        "sentence": problem.detail if problem else "",
        "errors": problem.fields if problem else {},
    }
    return show(request, "web/imports.html", context, status=problem.status if problem else 200)


def _may_import(request: Asked) -> None:
    if not request.actor.has(Verb.IMPORT):
        raise NotFound(_("There is no such page, or you may not see it."))


def _page(request: Asked) -> tuple[list[dict[str, Any]], str]:
    """One page of imports, and from which the next one goes on; an administrator sees everybody's."""
    rows = Run.objects.filter(task=IMPORT)
    if not request.actor.has_everywhere(Verb.ADMINISTER):
        rows = rows.filter(asked_by=request.actor.person)
    if last := _known(request.GET.get("before", "")):
        rows = rows.filter(Q(queued_at__lt=last.queued_at) | Q(queued_at=last.queued_at, pk__lt=last.pk))
    # The text of the profile stays where it is: it may be long.
    of_result = ("created", "changed", "unchanged", "refused")
    found = list(
        rows.order_by("-queued_at", "-pk").values(
            "pk", "state", "queued_at", "asked_by", "cancel_asked", "arguments__profile_name", "arguments__files",
            "arguments__dry_run", *(f"result__{name}" for name in of_result),
        )[: PER_PAGE + 1]
    )  # fmt: skip
    people = titles_of((one["asked_by"] for one in found if one["asked_by"] is not None), request.actor)
    for one in found:
        one["who"] = people[one["asked_by"]][1] if one["asked_by"] in people else _("Command line")
    return found[:PER_PAGE], str(found[PER_PAGE - 1]["pk"]) if len(found) > PER_PAGE else ""


def _known(text: str) -> Run | None:
    try:
        return Run.objects.filter(pk=UUID(text)).only("queued_at").first() if text else None
    except ValueError:
        return None


@cache
def _about(text: str) -> str:
    """What a profile says that it is for."""
    return " ".join(read_profile(text).about.split())


def _own_profiles(request: Asked) -> list[tuple[str, str]]:
    """Profiles that this actor has sent before, the latest of each name, as choices."""
    rows = Run.objects.filter(task=IMPORT, asked_by=request.actor.person).order_by("-queued_at")
    latest: dict[str, str] = {}
    for pk, name in rows.values_list("pk", "arguments__profile_name")[:500]:
        if name not in shipped_profiles():
            latest.setdefault(name, f"{USED_BEFORE}{pk}")
    return [(value, name) for name, value in latest.items()][:OWN_PROFILES]


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
    """Name and text of the profile: one that was sent, now or before, or one that comes with Septet."""
    sent = request.FILES.get("profile_file")
    if sent is not None:
        if (sent.size or 0) > LONGEST_PROFILE:
            raise Invalid(fields={"profile_file": _("A profile holds at most 1 MB.")})
        try:
            name, text = str(sent.name), bytes(sent.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid(fields={"profile_file": _("The profile is not UTF-8 text; save it as UTF-8.")}) from None
    else:
        name, text = _chosen(request, request.POST.get("profile", ""))
    try:
        read_profile(text, name)
    except ProfileError as error:
        raise Invalid(fields={"profile_file" if sent is not None else "profile": str(error)}) from None
    return name, text


def _chosen(request: Asked, choice: str) -> tuple[str, str]:
    if choice.startswith(USED_BEFORE):
        before = _known(choice.removeprefix(USED_BEFORE))
        if before is not None and before.task == IMPORT:
            run = of_mine(request, before.pk)
            return run.arguments["profile_name"], run.arguments["profile"]
    elif choice in (shipped := shipped_profiles()):
        return choice, shipped[choice]
    raise Invalid(fields={"profile": _("Choose a profile, or send one of your own.")})


def _stored(request: Asked) -> list[tuple[str, str]]:
    files = request.FILES.getlist("file")
    if not files:
        raise Invalid(fields={"file": _("Choose at least one file.")})
    if len(files) > MOST_FILES:
        raise Invalid(fields={"file": _("At most %(count)s files at once.") % {"count": MOST_FILES}})
    if empty := [str(one.name) for one in files if not one.size]:
        raise Invalid(fields={"file": _("%(name)s is empty. Export it again.") % {"name": empty[0]}})
    return [(str(one.name), content.put(one.chunks(content.CHUNK), largest=LARGEST)[0]) for one in files]


@require_safe
@page
def profile(request: Asked, name: str) -> HttpResponse:
    """The text of a profile that comes with Septet, to read and to copy."""
    _may_import(request)
    text = shipped_profiles().get(name)
    if text is None:
        raise NotFound(_("There is no such profile."))
    if request.GET.get("file") == "yes":
        response = HttpResponse(text, content_type="application/yaml")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
        return response
    found: Profile = read_profile(text)
    kinds = list(dict.fromkeys(one.kind for one in found.records))
    return show(request, "web/import_profile.html", {"profile": found, "text": text, "kinds": kinds})


@require_POST
@page
def for_real(request: Asked, run_id: UUID) -> HttpResponse:
    """Do what a dry run showed, with the same files."""
    run = of_mine(request, run_id)
    given = run.arguments
    if run.task != IMPORT or not given.get("dry_run") or run.state != RunState.DONE:
        raise Invalid(_("Only a dry run that has ended well can be done for real."))
    if not given.get("profile") or not all(digest and content.exists(digest) for _name, digest in given["files"]):
        raise Invalid(_("The files of this dry run are no longer kept. Send them again."))
    return _queued(request, given["profile"], given["profile_name"], given["files"], dry_run=False)


@require_safe
@page
def report(request: Asked, run_id: UUID) -> HttpResponseBase:
    """All that an import had to tell, as CSV; of one sort, if that is asked for."""
    run = of_mine(request, run_id)
    digest = str(run.result.get("report") or "") if run.task == IMPORT and isinstance(run.result, dict) else ""
    if not digest or not content.exists(digest):
        raise NotFound(_("There is no report of this import, or it is no longer kept. A dry run makes a new one."))
    sort = request.GET.get("sort", "")
    response = StreamingHttpResponse(_of_sort(digest, sort), content_type="text/csv; charset=utf-8")
    name = f"{sort or 'report'}-{run.arguments['profile_name'].rpartition('.')[0] or run.arguments['profile_name']}"
    safe = "".join(one if one.isalnum() or one in "-_" else "-" for one in name)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe.encode("ascii", "replace").decode()}.csv"'
    return response


def _of_sort(digest: str, sort: str) -> Iterator[bytes]:
    """The report with the mark by which spreadsheets know UTF-8; only the lines of one sort, if one is given."""
    yield b"\xef\xbb\xbf"
    if not sort:
        yield from content.read(digest)
        return
    with content.path(digest).open(encoding="utf-8", newline="") as stream:
        for place, row in enumerate(csv.reader(stream)):
            if place == 0 or row[:1] == [sort]:
                line = io.StringIO()
                csv.writer(line).writerow(row)
                yield line.getvalue().encode()
