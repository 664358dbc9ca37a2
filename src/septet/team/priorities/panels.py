"""A priority matrix as the grid that it is."""

from django.utils.http import urlencode
from markupsafe import Markup

from septet.kernel.actors import Actor
from septet.surfaces.web.forms.shaped import shown_as
from septet.surfaces.web.panels import panel
from septet.team.priorities.actions import levels_of
from septet.team.priorities.models import PriorityMatrix
from septet.team.priorities.records import PriorityMatrixType


@panel(PriorityMatrix, "priorities/matrix.html", actions=("set-cell", "fill-in"), shows=("cells",))
def priority_grid(record: PriorityMatrix, actor: Actor) -> dict[str, Markup | str | None]:
    """The priority of each impact and urgency, and the query part of the address that opens them for editing."""
    levels = levels_of(record)
    return {
        "grid": shown_as(PriorityMatrixType.shapes["priorities"], levels),
        "edit": urlencode({"priorities": str(levels)}),
    }
