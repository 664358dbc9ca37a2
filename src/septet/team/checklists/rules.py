"""Whether a checklist may be started, in which order its lines go, and when each is due."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from septet.lib.calendars import Calendar
from septet.lib.offsets import parse_offset
from septet.team.checklists.models import Checklist, ChecklistLine


def why_not(checklist: Checklist, kind: str, at: datetime) -> str:
    """Why a checklist cannot be started on a record of this kind at a moment; empty if it can."""
    if checklist.state != "in-force" or checklist.withdrawn_at is not None:
        return f"{checklist.number} is out of force."
    if checklist.valid_from is not None and at < checklist.valid_from:
        return f"{checklist.number} is not in force yet."
    if checklist.valid_to is not None and at >= checklist.valid_to:
        return f"{checklist.number} is no longer in force."
    if checklist.applies_to not in ("", kind):
        return f"{checklist.number} is for records of the type {checklist.applies_to}."
    return ""


def due_times(lines: Iterable[ChecklistLine], event: datetime, calendar: Calendar | None) -> dict[int, datetime]:
    """When each line is due. Raises ValueError with a sentence for the user."""
    return {one.line: parse_offset(one.due).of(event, calendar) for one in lines}


def in_order(lines: Mapping[int, ChecklistLine], due: Mapping[int, datetime]) -> list[ChecklistLine]:
    """The lines as they are worked off: what waits for another after it, else what is due first, else by number."""
    placed: dict[int, None] = {}
    left = sorted(lines.values(), key=lambda one: (due[one.line], one.line))
    while left:
        following = next(one for one in left if all(number in placed for number in one.after))
        placed[following.line] = None
        left.remove(following)
    return [lines[number] for number in placed]
