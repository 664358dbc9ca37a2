"""How changes appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid
from septet.kernel.registry import Cluster, RecordType, States, final, register, waiting
from septet.release.changes.collisions import in_the_way
from septet.release.changes.models import Change
from septet.release.changes.rules import risk_of, score


@register
class ChangeType(RecordType):
    """A change."""

    model, prefix = Change, "CHG"
    cluster = Cluster.RELEASE
    states = States(
        "draft", "logged", "screened", "classified", "assessed", "authorised", "scheduled", "built", "tested", "ready",
        "implementing", "implemented", "backed-out", "failed", "review", waiting("on-hold", "On hold"),
        final("closed"), final("cancelled", good=False), final("rejected", good=False),
    )  # fmt: skip
    columns = ("number", "title", "type", "risk", "state", "owner", "service", "planned_start", "planned_end")
    filters = (
        "state", "type", "risk", "priority", "team", "owner", "requester", "service", "customer", "site", "outcome",
        "originating", "originating_cluster", "cab_required", "planned_start", "planned_end",
    )  # fmt: skip
    internal = ("extra", "cost", "recorded_late")
    form: ClassVar[dict[Any, tuple[str, ...]]] = {
        "": ("title", "description"),
        _("Why"): ("reason", "effect", "effect_of_not", "originating", "originating_cluster", "requested_end"),
        _("How risky it is"): (
            "type", "impact", "likelihood", "priority", "risk", "first_time", "shared_item", "cab_required",
        ),
        _("How it is done, and undone"): ("procedure", "test_plan", "backout_plan"),
        _("When"): ("planned_start", "planned_end", "downtime_start", "downtime_end"),
        _("Who and where"): ("requester", "team", "owner", "service", "customer", "site"),
    }  # fmt: skip
    personal = ("title", "description", "review_notes")
    calendar = (
        CalendarSpan(
            "planned_start", "planned_end", called_off=("cancelled", "rejected"), conflicts=in_the_way,
            tentative=("draft", "logged", "screened", "classified", "assessed", "on-hold"),
        ),
    )  # fmt: skip
    example: ClassVar[dict[str, Any]] = {
        "title": "Replace the core switch",
        "reason": "Its support ends this year.",
        "impact": 2,
        "likelihood": 4,
        "backout_plan": "Put the old switch back; it stays in the rack.",
        "test_plan": "Ping every floor, place a call, open the shop's page.",
    }

    def settle(self, record: Change, before: dict[str, Any] | None, now: Any) -> None:
        for start, end in (("planned_start", "planned_end"), ("downtime_start", "downtime_end")):
            since, until = getattr(record, start), getattr(record, end)
            if (before is None or before[start] != since or before[end] != until) and since and until and until < since:
                raise Invalid(fields={end: "The end cannot come before the start."})
        record.risk_score = score(record)
        record.risk = risk_of(record.risk_score) if record.risk_score is not None else record.risk
