"""The addresses and schemas of readings, reports and procedures."""

from functools import cache

from septet.kernel.readings import Offer, offers
from septet.kernel.registry import RecordType, registry
from septet.lib.text import with_article
from septet.surfaces.api.openapi.parts import READ_ONE, WRITE, json_body, operation, parameter, query
from septet.surfaces.api.openapi.schemas import Schema, cleaned, name_of, of_model, ref

MOVED = {301: "Moved"}


def of_type(it: RecordType) -> dict[str, Schema]:
    """The readings of a type."""
    return {
        f"/{it.path}/{{number}}/{one.name}": {"parameters": [parameter("Number")], "get": _reading(it, one)}
        for one in offers.of_type(it).values()
    }


def paths() -> dict[str, Schema]:
    """Reports and procedures."""
    found: dict[str, Schema] = {
        "/reports": {"get": operation("reports", "Septet", "The reports there are", {200: ref("Reports")})}
    }
    for one in offers.reports.values():
        found[f"/reports/{one.name}"] = {
            "get": operation(
                f"report.{one.name}",
                "Septet",
                one.label,
                {200: _answer(one)},
                params=_query(one),
                description=one.help,
            )
        }
    for one in offers.procedures.values():
        found[f"/procedures/{one.name}"] = {"post": _procedure(one)}
    return found


def _reading(it: RecordType, one: Offer) -> Schema:
    return operation(
        f"{it.path}.{one.name}",
        it.path,
        f"{one.label} of {with_article(it.singular)}",
        {200: _answer(one), **MOVED},
        params=_query(one),
        problems=READ_ONE,
        description=one.help,
    )


def _procedure(one: Offer) -> Schema:
    needed = any(field.is_required() for field in one.schema.model_fields.values())
    return operation(
        f"procedure.{one.name}",
        "Septet",
        one.label,
        {200: _answer(one)},
        params=[parameter("IdempotencyKey")],
        body=json_body(of_model(one.schema), [e for e in one.examples if e], required=needed),
        problems=WRITE,
        description=one.help,
    )


def _query(one: Offer) -> list[Schema]:
    properties = of_model(one.schema).get("properties", {})
    required = set(of_model(one.schema).get("required", []))
    found = []
    for name, schema in properties.items():
        spec = query(name, str(schema.get("description") or name.replace("_", " ").capitalize()), schema)
        if schema.get("type") == "array":
            spec |= {"style": "form", "explode": False}
        found.append({**spec, "required": True} if name in required else spec)
    return found


def _answer(one: Offer) -> Schema:
    found: Schema = cleaned(_generated(one))
    return {key: value for key, value in found.items() if key != "$defs"}


@cache
def _generated(one: Offer) -> Schema:
    return one.answer.json_schema(mode="serialization", ref_template="#/components/schemas/{model}")


def schemas() -> dict[str, Schema]:
    """The schemas that the answers are made of, for the components. Two of one name must be the same."""
    found: dict[str, Schema] = {
        "Reports": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": ref("ReportBrief")}},
        },
        "ReportBrief": {
            "type": "object",
            "required": ["name", "label", "help", "parameters"],
            "properties": {
                **{name: {"type": "string"} for name in ("name", "label", "help")},
                "parameters": {"type": "array", "items": {"type": "string"}},
            },
        },
    }
    types = {name_of(it) for it in registry.types.values()}
    for one in (*offers.readings, *offers.reports.values(), *offers.procedures.values()):
        for name, schema in cleaned(_generated(one)).get("$defs", {}).items():
            assert found.get(name, schema) == schema, f"two answers call different things {name}"
            assert name not in types, f"an answer of {one.name} is called {name}, as a record type is"
            found[name] = schema
    return found
