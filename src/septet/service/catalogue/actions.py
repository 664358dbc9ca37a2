"""The life of a service: from the idea to the catalogue, and out of it again."""

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Day, Words
from septet.kernel.models import Record, Verb
from septet.kernel.registry import action, registry
from septet.kernel.relations import needs
from septet.service.catalogue.models import Service
from septet.team.tasks.closing import open_mandatory


@action(Service, from_=("proposed",), to="defined", verb=Verb.MANAGE)
def define(service: Service, actor: Actor) -> None:
    """It is clear what the service is and for whom."""
    _check_described(service)


@action(Service, from_=("defined",), to="approved", verb=Verb.MANAGE)
def charter(service: Service, actor: Actor) -> None:
    """The money and the people for it are there."""


@action(Service, from_=("approved",), to="built", verb=Verb.MANAGE)
def build(service: Service, actor: Actor) -> None:
    """It is built and tested, and can be launched."""


@action(Service, from_=("proposed", "defined", "approved", "built"), to="live", verb=Verb.MANAGE, audience="everybody")
def launch(service: Service, actor: Actor) -> None:
    """Put it into the catalogue: everybody sees it and may ask for it."""
    _check_described(service)


@action(
    Service,
    from_=("live",),
    to="retiring",
    verb=Verb.MANAGE,
    audience="everybody",
    examples=[{"last_use_on": "2035-12-31", "reason": "Video calls take its place."}],
)
def announce_end(service: Service, actor: Actor, *, last_use_on: Day, reason: Words) -> None:
    """Say that the service ends, when and why; its users move, and what it stands on is given up."""
    if last_use_on < parts.current().at.date():
        raise Invalid(fields={"last_use_on": "Name a day to come."})
    service.last_use_on = last_use_on
    parts.note_change(":reason", None, reason)


@action(
    Service,
    from_=("retiring",),
    to="live",
    verb=Verb.MANAGE,
    audience="everybody",
    examples=[{"reason": "Too many need it."}],
)
def keep(service: Service, actor: Actor, *, reason: Words) -> None:
    """It does not end after all."""
    service.last_use_on = None
    parts.note_change(":reason", None, reason)


@action(
    Service,
    from_=("proposed", "defined", "approved", "built", "retiring"),
    to="retired",
    verb=Verb.MANAGE,
    examples=[{}],
)
def retire(service: Service, actor: Actor, *, despite: Words | None = None) -> None:
    """It is over. Open work and whatever still needs it are in the way unless you say why not."""
    left = _still_in_the_way(service)
    if left and not despite:
        raise Conflict(
            f"{service.number} cannot end yet: {'; '.join(left)}. Settle this, or give a reason in `despite`."
        )
    if despite:
        parts.note_change(":reason", None, despite)


@action(Service, from_=("retired",), to="proposed", verb=Verb.MANAGE)
def propose_again(service: Service, actor: Actor) -> None:
    """Think about it anew."""
    service.last_use_on = None


def _check_described(service: Service) -> None:
    if not service.description.strip():
        raise Invalid(fields={"description": "Say in its users' words what it is."})


def _still_in_the_way(service: Service) -> list[str]:
    found = []
    if tasks := open_mandatory(service):
        found.append(f"{', '.join(one.number for one in tasks[:5])} must be done first")
    open_work = Record.objects.filter(service_id=service.pk, closed_at=None, withdrawn_at=None)
    work = [it.kind for it in registry.types.values() if it.is_work and it.kind != "task"]
    if count := open_work.filter(kind__in=work).count():
        found.append(f"{count} open records are about it")
    needing = [there for _here, there in needs({service.pk}, up=False)]
    if still := Record.objects.filter(pk__in=needing, closed_at=None, withdrawn_at=None).order_by("pk")[:5]:
        found.append(f"{', '.join(one.number for one in still)} need it")
    return found
