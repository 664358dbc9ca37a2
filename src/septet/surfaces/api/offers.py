"""Readings about a record, reports about many, and procedures, as their declarations say."""

from typing import Any, get_args, get_origin

from django.http import HttpRequest, HttpResponse

from septet.kernel.readings import Offer, offers, read_about, read_report, run_procedure
from septet.kernel.registry import registry
from septet.surfaces.api import answers
from septet.surfaces.api.calls import VIA, Call
from septet.surfaces.api.idempotency import once


def methods_of(types: str, number: str, name: str) -> tuple[str, ...]:
    """How to call what stands under a name of a record: readings are got, actions posted."""
    it = registry.by_path.get(types)
    if it is not None and name in it.actions:
        return ("POST",)
    known = it is not None and name in offers.of_type(it)
    return ("GET",) if known else ("GET", "POST")


def show_reading(call: Call, types: str, number: str, name: str) -> HttpResponse:
    """What a reading says about a record."""
    record = call.find(types, number)
    one = offers.reading(call.type(types), name)
    return answers.as_json(read_about(record, name, call.actor, asked(one, call.request)))


def list_reports(call: Call) -> HttpResponse:
    """What reports there are."""
    call.params()
    return answers.as_json({"items": [offer_brief(one) for one in offers.reports.values()]})


def show_report(call: Call, report: str) -> HttpResponse:
    """What a report says."""
    one = offers.report(report)
    return answers.as_json(read_report(report, call.actor, asked(one, call.request)))


def run(call: Call, procedure: str) -> HttpResponse:
    """Do what a procedure does."""
    call.params()
    given = call.json()
    offers.procedure(procedure)

    def do() -> HttpResponse:
        return answers.as_json(run_procedure(procedure, call.actor, given, via=VIA, request=call.id))

    return once(call, call.request.body, do)


def asked(one: Offer, request: HttpRequest) -> dict[str, Any]:
    """The parameters of an address: a list may be repeated or separated by commas."""
    found: dict[str, Any] = {}
    for name, values in request.GET.lists():
        hint = one.schema.model_fields[name].annotation if name in one.schema.model_fields else None
        if _is_list(hint):
            found[name] = [piece for value in values for piece in value.split(",") if piece]
        else:
            found[name] = values[-1]
    return found


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is list or any(_is_list(one) for one in get_args(hint))


def offer_brief(one: Offer) -> dict[str, Any]:
    """A reading or report in one line."""
    return {"name": one.name, "label": one.label, "help": one.help, "parameters": list(one.params)}
