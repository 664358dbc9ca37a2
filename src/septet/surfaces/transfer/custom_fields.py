"""Which custom fields an import needs, declared as records of their own before anything can hold them."""

from collections.abc import Iterator
from typing import Any

from septet.lib.drafts import Draft
from septet.surfaces.transfer.plan import EXTRA, Plan, RecordPlan
from septet.surfaces.transfer.rows import Reader, custom_name


def declarations(plan: Plan) -> Iterator[Draft]:
    """One set of custom fields for each kind that needs any; known again by profile and kind."""
    names: dict[str, dict[str, Any]] = {}
    for record in plan.records:
        for name in sorted(_names(plan, record)):
            names.setdefault(record.rule.kind, {})[name] = {"title": name}
    for kind, properties in names.items():
        fields: dict[str, object] = {
            "title": f"{plan.profile.name}: custom fields of {kind}",
            "applies_to": kind,
            "json_schema": {"properties": properties},
        }
        yield Draft("custom-fields", (plan.profile.source, f"{plan.profile.name} {kind}"), fields, None)


def _names(plan: Plan, record: RecordPlan) -> set[str]:
    """Columns kept as they stand, fields named `extra.…`, and columns that a value may leave behind."""
    kept = plan.kept(record)
    found = {custom_name(name) for name in plan.columns.names if kept(name) is not None}
    for fields in (record.fields, *(step.fields for step in record.steps)):
        for name, reader in fields.items():
            if name.startswith(EXTRA):
                found.add(custom_name(name.removeprefix(EXTRA)))
            found |= _left_behind(reader)
    others = [record.at, *(link.to for link in record.links), *(step.at for step in record.steps)]
    others += [one for step in record.steps for one in (step.note, step.actor)]
    return found.union(*(_left_behind(one) for one in others if one is not None))


def _left_behind(reader: Reader) -> set[str]:
    spec = reader.spec
    if spec.keep or spec.otherwise == "keep" or (reader.refers and reader.missing != "refuse"):
        return {custom_name(name) for name in reader.columns}
    return set()
