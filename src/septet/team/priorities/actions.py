"""Filling a matrix in, and taking it out of force."""

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import action
from septet.team.priorities.levels import Impact, Level, Levels, Urgency
from septet.team.priorities.models import PriorityCell, PriorityMatrix
from septet.team.priorities.rules import usual


@action(
    PriorityMatrix,
    from_=("in-force",),
    verb=Verb.MANAGE,
    examples=[{"impact": 1, "urgency": 1, "priority": 1}],
)
def set_cell(matrix: PriorityMatrix, actor: Actor, *, impact: Level, urgency: Level, priority: Level) -> None:
    """Say which priority an impact and an urgency give; records opened later follow it."""
    _set(cells_of(matrix).get((impact, urgency)), impact, urgency, priority)


@action(
    PriorityMatrix,
    from_=("in-force",),
    verb=Verb.MANAGE,
    examples=[{"priorities": [[(impact + urgency + 1) // 2 for urgency in range(1, 6)] for impact in range(1, 6)]}],
)
def fill_in(matrix: PriorityMatrix, actor: Actor, *, priorities: Levels) -> None:
    """Say for every impact and urgency which priority they give; records opened later follow it."""
    held = cells_of(matrix)
    for impact, line in zip(Impact.values, priorities, strict=True):
        for urgency, priority in zip(Urgency.values, line, strict=True):
            row = held.get((impact, urgency))
            if row is not None or priority != usual(impact, urgency):
                _set(row, impact, urgency, priority)


def cells_of(matrix: PriorityMatrix) -> dict[tuple[int, int], PriorityCell]:
    """The cells that a matrix has, by impact and urgency."""
    return {(row.impact, row.urgency): row for row in PriorityCell.objects.filter(record_id=matrix.pk)}


def levels_of(matrix: PriorityMatrix) -> list[list[int]]:
    """For each impact the priority of each urgency: the usual one where the matrix says nothing."""
    held = {pair: row.priority for pair, row in cells_of(matrix).items()}
    return [
        [held.get((impact, urgency), usual(impact, urgency)) for urgency in Urgency.values] for impact in Impact.values
    ]


def _set(row: PriorityCell | None, impact: int, urgency: int, priority: int) -> None:
    if row is None:
        parts.add(PriorityCell(impact=impact, urgency=urgency, priority=priority))
    elif row.priority != priority:
        parts.change(row, priority=priority)


@action(PriorityMatrix, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(matrix: PriorityMatrix, actor: Actor) -> None:
    """Take the matrix out of force; records keep the priority they were given."""


@action(PriorityMatrix, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(matrix: PriorityMatrix, actor: Actor) -> None:
    """Put the matrix in force again."""
