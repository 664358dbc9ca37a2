"""How incidents appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Clocked, Cluster, RecordType, States, final, register, waiting
from septet.support.incidents.models import Incident
from septet.team.priorities.rules import follow_priority


@register
class IncidentType(RecordType):
    """An incident."""

    model, prefix = Incident, "INC"
    cluster = Cluster.SUPPORT
    states = States(
        "new", "classified", "assigned", "in-progress", waiting("waiting"), "resolved", final("closed"),
        final("cancelled", good=False),
    )  # fmt: skip
    columns = ("number", "title", "priority", "state", "owner", "team", "service", "due_at", "opened_at")
    filters = (
        "state", "priority", "team", "owner", "service", "requester", "customer", "site", "impact", "urgency",
        "category", "channel", "is_major", "waiting_for", "resolution_code",
    )  # fmt: skip
    derived = ("priority",)
    internal = ("extra", "cause", "priority_reason")
    personal = ("title", "description", "symptoms", "call_back", "cause", "resolution")
    clocks = Clocked(
        responded=("in-progress", "waiting", "resolved", "closed"),
        resolved=("resolved", "closed"),
        cancelled=("cancelled",),
    )
    requesters_create = True
    form: ClassVar[dict[Any, tuple[str, ...]]] = {
        "": ("title", "description", "symptoms"),
        _("How bad it is"): ("impact", "urgency", "affected_users", "service", "category"),
        _("Who told of it"): ("requester", "channel", "call_back", "customer", "site"),
        _("Who works on it"): ("team", "owner"),
    }
    example: ClassVar[dict[str, Any]] = {
        "title": "Mail does not arrive",
        "description": "Nothing came in since nine o'clock.",
        "impact": 3,
        "urgency": 2,
        "channel": "phone",
    }

    def settle(self, record: Incident, before: dict[str, Any] | None, now: Any) -> None:
        follow_priority(record, before, kept=bool(record.priority_reason))
