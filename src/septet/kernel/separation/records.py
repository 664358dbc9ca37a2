"""How separation rules appear, and what they may speak of."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.errors import Invalid
from septet.kernel.governing.records import Governing
from septet.kernel.registry import RecordType, kinds, register, registry
from septet.kernel.separation.models import SeparationRule
from septet.kernel.separation.rules import forget, names_in
from septet.kernel.shapes import Lists, Shape
from septet.lib.text import suggestion

CONDITIONS = frozenset({"choice", "text", "boolean", "integer"})


@register
class SeparationRuleType(Governing):
    """A separation rule."""

    model, prefix = SeparationRule, "SOD"
    columns = ("number", "title", "applies_to", "first", "second", "state")
    filters = ("state", "applies_to")
    shapes: ClassVar[dict[str, Shape]] = {"condition": Lists(_("Field"), _("Is one of these values"), texts=False)}
    options: ClassVar[dict[str, Any]] = {"applies_to": lambda: [("*", _("Every type")), *kinds()]}
    form: ClassVar[dict[Any, tuple[str, ...]]] = {
        "": ("title", "applies_to", "first", "second", "condition", "within_days", "reason")
    }
    example: ClassVar[dict[str, Any]] = {
        "title": "Nobody approves what they asked for",
        "applies_to": "change",
        "first": "requester, submit",
        "second": "authorise",
        "reason": "An approval is somebody else's judgement.",
    }

    def settle(self, record: SeparationRule, before: dict[str, Any] | None, now: Any) -> None:
        it = registry.types.get(record.applies_to)
        if it is None and record.applies_to != "*":
            known = ["*", *registry.types]
            raise Invalid(
                fields={
                    "applies_to": f"There is no record type {record.applies_to!r}."
                    f"{suggestion(record.applies_to, known)}"
                }
            )
        problems = {name: _unknown(getattr(record, name), it) for name in ("first", "second")}
        problems["condition"] = _unknown_condition(record.condition, it)
        if problems := {name: text for name, text in problems.items() if text}:
            raise Invalid(fields=problems)
        forget()


def _unknown(text: str, it: RecordType | None) -> str:
    known = _known(it)
    unknown = sorted(names_in(text) - known)
    if unknown:
        return f"There is no action and no field with a person called {unknown[0]!r}.{suggestion(unknown[0], known)}"
    return "" if names_in(text) else "Name at least one action."


def _known(it: RecordType | None) -> set[str]:
    """The actions and the fields with a person that a type has; without a type those that all have."""
    if it is not None:
        return {*it.actions, *(name for name, f in it.fields.items() if f.kind == "person")}
    return set.intersection(*map(_known, registry.types.values()))


def _unknown_condition(condition: dict[str, Any], it: RecordType | None) -> str:
    fields = {name for name, f in it.fields.items() if f.sort in CONDITIONS} if it else {"state"}
    for name, values in condition.items():
        if name not in fields:
            return f"There is no field {name!r} to compare.{suggestion(name, fields)}"
        if not isinstance(values, list):
            return f'Write the values of {name} as a list: {{"{name}": ["major", "significant"]}}.'
    return ""
