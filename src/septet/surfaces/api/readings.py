"""What can be read about a record beside itself: history, relations, impact; and what can be read about all of them."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from septet.kernel import reading, search
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.fields import moment_text
from septet.kernel.impact import LIMIT, Impact, impact
from septet.kernel.impact.mapping import ImpactMap, Node, impact_map
from septet.kernel.limits import DO, IMPORT, READ, UNDO
from septet.kernel.loading import Head
from septet.kernel.models import Record, Run, Verb
from septet.kernel.references import find
from septet.surfaces.api import answers
from septet.surfaces.api.calls import ROOT, Call, truth
from septet.surfaces.api.times import read_times

LARGEST_SEARCH = 100


def show_history(call: Call, types: str, number: str) -> HttpResponse:
    """The journal of a record, as far as the caller may read it."""
    record = call.find(types, number)
    times = read_times(call.actor, call.params("as_of", "known_at"))
    return answers.as_json({"items": reading.history(record, call.actor, **times)})


def show_relations(call: Call, types: str, number: str) -> HttpResponse:
    """The relations of a record, from both ends."""
    record = call.find(types, number)
    times = read_times(call.actor, call.params("as_of", "known_at"))
    return answers.as_json({"items": reading.relations(record, call.actor, **times)})


def show_impact(call: Call, types: str, number: str) -> HttpResponse:
    """What fails or suffers if the record fails; with `up`, what it depends on; `without` takes others away too. With
    `edges` also what ties these records, what stands in for what is lost, and for whom the services are that fail."""
    record = call.find(types, number)
    call.demand_reading()
    params = call.params("up", "without", "edges", "limit", "as_of", "known_at")
    removed = [find(one.strip(), call.actor) for one in params.get("without", "").split(",") if one.strip()]
    question: dict[str, Any] = {
        "actor": call.actor,
        "up": truth(params, "up"),
        "limit": _limit(params.get("limit", ""), LIMIT, LIMIT),
        **read_times(call.actor, params),
    }
    body = impact_body(impact(record, removed=removed, **question), record, *removed)
    if truth(params, "edges"):
        body |= map_body(impact_map(record, off=[one.pk for one in removed], **question))
    return answers.as_json(body)


def impact_body(found: Impact, *failed: Record) -> dict[str, Any]:
    """An impact as every surface shows it; `failed` are the records it was asked for."""
    numbers = {one.pk: one.number for one in failed}
    numbers |= {one.record.pk: one.record.number for one in found.nodes}
    items = [
        {
            **_brief(one.record),
            "distance": one.distance,
            "parent": numbers.get(one.parent) if one.parent is not None else None,
            "relation": one.relation,
            "effect": one.effect,
        }
        for one in found.nodes
    ]
    return {
        "items": items,
        "total": found.total,
        "failing": found.failing,
        "hidden": found.hidden,
        "left_out": [asdict(one) for one in found.left_out],
    }


def map_body(found: ImpactMap) -> dict[str, Any]:
    """What a map tells beyond the impact itself."""
    numbers = {one.pk: one.number for one in found.nodes}
    whom = found.hit.whom
    return {
        "edges": [
            {
                "supplier": numbers[one.supplier],
                "dependent": numbers[one.dependent],
                "relation": one.relation or None,
                "need": one.need or None,
            }
            for one in found.ties
        ],
        "standing_in": [_brief(one) for one in found.nodes if one.stands_in],
        "services": [{**_brief(one), "effect": one.effect} for one in found.hit.services],
        "customers": [{"number": one.number, "title": one.title, "people": one.people} for one in whom.customers],
        "for_all": whom.for_all,
        "everybody": whom.everybody,
    }


def _brief(record: Head | Node) -> dict[str, Any]:
    return {"number": record.number, "title": record.title, "kind": record.kind, "state": record.state}


def _limit(text: str, usual: int, largest: int) -> int:
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= largest:
        raise Invalid(fields={"limit": f"Between 1 and {largest}."})
    return int(text)


def search_records(call: Call) -> HttpResponse:
    """The records that fit a text best, of every type or of one."""
    params = call.params("q", "type", "limit")
    text = params.get("q", "").strip()
    if not 1 <= len(text) <= 500:
        raise Invalid(fields={"q": "Say what to search for, in 1 to 500 characters."})
    it = call.type(params["type"]) if params.get("type") else None
    call.demand_reading(it)
    kind = it.kind if it else None
    hits = search.search(text, call.actor, kind=kind, limit=_limit(params.get("limit", ""), 20, LARGEST_SEARCH))
    return answers.as_json({"items": [asdict(one) for one in hits]})


def show_run(call: Call, run: str) -> HttpResponse:
    """A background run: the caller's own, or anybody's for administrators."""
    call.params()
    call.demand_scope(READ, DO, IMPORT, UNDO)
    try:
        found = Run.objects.filter(pk=UUID(run)).first()
    except ValueError:
        found = None
    if found is None or not (found.asked_by == call.actor.person or call.actor.has_everywhere(Verb.ADMINISTER)):
        raise NotFound(f"There is no run {run}, or you may not see it.")
    return answers.as_json(run_body(found))


def accepted(run: Run) -> HttpResponse:
    """The answer to what a worker is going to do: where to look how far it is."""
    return answers.as_json(run_body(run), 202, {"Location": f"{ROOT}/runs/{run.pk}"})


def run_body(run: Run) -> dict[str, Any]:
    """A run as every surface shows it."""
    moments = {name: getattr(run, name) for name in ("queued_at", "started_at", "ended_at")}
    return {
        "id": str(run.pk),
        "task": run.task,
        "state": run.state,
        **{name: moment_text(at) if at else None for name, at in moments.items()},
        "done": run.done,
        "total": run.total,
        "message": run.message,
        "result": run.result,
        "error": run.error,
        "attempt": run.attempt,
        "request": run.request,
    }


def show_me(call: Call) -> HttpResponse:
    """Who asks, and what they may do."""
    call.params()
    actor = call.actor
    ids = {actor.person, actor.organisation, *actor.teams, *(one.for_person for one in actor.rights)}
    ids |= {pk for one in actor.rights for _, pk in one.scope}
    titles = reading.titles_of((one for one in ids if one is not None), actor)
    rights = [
        {
            "verb": one.verb,
            "kind": one.kind,
            "scope": [reading.link("", pk, titles) for _, pk in one.scope],
            "on_behalf_of": reading.link("person", one.for_person, titles),
        }
        for one in actor.rights
        if one.verb not in {Verb.MEMBER, Verb.STAND_IN}
    ]
    return answers.as_json(
        {
            "person": reading.link("person", actor.person, titles),
            "organisation": reading.link("organisation", actor.organisation, titles),
            "teams": [reading.link("function-team", one, titles) for one in sorted(actor.teams)],
            "rights": sorted(rights, key=lambda one: (one["kind"], one["verb"])),
            "scope": str(actor.limits or ""),
            "zone": actor.zone,
        }
    )
