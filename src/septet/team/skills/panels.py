"""The competency matrix on the page of a function team."""

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.surfaces.web.panels import panel
from septet.team.people.models import FunctionTeam
from septet.team.skills.readings import CompetencyMatrix, competencies


@panel(FunctionTeam, "skills/matrix.html", shows=("skills",), actions=("need-skill", "drop-skill"))
def matrix(team: FunctionTeam, actor: Actor) -> CompetencyMatrix | None:
    """What its people can do beside what its work needs; what people can do is for the staff alone."""
    return competencies(team, actor) if actor.has(Verb.SEE, "person") else None
