"""The page of one record: what it is, what can be done next, what happened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from septet.kernel import log, policy
from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.errors import Invalid
from septet.kernel.impact.reaching import is_mapped
from septet.kernel.models import Approval, Confidentiality, Decision, Record
from septet.kernel.reading import next_actions, whole
from septet.kernel.references import find
from septet.kernel.registry import Action, RecordType, registry
from septet.lib.moments import parse_moment
from septet.surfaces.web import panels, values
from septet.surfaces.web.calendar.asked import address_of
from septet.surfaces.web.forms import Form, Input, filled, of_action
from septet.surfaces.web.navigation import CLUSTERS, list_address, section_of
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views import sections, timeline

# Actions with a place of their own on the page.
IN_PLACE = frozenset(
    {
        "edit",
        "comment",
        "attach",
        "detach",
        "relate",
        "unrelate",
        "watch",
        "unwatch",
        "share",
        "unshare",
        "approve",
        "reject",
    }
)
# Actions that every record has and few people need every day.
SELDOM = frozenset({"ask-approval", "withdraw", "erase"})
NEWEST = 100
FIRST = 3
IN_HEAD = frozenset({"title", "number", "state", "priority", "extra", "withdrawn_at", "confidentiality"})


@dataclass(frozen=True, slots=True)
class Step:
    """An action that is offered; one that asks for nothing is done by its button."""

    name: str
    label: str
    asks: bool
    leads_on: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known, in a line; `name` is empty where it cannot be edited in place. `blank` ones can wait."""

    label: str
    html: Markup | str
    name: str = ""
    blank: bool = False


def at_address(request: Asked, number: str) -> Any:
    """The record that an address names; a look at a restricted one is logged. Raises NotFound, also for what the
    actor may not see."""
    found = find(number, request.actor)
    if found.confidentiality == Confidentiality.RESTRICTED and request.method != "POST":
        log.note("restricted-read", request.actor, via="web", request=request.id, record=found)
    return found


@require_safe
@page
def record(request: Asked, number: str) -> HttpResponse:
    """A record's page, now or as it was."""
    found = at_address(request, number)
    if found.number != number:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"/r/{found.number}/{'?' + query if query else ''}")
    it, actor = registry.types[found.kind], request.actor
    as_of, known_at = times_of(request)
    then = as_of is not None or known_at is not None
    told = whole(found, actor, as_of=as_of, known_at=known_at)
    shown, entries = told.body, told.history
    values.unlink_hidden(actor, shown, entries, seen=told.seen)
    internal = policy.sees_internal(actor, found)
    allowed = [] if then else next_actions(found, actor)
    may = {one.name for one in allowed}
    added = panels.shown(found, actor, as_of, known_at)
    apart = panels.placed(found) | sections.placed(it)
    context = {
        "it": it,
        "record": found,
        "shown": shown,
        "section": CLUSTERS[section_of(it)][0],
        "list": list_address(it),
        "facts": facts_of(it, found, shown, editable="edit" in may),
        "texts": sections.texts(it, shown, panels.shown_in(added), editable="edit" in may),
        "tables": sections.tables(it, shown, panels.shown_in(added), may, then=then),
        "approvals": shown.get("approvals", []),
        "watchers": shown.get("watchers", []),
        "shares": shown.get("shares", []),
        "my_turn": "approvals" in told.held and _my_turn(found, None if then else shown.get("approvals"), actor),
        "is_watching": any(_is_one(one["person"], {actor.person}) for one in shown.get("watchers", [])),
        "files": told.files,
        "is_mapped": is_mapped(told.relations),
        "relations": _by_label(panels.without_relations_in(added, told.relations)),
        "history": timeline.of(it, entries if "all" in request.GET else entries[-NEWEST:], _names(shown)),
        "older": max(0, len(entries) - NEWEST) if "all" not in request.GET else 0,
        "moments": _moments(found, actor, entries, then=then),
        "may": may,
        "steps": steps_of(it, found, [one for one in allowed if one.name not in apart]),
        "panels": added,
        "audiences": audiences_of(found, shown, actor) if "comment" in may else [],
        "internal": internal,
        "in_calendar": "" if then else address_of(it, shown),
        "circle": timeline.circle,
        "then": {"as_of": as_of, "known_at": known_at} if then else None,
        "may_restore": then and known_at is None and policy.may(actor, "edit", found).allowed,
        "text": {name: request.GET.get(name, "") for name in ("as_of", "known_at")},
    }
    return show(request, [f"{it.kind}/record.html", "web/record.html"], context)


def _names(shown: Mapping[str, Any]) -> list[str]:
    """Who watches a record, by name."""
    return [one["person"]["title"] for one in shown.get("watchers", []) if one["person"]]


def times_of(request: Asked) -> tuple[datetime | None, datetime | None]:
    """The times at which something is to be shown, as the address asks for them."""
    found = {}
    for name in ("as_of", "known_at"):
        text = request.GET.get(name, "").strip()
        try:
            zone = ZoneInfo(request.actor.zone)
            found[name] = parse_moment(text, zone, timezone.now()) if text else None
        except ValueError as error:
            raise Invalid(fields={name: str(error)}) from None
    return found["as_of"], found["known_at"]


