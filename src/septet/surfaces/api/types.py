"""What there is: every record type with its fields, states and actions, as the registry has it."""

from typing import Any

from django.http import HttpResponse

from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.fields import FieldInfo
from septet.kernel.listing import filterable, sortable
from septet.kernel.policy import may_create
from septet.kernel.readings import offers
from septet.kernel.registry import Action, RecordType, registry
from septet.surfaces.api import answers
from septet.surfaces.api.calls import Call
from septet.surfaces.api.offers import offer_brief
from septet.surfaces.api.openapi.schemas import body_of_action


def list_types(call: Call) -> HttpResponse:
    """Every record type."""
    call.params()
    return answers.as_json({"items": [brief(it, call.actor) for it in registry.types.values()]})


def show_type(call: Call, name: str) -> HttpResponse:
    """One record type with its fields, states and actions."""
    call.params()
    return answers.as_json(type_body(call.type(name), call.actor))


def type_body(it: RecordType, actor: Actor) -> dict[str, Any]:
    """A record type as every surface shows it."""
    hidden = set(it.hidden)
    return {
        **brief(it, actor),
        "states": [
            {"key": one.key, "label": str(one.label), "waiting": one.waiting, "final": one.final}
            for one in it.states.all
        ],
        "order": it.order,
        "fields": [_field(it, one) for name, one in it.fields.items() if name not in hidden],
        "custom_fields": properties_of(it),
        "actions": [_action(it, one) for one in it.actions.values()],
        "readings": [offer_brief(one) for one in offers.of_type(it).values()],
    }


def brief(it: RecordType, actor: Actor) -> dict[str, Any]:
    """A type in one line; `path` is its name in addresses."""
    return {
        "path": it.path,
        "kind": it.kind,
        "prefix": it.prefix,
        "label": it.label,
        "label_plural": it.label_plural,
        "help": (type(it).__doc__ or "").strip(),
        "cluster": str(it.cluster),
        "may_create": bool(may_create(actor, it)),
    }


def _field(it: RecordType, one: FieldInfo) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "help": one.help,
        "sort": one.sort,
        "required": one.required,
        "editable": one.name in it.editable,
        "internal": one.internal,
        "filterable": one.name in filterable(it),
        "sortable": one.name in sortable(it),
        "kind": one.kind or None,
        "choices": [{"value": value, "label": label} for value, label in one.choices],
        "max_length": one.max_length,
    }


def _action(it: RecordType, one: Action) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": str(one.label),
        "help": one.help,
        "from": list(one.from_),
        "to": one.to or None,
        "verb": str(one.verb),
        "undoable": one.undoable,
        "why_not": one.why_not,
        "schema": body_of_action(it, one),
    }
