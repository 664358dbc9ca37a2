"""What item types say about their items: attributes and relation rules, inherited from parent to child."""

from dataclasses import dataclass, field
from typing import Any

from septet.kernel.errors import Conflict, Invalid
from septet.kernel.kept import Kept
from septet.kernel.models import Record
from septet.kernel.registry import registry
from septet.lib.text import suggestion
from septet.release.configuration.models import ConfigurationItem, ItemType


@dataclass(frozen=True, slots=True)
class Known:
    """An item type as its items are judged by: its key and all that it inherits."""

    key: str
    controlled: bool
    lineage: frozenset[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    relation_rules: dict[str, list[str]] = field(default_factory=dict)


def _read() -> dict[int, Known]:
    rows = {one.pk: one for one in ItemType.objects.filter(withdrawn_at=None)}
    return {pk: _gather(rows, one) for pk, one in rows.items()}


# All item types by id; asked for at every change of an item.
known = Kept(5.0, _read)
forget = known.forget


def _gather(rows: dict[int, ItemType], one: ItemType) -> Known:
    chain = [one]
    while (parent := rows.get(chain[-1].parent_id or 0)) is not None and parent not in chain:
        chain.append(parent)
    attributes: dict[str, Any] = {}
    required: set[str] = set()
    rules: dict[str, list[str]] = {}
    for step in reversed(chain):
        attributes |= step.attributes.get("properties", {})
        required |= set(step.attributes.get("required", []))
        rules |= step.relation_rules
    lineage = frozenset(step.key for step in chain)
    return Known(one.key, one.controlled, lineage, attributes, frozenset(required), rules)


def of(item: ConfigurationItem) -> Known | None:
    """The type of an item; None if it has none, or one that was withdrawn."""
    return known().get(item.item_type_id or 0)


def attributes_of(item_type: int | None) -> dict[str, Any]:
    """The attributes that items of a type have, inherited ones too: name -> JSON Schema."""
    found = known().get(item_type or 0)
    return found.attributes if found else {}


def check(record: ItemType, before: dict[str, Any] | None) -> None:
    """Refuse a type that could not be used: a cycle of parents, a taken key, no JSON Schema, unknown relations."""
    problems = {}
    if before is None or before["key"] != record.key:
        same = ItemType.objects.filter(key=record.key, withdrawn_at=None).exclude(pk=record.pk)
        if same.exists():
            problems["key"] = f"Another item type has the key {record.key!r}."
    if before is None or before["parent"] != record.parent_id:
        _check_parents(record)
    if problem := _schema_problem(record.attributes):
        problems["attributes"] = problem
    if problem := _rules_problem(record.relation_rules):
        problems["relation_rules"] = problem
    if problems:
        raise Invalid(fields=problems)


def _check_parents(record: ItemType) -> None:
    seen = {record.pk}
    parent = record.parent_id
    while parent is not None:
        if parent in seen:
            raise Conflict("This type would be its own ancestor; choose another parent.")
        seen.add(parent)
        parent = ItemType.objects.filter(pk=parent).values_list("parent_id", flat=True).first()


def _schema_problem(schema: dict[str, Any]) -> str:
    import jsonschema  # slow to load, and rarely needed

    properties = schema.get("properties", {})
    if set(schema) - {"properties", "required", "type", "title", "description"}:
        return 'Only "properties" and "required" are understood here.'
    if not isinstance(properties, dict) or not all(isinstance(one, dict) for one in properties.values()):
        return 'It needs an object under "properties", one object for each attribute.'
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return f"This is no JSON Schema: {error.message[:200]}"
    return ""


def _rules_problem(rules: dict[str, Any]) -> str:
    for relation, keys in rules.items():
        if relation not in registry.relations:
            return f"There is no relation type {relation!r}.{suggestion(relation, registry.relations)}"
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            return 'Write the keys of item types as a list: {"runs-on": ["server"]}.'
    return ""


def check_belonging(item: ConfigurationItem) -> None:
    """Refuse a new item type for an item that holds values of attributes which the new one does not have."""
    if not item.extra:
        return
    from septet.kernel.governing.custom_fields import declared

    strange = sorted(set(item.extra) - set(attributes_of(item.item_type_id)) - set(declared("configuration-item")))
    if strange:
        raise Invalid(fields={"item_type": f"Items of this type have no {', '.join(strange)}; clear these first."})


def check_relation(item: ConfigurationItem, relation: str, target: Record) -> None:
    """Refuse a relation to an item whose type the rules of this item's type do not name, itself or an ancestor."""
    known_type = of(item)
    allowed = known_type.relation_rules.get(relation) if known_type else None
    if allowed is None or target.kind != item.kind:
        return
    other = known().get(ConfigurationItem.objects.values_list("item_type_id", flat=True).get(pk=target.pk) or 0)
    if other is None or not other.lineage & set(allowed):
        raise Invalid(
            fields={
                "target": f"By its type {item.number} is tied by {relation} only to: {', '.join(allowed)}; "
                f"{target.number} is {other.key if other else 'of no type'}."
            }
        )
