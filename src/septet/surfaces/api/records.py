"""Lists, records and what is done to them: the main part of the grammar, the same for every type."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from septet.kernel import listing, policy
from septet.kernel.actions import action_of, create, perform
from septet.kernel.models import Record
from septet.kernel.reading import body
from septet.kernel.registry import registry
from septet.surfaces.api import answers
from septet.surfaces.api.calls import VIA, Call, address, truth
from septet.surfaces.api.idempotency import once
from septet.surfaces.api.manner import Manner, Opening, split
from septet.surfaces.api.times import read_times


def list_records(call: Call, types: str) -> HttpResponse:
    """One page of a list, with the count of all of it if that was asked for."""
    it = call.readable(types)
    counted = truth({"count": call.request.GET.get("count", "")}, "count")
    query = listing.Query.parse(it, dict(call.request.GET.lists()), zone=call.actor.zone)
    page = listing.page(query, call.actor)
    found: dict[str, Any] = {"items": page.items, "next": page.next}
    if counted:
        found["count"] = listing.count(query, call.actor)
    return answers.as_json(found)


def create_record(call: Call, types: str) -> HttpResponse:
    """Open a record."""
    it = call.type(types)
    call.params()
    given = call.json()

    def do() -> HttpResponse:
        fields, manner = split(given, it.editable, Opening)
        record = create(
            it.kind,
            call.actor,
            via=VIA,
            note=manner.note,
            at=manner.at,
            request=call.id,
            key=manner.pair(),
            fields=fields,
        )
        return shown(call, record, 201)

    return once(call, call.request.body, do)


def show_record(call: Call, types: str, number: str) -> HttpResponse:
    """One record, as it is or as it was."""
    record = call.find(types, number)
    times = read_times(call.actor, call.params("as_of", "known_at"))
    if any(times.values()):
        return answers.as_json(body(record, call.actor, **times))
    if answers.is_known(call.request, record.version):
        return HttpResponse(status=304, headers={"ETag": answers.etag(record.version)})
    return _told(call, record)


def edit_record(call: Call, types: str, number: str) -> HttpResponse:
    """Change fields of a record."""
    record = call.find(types, number)
    call.params()
    return _done(call, record, "edit", call.json())


def do_action(call: Call, types: str, number: str, name: str) -> HttpResponse:
    """Do an action to a record."""
    record = call.find(types, number)
    call.params()
    action_of(call.type(types), name)
    given = call.json()
    return once(call, call.request.body, lambda: _done(call, record, name, given))


def _done(call: Call, record: Any, action: str, given: Mapping[str, Any]) -> HttpResponse:
    act(call, record, action, given, answers.expected_version(call.request))
    return shown(call, record)


def act(call: Call, record: Any, action: str, given: Mapping[str, Any], version: int | None) -> None:
    """Do an action with the parameters, note and time that stand in a body. Raises what `perform` raises."""
    it = registry.types[record.kind]
    own = it.editable if action == "edit" else action_of(it, action).params
    params, manner = split(given, own, Manner)
    perform(
        record,
        action,
        call.actor,
        via=VIA,
        version=version,
        note=manner.note,
        at=manner.at,
        request=call.id,
        params=params,
    )


def shown(call: Call, record: Record, status: int = 200) -> HttpResponse:
    """The record as the caller may see it now; no content if the action took it out of their sight."""
    if not policy.may(call.actor, "see", record):
        return HttpResponse(status=204)
    return _told(call, record, status)


def _told(call: Call, record: Record, status: int = 200) -> HttpResponse:
    headers = {"ETag": answers.etag(record.version)}
    if status == 201:
        headers["Location"] = address(record)
    return answers.as_json(body(record, call.actor), status, headers)
