"""Which custom fields are in force; asked for at every action."""

from typing import Any

from septet.kernel.governing.models import CustomFields
from septet.kernel.kept import Kept


def declared(kind: str) -> dict[str, Any]:
    """The custom fields of a kind, name -> JSON Schema; another process's edit is seen within five seconds."""
    return _by_kind().get(kind, {})


def _read() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    rows = CustomFields.objects.filter(state="in-force", withdrawn_at=None).order_by("pk")
    for kind, schema in rows.values_list("applies_to", "json_schema"):
        found.setdefault(kind, {}).update(schema.get("properties", {}))
    return found


_by_kind = Kept(5.0, _read)
forget = _by_kind.forget
