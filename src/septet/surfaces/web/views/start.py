"""One's own work, and the first page of people outside IT."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel.actors import Actor
from septet.kernel.fields import moment_text
from septet.kernel.models import Approval, Decision, Record
from septet.kernel.policy import visible_to
from septet.kernel.prepared import Prepared
from septet.kernel.registry import registry
from septet.kernel.remembered import remembered
from septet.surfaces.web import marks
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.times import moment_of

Selected = QuerySet[Record, tuple[Any, ...]]

MOST = 100
BY_DUE = (F("due_at").asc(nulls_last=True), "opened_at")
COLUMNS = ("pk", "kind", "title", "state", "priority", "due_at", "opened_at", "owner__title", "team__title")


@require_safe
@page
def my_work(request: Asked) -> HttpResponse:
    """Everything open that is assigned to me, to people for whom I stand in, or to my teams, across all types, what is
    due first on top."""
    actor = request.actor
    given = work_of(actor)
    found = given if actor.is_staff else _requested(actor)
    whose = request.GET.get("whose", "")
    tabs = {"": _("All"), "mine": _("Mine"), "absent": _("For whom I stand in"), "teams": _("My teams'")}
    if not actor.stands_in_for:
        del tabs["absent"]
    shown = [one for one in found if one["whose"] == whose or whose not in tabs or not whose]
    context = {
        "groups": by_due(shown, timezone.now())
        if actor.is_staff
        else [("given", _("Given to you"), given), ("all", _("Your requests"), shown)],
        "whose": [
            (label, f"?whose={key}" if key else "./", key == whose, sum(key in ("", one["whose"]) for one in found))
            for key, label in tabs.items()
        ],
        "total": len(found) if actor.is_staff else len(found) + len(given),
        "most": MOST,
    }
    return show(request, "web/my_work.html", context)


def by_due(work: Sequence[dict[str, Any]], now: datetime) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Work in the order of its days, as the reader's calendar has them: late, today, this week, later, any time."""
    today = timezone.localtime(now).date()
    week = today + timedelta(days=6 - today.weekday())

    def group(one: dict[str, Any]) -> str:
        if one["due_at"] is None:
            return "any"
        due = moment_of(one["due_at"])
        if due <= now:
            return "overdue"
        return "today" if due.date() == today else "week" if due.date() <= week else "later"

    labels = {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "week": _("This week"),
        "later": _("Later"),
        "any": _("Without a due time"),
    }
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in labels}
    for one in work:
        groups[group(one)].append(one)
    return [(key, label, groups[key]) for key, label in labels.items()]


def _open() -> QuerySet[Record]:
    return Record.objects.filter(closed_at=None, withdrawn_at=None, kind__in=_work_kinds())


def _work_kinds() -> list[str]:
    return [it.kind for it in registry.types.values() if it.is_work]


def work_of(actor: Actor, most: int = MOST) -> list[dict[str, Any]]:
    """Open work of the actor and those for whom they stand in, and of their teams: two queries, each along an index of
    its own."""
    if actor.person is None:
        return []
    found = _rows(_own(actor, most), actor)
    if actor.teams:
        found += _rows(_of_teams(actor, most), actor)
    return sorted(found, key=lambda one: (one["due_at"] is None, one["due_at"] or one["opened_at"]))[:most]


@remembered
def _own(actor: Actor, most: int) -> Selected:
    return _first(visible_to(actor, _open().filter(owner_id__in=actor.voices)).order_by(*BY_DUE), most)


@remembered
def _of_teams(actor: Actor, most: int) -> Selected:
    others = _open().filter(team_id__in=actor.teams).exclude(owner_id__in=actor.voices)
    return _first(visible_to(actor, others).order_by(*BY_DUE), most)


def _requested(actor: Actor) -> list[dict[str, Any]]:
    """What somebody asked for, what is open first."""
    if actor.person is None:
        return []
    return sorted(_rows(_asked_for(actor, MOST), actor), key=lambda one: one["is_final"])


@remembered
def _asked_for(actor: Actor, most: int) -> Selected:
    rows = Record.objects.filter(requester_id=actor.person, withdrawn_at=None, kind__in=_work_kinds())
    return _first(visible_to(actor, rows).order_by("-opened_at"), most)


def to_approve(actor: Actor, most: int = MOST) -> list[dict[str, Any]]:
    """Open records that wait for this person's answer, or for that of somebody for whom they stand in."""
    return [] if actor.person is None else _rows(_waiting_for(actor, most), actor)


@remembered
def _waiting_for(actor: Actor, most: int) -> Selected:
    waiting = Approval.objects.filter(approver_id__in=actor.voices, decision=Decision.PENDING).values("record_id")
    rows = Record.objects.filter(pk__in=waiting, closed_at=None, withdrawn_at=None)
    return _first(visible_to(actor, rows).order_by(*BY_DUE), most)


def _first(rows: QuerySet[Record], most: int) -> Selected:
    return rows.values_list(*COLUMNS, "owner_id")[:most]


def _rows(query: Prepared, actor: Actor) -> list[dict[str, Any]]:
    return list(_items(query.read({}), actor))


def _items(rows: Iterable[Sequence[Any]], actor: Actor) -> Iterable[dict[str, Any]]:
    for pk, kind, title, state, priority, due_at, opened_at, owner, team, owner_id in rows:
        it = registry.types[kind]
        yield {
            "it": it,
            "number": f"{it.prefix}-{pk}",
            "title": title,
            "state": state,
            "is_final": state in it.states.final_keys(),
            "priority": priority,
            "due_at": moment_text(due_at) if due_at else None,
            "opened_at": moment_text(opened_at),
            "closed_at": None,
            "owner": owner,
            "owner_mark": marks.person({"number": None, "title": owner}) if owner else "–",
            "team": team,
            "whose": _whose(owner_id, actor),
        }


def _whose(owner: int | None, actor: Actor) -> str:
    if owner == actor.person:
        return "mine"
    return "absent" if owner in actor.stands_in_for else "teams"