def steps_of(it: RecordType, found: Any, allowed: Sequence[Action]) -> dict[str, list[Step]]:
    """What can be done: `first` what leads on from here, the next state first; `other` the rest; `seldom`."""
    order = {state.key: place for place, state in enumerate(it.states.all)}
    now = it.states.by_key.get(found.state)

    def ahead(one: Action) -> int | None:
        goal = it.states.by_key.get(one.to)
        if goal is None or goal.waiting or one.to == found.state:
            return None
        # What merely exists, such as a person or a rule, is not on its way to its end.
        if goal.final and not (goal.good and it.is_work):
            return None
        if now is not None and now.waiting and not goal.final:
            return 0
        distance = order[one.to] - order.get(found.state, 0)
        return distance if distance > 0 else None

    offered = [one for one in allowed if one.name not in IN_PLACE]
    # Of two that lead equally far the one that is meant for fewer states fits this one better.
    leading = sorted((one for one in offered if ahead(one) is not None), key=lambda one: (ahead(one), len(one.from_)))
    leading = leading[:FIRST]
    assign = [one for one in offered if one.name == "assign"]
    first = [*leading[:2], *assign, *leading[2:]]
    other = [one for one in offered if one not in first and one.name not in SELDOM]
    seldom = [one for one in offered if one.name in SELDOM]
    return {
        "first": [step(one, leads_on=one in leading) for one in first],
        "other": [step(one) for one in other],
        "seldom": [step(one) for one in seldom],
    }


def step(one: Action, *, leads_on: bool = False) -> Step:
    """An action as it is offered."""
    return Step(one.name, one.label, asks=bool(one.params), leads_on=leads_on)


def form_on(found: Any, one: Action, shown: Mapping[str, Any], actor: Actor) -> Form:
    """The form of an action, holding the record's own values where names agree."""
    it = registry.types[found.kind]
    form = of_action(it, one)
    # A row that the record owns has a beginning or a service of its own: what is called alike is not the same.
    alike = shown.keys() & it.fields.keys() if one.name not in sections.placed(it) else set()
    held = [i for i in form.inputs if i.name in alike and i.name != "audience" and not i.text]
    now = {i.name: i for i in filled(held, shown, numbers_of(shown))}
    inputs = (now.get(i.name, i) for i in form.inputs)
    return replace(form, inputs=tuple(_with_audiences(i, found, shown, actor) for i in inputs))


def numbers_of(shown: Mapping[str, Any]) -> dict[str, str]:
    """How the references of a record read in a form: number and title."""
    return {
        name: f"{value['number']} {value['title']}"
        for name, value in shown.items()
        if isinstance(value, dict) and "number" in value and "title" in value
    }


def _with_audiences(one: Input, found: Any, shown: Mapping[str, Any], actor: Actor) -> Input:
    if one.widget != "audience":
        return one
    choices = tuple(audiences_of(found, shown, actor))
    return replace(one, choices=choices, text=(one.text or "internal") if choices else "")


def audiences_of(found: Any, shown: Mapping[str, Any], actor: Actor) -> list[tuple[str, str]]:
    """Who can be chosen to read a comment or a file on this record; nothing for those who write in one circle only."""
    if policy.audiences_of(actor, found) is not None:
        return []
    choices = [("internal", _("IT staff only"))]
    if found.requester_id is not None and shown.get("requester"):
        choices.append(("requester", _("%(name)s, who asked, too") % {"name": shown["requester"]["title"]}))
    parties = {one["party"]["number"]: one["party"]["title"] for one in shown.get("shares", []) if one.get("party")}
    for number, title in parties.items():
        if number and number.startswith("ORG-"):
            choices.append((f"partner:{number.removeprefix('ORG-')}", _("%(name)s, a partner, too") % {"name": title}))
    return choices


def facts_of(it: RecordType, found: Any, shown: Mapping[str, Any], *, editable: bool) -> list[Fact]:
    """What is known, and what could be said; what is empty and no column of the type's list stands aside."""
    usual = frozenset(it.columns)
    facts = []
    for name, f in it.fields.items():
        if name not in shown or name in IN_HEAD or f.sort == "long-text" or (name in it.shapes and shown[name]):
            continue
        value = shown[name]
        blank = value in (None, "", {}, []) and name not in usual
        in_place = name if editable and name in it.editable and (f.sort != "json" or name in it.shapes) else ""
        if in_place or not blank:
            facts.append(Fact(f.label, values.fact(it, name, value), in_place, blank))
    custom = properties_of(it, found)
    for name, value in (shown.get("extra") or {}).items():
        label = str(custom.get(name, {}).get("title") or values.human(name))
        facts.append(Fact(label, values.plain(value)))
    return facts


def _by_label(found: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Relations under what they are called, read from this record."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        grouped.setdefault(one["label"], []).append(one)
    return grouped


def _moments(found: Any, actor: Actor, entries: Sequence[Mapping[str, Any]], *, then: bool) -> list[str]:
    """When something happened to the record, in order; the places of the time slider."""
    if not then:
        return sorted({one["at"] for one in entries})
    moments = policy.entries_for(actor, found).values_list("at", flat=True)
    return [at.isoformat() for at in sorted(set(moments))]


def _my_turn(found: Record, approvals: list[dict[str, Any]] | None, actor: Actor) -> bool:
    """Whether an approval waits for the reader; `approvals` are the record's present ones, if the reader has them."""
    if approvals is not None:
        return any(_is_one(one["approver"], actor.voices) and one["decision"] == Decision.PENDING for one in approvals)
    waiting = Approval.objects.filter(record_id=found.pk, approver_id__in=actor.voices, decision=Decision.PENDING)
    return bool(actor.voices) and waiting.exists()


def _is_one(person: Mapping[str, Any] | None, ids: Collection[int | None]) -> bool:
    """Whether a reference as it is shown is to a record with one of these ids."""
    return person is not None and str(person["number"]).rpartition("-")[2] in {str(pk) for pk in ids}
