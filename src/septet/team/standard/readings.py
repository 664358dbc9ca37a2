"""The standard model on request."""

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.readings import procedure
from septet.team.standard.load import Loaded, load


@procedure(verb=Verb.ADMINISTER, examples=[{}, {"teams": False}])
def load_standard_model(actor: Actor, *, via: str, request: str, teams: bool = True) -> Loaded:
    """Add what is missing of the standard skills, function teams, rules, review templates, checklists and
    goals; what is there stays as it is."""
    return load(actor, via=via, request=request, without=() if teams else ("function-team",))
