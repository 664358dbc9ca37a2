"""The life of a site."""

from septet.infrastructure.sites.models import Site
from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import action


@action(Site, from_=("planned", "closed"), to="open", verb=Verb.MANAGE)
def open_(site: Site, actor: Actor) -> None:
    """People can work here from now on."""


@action(Site, from_=("open", "planned"), to="closed", verb=Verb.MANAGE)
def close(site: Site, actor: Actor) -> None:
    """Nobody works here any more."""
