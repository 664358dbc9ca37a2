"""Which priority a record has. The matrix then in force decides, so an edit today leaves the past as it was judged."""

from datetime import datetime
from typing import Any

from septet.kernel.bulk_rows.batch import for_this_batch
from septet.kernel.revisions import Revised
from septet.team.priorities.models import PriorityCell, PriorityMatrix

LEVELS = range(1, 6)


def usual(impact: int, urgency: int) -> int:
    """The priority where no matrix says otherwise: the mean of impact and urgency, the better half rounded up.

    1 is the highest of five levels. On three levels this is the matrix of ITIL practice stretched to five.
    """
    return (impact + urgency + 1) // 2


def priority_at(at: datetime, impact: int, urgency: int) -> int:
    """The priority of impact and urgency by the matrix in force at a moment."""
    matrices = for_this_batch("priority matrices", MATRICES.get)
    if matrices is None:
        matrices = MATRICES.get()
    cells_then = next((cells for since, cells in matrices if since <= at), {})
    return cells_then.get((impact, urgency), usual(impact, urgency))


def _matrices() -> list[tuple[datetime, dict[tuple[int, int], int]]]:
    """All matrices in force, the newest first, each with its cells."""
    in_force = PriorityMatrix.objects.filter(withdrawn_at=None, state="in-force").order_by("-valid_from", "-pk")
    found: dict[int, tuple[datetime, dict[tuple[int, int], int]]] = {}
    for pk, since in in_force.values_list("pk", "valid_from"):
        found[pk] = (since, {})
    cells = PriorityCell.objects.filter(record_id__in=found)
    for pk, impact, urgency, priority in cells.values_list("record_id", "impact", "urgency", "priority"):
        found[pk][1][impact, urgency] = priority
    return list(found.values())


MATRICES = Revised("priorities", _matrices, {"priority-matrix": ()})


def follow_priority(record: Any, before: dict[str, Any] | None, *, kept: bool = False) -> None:
    """Give a record the priority of its impact and urgency as judged when it was opened, if either changed.

    `kept`: somebody set the priority by hand, with a reason; it stays. A priority that came with the record from
    another system stays until impact or urgency change.
    """
    if kept or (before is None and record.priority is not None):
        return
    if before is None or (before["impact"], before["urgency"]) != (record.impact, record.urgency):
        record.priority = priority_at(record.opened_at, record.impact, record.urgency)
