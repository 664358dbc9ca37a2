"""The lines of a checklist on its page."""

from septet.kernel.actors import Actor
from septet.surfaces.web.panels import panel
from septet.team.checklists.actions import lines_of
from septet.team.checklists.models import Checklist, ChecklistLine


@panel(Checklist, "checklists/lines.html", shows=("lines",))
def lines(checklist: Checklist, actor: Actor) -> list[ChecklistLine]:
    """What has to be done, by the numbers of the lines."""
    return list(lines_of(checklist).values())
