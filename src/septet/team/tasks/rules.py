"""Who may end a task, and what is in the way."""

from septet.team.tasks.models import Completer, Task


def why_not_theirs(task: Task, person: int | None, teams: frozenset[int]) -> str:
    """Why somebody is not the one to do this task; empty if they are. `teams`: those they belong to."""
    mine = person is not None and person == task.owner_id
    if task.completed_by == Completer.ANYONE or mine:
        return ""
    if task.completed_by == Completer.TEAM and task.team_id in teams:
        return ""
    if task.completed_by == Completer.OWNER:
        return "Only its owner can do this task; ask them, or let it be assigned to you."
    return "Only its owner and its team can do this task; ask them, or let it be assigned to you."
