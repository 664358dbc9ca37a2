"""How checklists appear, and the trace that one leaves on the record on which it was started."""

from typing import Any, ClassVar

from septet.kernel.errors import Invalid
from septet.kernel.governing.records import Governing
from septet.kernel.registry import RecordType, kinds, register, registry
from septet.kernel.shapes import Kept
from septet.lib.offsets import parse_offset
from septet.lib.text import suggestion
from septet.team.checklists.models import Checklist, ChecklistLine, StartedChecklist

RecordType.base_parts["checklists"] = StartedChecklist


@register
class ChecklistType(Governing):
    """A checklist."""

    model, prefix = Checklist, "CHK"
    columns = ("number", "title", "applies_to", "event", "owner", "state")
    filters = ("state", "applies_to", "owner", "team")
    parts: ClassVar[dict[str, Any]] = {"lines": ChecklistLine}
    options: ClassVar[dict[str, Any]] = {"applies_to": kinds}
    kept: ClassVar[dict[str, Kept]] = {"lines": Kept(add="add-line", change="change-line", remove="remove-line")}
    example: ClassVar[dict[str, Any]] = {"title": "A new colleague", "applies_to": "person", "event": "First day"}

    def settle(self, record: Checklist, before: dict[str, Any] | None, now: Any) -> None:
        if record.applies_to and record.applies_to not in registry.types:
            near = suggestion(record.applies_to, registry.types)
            raise Invalid(fields={"applies_to": f"There is no record type {record.applies_to!r}.{near}"})
        if record.valid_from and record.valid_to and record.valid_to <= record.valid_from:
            raise Invalid(fields={"valid_to": "The end must come after the beginning."})
        if record.calendar_id is None and before is not None:
            _check_needs_no_calendar(record)


def _check_needs_no_calendar(checklist: Checklist) -> None:
    for row in ChecklistLine.objects.filter(record_id=checklist.pk).order_by("line"):
        if parse_offset(row.due).unit == "wd":
            sentence = f"Line {row.line} counts working days; name the business calendar that says which these are."
            raise Invalid(fields={"calendar": sentence})
