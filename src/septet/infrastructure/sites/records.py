"""How sites appear."""

from typing import Any, ClassVar

from django.db.models import Q

from septet.infrastructure.sites.models import Site
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register


@register
class SiteType(RecordType):
    """A site."""

    model, prefix = Site, "SITE"
    cluster = Cluster.INFRASTRUCTURE
    states = States("planned", "open", final("closed"))
    columns = ("number", "title", "state", "zone", "customer")
    filters = ("state", "customer", "owner")
    hidden = ("priority", "requester", "due_at", "service", "site")
    personal = ()
    create_verb = edit_verb = Verb.MANAGE
    open_to_all = Q(state="open")
    is_work = False
    order = "title"
    example: ClassVar[dict[str, Any]] = {"title": "Head office", "zone": "Europe/Berlin"}

    def settle(self, record: Site, before: dict[str, Any] | None, now: Any) -> None:
        check_zone(record.zone)
