"""One background run as whoever asked for it sees it: how far it is, and what came of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import content, work
from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound
from septet.kernel.models import Entry, Run, Verb
from septet.kernel.reading import titles_of
from septet.kernel.registry import registry
from septet.surfaces.web.navigation import list_address, may_list
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.times import full_moment

IMPORT, UNDO = "import-files", "undo-request"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@require_safe
@page
def run(request: Asked, run_id: UUID) -> HttpResponse:
    """A run of mine; an administrator sees everybody's."""
    found = of_mine(request, run_id)
    result = found.result if isinstance(found.result, dict) else {}
    context = {
        "run": found,
        "given": found.arguments,
        "result": result,
        "ended": found.ended_at is not None,
        "who": _who(found, request.actor),
        "seconds_left": _seconds_left(found, result),
    }
    if found.task == UNDO:
        context["origin"] = _import_under(request, found.arguments["undone"])
    if found.task == IMPORT:
        context |= _of_import(request, found, result)
    return show(request, "web/run.html", context)


def _who(found: Run, actor: Actor) -> str:
    people = titles_of([found.asked_by] if found.asked_by is not None else [], actor)
    return people[found.asked_by][1] if found.asked_by in people else _("Command line")


def _seconds_left(found: Run, result: dict[str, Any]) -> float | None:
    """How long it is still going to take at the pace so far, if that can be said."""
    pace = result.get("per_second")
    return max(0, found.total - found.done) / pace if pace and found.total else None


def _import_under(request: Asked, undone: str) -> UUID | None:
    """The import that was undone, if it was one and its page may be seen."""
    found = Run.objects.filter(task=IMPORT, request=undone)
    if not request.actor.has_everywhere(Verb.ADMINISTER):
        found = found.filter(asked_by=request.actor.person)
    return found.values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class Touched:
    """What an import did to records of a kind; `address` is a list of those that it opened or changed."""

    label: str
    created: int
    changed: int
    unchanged: int
    address: str


def _of_import(request: Asked, found: Run, result: dict[str, Any]) -> dict[str, Any]:
    """What a page shows of an import beside its counts."""
    done = found.ended_at is not None and not found.arguments["dry_run"]
    return {
        "kinds": [_touched(request, kind, counts, found, done) for kind, counts in result.get("kinds", {}).items()],
        # What a profile is for stands last in it, after all that it refers to.
        "samples": [_sample(one) for one in reversed(result.get("samples", ()))],
        "has_report": bool(result.get("report")) and content.exists(result["report"]),
        "undone": done and _is_undone(found.request),
        "files_kept": all(digest and content.exists(digest) for _name, digest in found.arguments["files"]),
    }


def _touched(request: Asked, kind: str, counts: dict[str, int], found: Run, done: bool) -> Touched:
    it = registry.types.get(kind)
    created, changed = counts.get("created", 0), counts.get("changed", 0)
    leads = it is not None and done and (created or changed) and may_list(request.actor, it)
    address = f"{list_address(it)}?among={quote(f'request:{found.request}')}" if it and leads else ""
    return Touched(it.label_plural if it else kind, created, changed, counts.get("unchanged", 0), address)


def _sample(one: dict[str, Any]) -> dict[str, Any]:
    """A sample with its moments as moments and its kind in words."""
    it = registry.types.get(one["kind"])
    label = it.label if it else one["kind"]
    steps = [{**step, "at": _moment(step["at"]), "fields": _shown(step["fields"])} for step in one["steps"]]
    return {**one, "label": label, "at": _moment(one["at"]), "steps": steps, "fields": _shown(one["fields"])}


def _shown(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Fields with moments as the reader writes them."""
    return [(label, full_moment(text) if MOMENT.fullmatch(text) else text) for label, text in fields]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_undone(request_id: str) -> bool:
    """Whether the last thing that a request did was undone."""
    last = Entry.objects.filter(request=request_id).order_by("-id").values_list("pk", flat=True).first()
    return last is not None and Entry.objects.filter(undoes=last).exists()


@require_POST
@page
def cancel(request: Asked, run_id: UUID) -> HttpResponse:
    """Stop a run of mine."""
    work.cancel(of_mine(request, run_id).pk)
    say(request, _("It stops as soon as it can. What is done so far stays and can be undone."))
    return HttpResponseRedirect(f"/runs/{run_id}/")


def of_mine(request: Asked, run_id: UUID) -> Run:
    """A run that this actor asked for. Raises NotFound, also for everybody else's."""
    found = Run.objects.filter(pk=run_id).first()
    mine = found is not None and found.asked_by is not None and found.asked_by == request.actor.person
    if found is None or not (mine or request.actor.has_everywhere(Verb.ADMINISTER)):
        raise NotFound(_("There is no such run, or you may not see it."))
    return found
