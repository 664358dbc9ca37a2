"""How interactions appear."""

from typing import Any, ClassVar

from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.support.interactions.models import Interaction
from septet.team.priorities.rules import follow_priority


@register
class InteractionType(RecordType):
    """An interaction."""

    model, prefix = Interaction, "INT"
    cluster = Cluster.SUPPORT
    states = States("open", "linked", final("closed"))
    columns = ("number", "title", "priority", "state", "requester", "category", "owner", "opened_at")
    filters = (
        "state", "priority", "team", "owner", "service", "requester", "customer", "site", "impact", "urgency",
        "category", "channel", "closure_code", "first_contact_resolution",
    )  # fmt: skip
    derived = ("priority",)
    internal = ("extra", "handle_seconds", "closure_code")
    personal = ("title", "description", "call_back", "answer")
    requesters_create = True
    example: ClassVar[dict[str, Any]] = {
        "title": "How do I share a folder?",
        "category": "request for information",
        "channel": "phone",
    }

    def settle(self, record: Interaction, before: dict[str, Any] | None, now: Any) -> None:
        follow_priority(record, before)
