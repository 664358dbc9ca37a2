"""How services appear."""

from typing import Any, ClassVar

from django.db.models import Q

from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.service.catalogue.models import Service


@register
class ServiceType(RecordType):
    """A service."""

    model, prefix = Service, "SVC"
    cluster = Cluster.SERVICE
    states = States("proposed", "defined", "approved", "built", "live", "retiring", final("retired"))
    columns = ("number", "title", "state", "criticality", "owner", "customer")
    filters = ("state", "criticality", "owner", "team", "customer")
    hidden = ("priority", "requester", "due_at", "service")
    internal = ("extra",)
    personal = ()
    create_verb = edit_verb = Verb.MANAGE
    open_to_all = Q(state__in=["live", "retiring"])
    is_work = False
    order = "title"
    example: ClassVar[dict[str, Any]] = {"title": "E-mail", "description": "Mail and calendar for everybody."}
