"""The first page of everybody who works for IT: the board, in the frame of pages or alone on a wall."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import policy
from septet.kernel.registry import Cluster, registry
from septet.surfaces.web.navigation import CLUSTERS, list_address
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views import lists, start
from septet.team.board import first_steps
from septet.team.board.needs import BoardNeed
from septet.team.board.readings import Board, clusters_of, whole
from septet.team.goals import marks
from septet.team.goals.models import Goal
from septet.team.goals.rules import Standing

MINE = 6


@dataclass(frozen=True, slots=True)
class Group:
    """What needs a person for one reason: how many records, and the lists that hold them."""

    label: str
    tone: str
    count: int
    lists: list[tuple[str, str, int]]


@require_safe
@page
def board(request: Asked) -> HttpResponse:
    """How the role clusters stand and what needs a person now; people outside IT have the portal."""
    actor = request.actor
    if not actor.is_staff:
        return HttpResponseRedirect("/portal/")
    found = whole(actor, timezone.now())
    wall = "wall" in request.GET
    states = Counter(goal.state for cluster in found.clusters for goal in cluster.goals)
    context: dict[str, Any] = {
        "board": found,
        "wall": wall,
        "steps": [] if wall else first_steps.first_steps(request),
        "states": [(one.value, states[one]) for one in Standing if states[one]],
        "total": states.total(),
        "groups": _groups(found),
        **_parts(),
        "shared": Cluster.TEAM,
        "may_set": policy.may_create(actor, registry.types["goal"]),
    }
    if not wall:
        context |= {"asked": start.to_approve(actor, MINE), "mine": start.work_of(actor, MINE)}
    return show(request, "board/board.html", context)


@require_POST
@page
def hide_first_steps(request: Asked) -> HttpResponse:
    """Take the first steps off my board for good."""
    first_steps.hide(request)
    say(request, _("The first steps are hidden. The guide to installing tells them, too."))
    return HttpResponseRedirect("/")


def _parts() -> dict[str, Any]:
    """What the templates of goals look things up in."""
    return {
        "icons": {key: drawing for key, (_label, drawing) in CLUSTERS.items()},
        "types": registry.by_path,
        "list_address": list_address,
        "marks": marks,
    }


@require_safe
@page
def goals(request: Asked) -> HttpResponse:
    """Every goal with what it came to, by role cluster; the ordinary list of them where that is asked for by a filter,
    an order or another time."""
    it = lists.open_list(request, "team", "goals")
    if request.GET or request.htmx:
        return lists.list_of(request, it)
    clusters, first = clusters_of(request.actor, timezone.now())
    context = {
        "it": it,
        "clusters": [one for one in clusters if one.goals],
        "first": first,
        **_parts(),
        "may_set": policy.may_create(request.actor, it),
        "retired": policy.visible_to(request.actor, Goal.objects.filter(kind="goal", state="retired"), it).count(),
    }
    return show(request, "goals/all.html", context)


def _groups(found: Board) -> list[Group]:
    """The reasons, the worst first; those without any record are left out."""
    vacant = [
        (one.label, f"/service/services/?among=vacant:{one.key}", one.vacant) for one in found.clusters if one.vacant
    ]
    groups = [
        Group(_("Past their time"), "bad", *_lists(found.needs, "late")),
        Group(_("Due within four hours"), "warn", *_lists(found.needs, "soon")),
        Group(_("Waiting for an answer"), "warn", *_lists(found.needs, "approval")),
        Group(_("Services nobody answers for"), "warn", max((n for *_, n in vacant), default=0), vacant),
        Group(
            _("Failed in the background"),
            "bad",
            found.parked,
            [(_("Reactions"), "/administration/reactions/", found.parked)],
        ),
    ]
    return [one for one in groups if one.count]


def _lists(needs: list[BoardNeed], why: str) -> tuple[int, list[tuple[str, str, int]]]:
    fitting = [(registry.by_path[one.types], one) for one in needs if one.why == why]
    lists = [
        (it.label if one.count == 1 else it.label_plural, f"{list_address(it)}?{one.query}", one.count)
        for it, one in fitting
    ]
    return sum(one.count for _it, one in fitting), lists
