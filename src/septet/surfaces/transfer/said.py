"""What rows say about records, on its way to becoming drafts."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from septet.lib.drafts import Draft, Key, Link
from septet.surfaces.transfer.plan import RecordPlan, StepPlan
from septet.surfaces.transfer.rows import Reader, Row

# A key that a draft speaks of: the key, the number of the plan's reader that read it, the file and the line where it
# stands, and whose place the record's id takes: FIELD name, field name of STEP index, DOER of step index, LINK index.
# A plain tuple, because there are more of them than of anything else.
Reference = tuple[Key, int, int, int, int, int, str]
FIELD, STEP, DOER, LINK = range(4)


@dataclass(slots=True)
class Mapped:
    """A draft and its references. `plan` is the index of its rule among the plan's records, `file` that of the file
    where it begins."""

    draft: Draft
    plan: int
    file: int
    references: list[Reference] = field(default_factory=list)

    def put(self, reference: Reference, record: int | None) -> None:
        """Put a record's id, or nothing, in the place of a key."""
        _, _, _, _, part, index, name = reference
        if part == FIELD:
            self.draft.fields[name] = record
        elif part == LINK:
            self.draft.links[index].target = record or 0
        elif part == STEP:
            self.draft.steps[index].fields[name] = record
        else:
            self.draft.steps[index].actor = record


@dataclass(slots=True)
class Moment:
    """A step that rows speak of, before steps are put in order."""

    at: datetime
    row: Row
    plan: StepPlan
    fields: dict[str, Any]
    extra: dict[str, Any]
    note: str = ""
    actor: Key | None = None


@dataclass(slots=True)
class Said:
    """What one row says about one record."""

    plan: RecordPlan
    row: Row
    count: int = 1
    at: Any = None
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[Link, Reader]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    whole: dict[int, Moment] = field(default_factory=dict)


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    return value.key if isinstance(value, Key) else value


def order(value: Any) -> tuple[str, Any]:
    return ("", value) if isinstance(value, int | Decimal) else (type(value).__name__, value)


def shown(value: Any) -> str:
    if isinstance(value, Key):
        return value.key
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)
