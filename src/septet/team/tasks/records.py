"""How tasks appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.models import Record
from septet.kernel.registry import Cluster, RecordType, States, final, register, waiting
from septet.team.tasks.models import Task
from septet.team.tasks.ties import let_see, take_after, tie_to_subject


@register
class TaskType(RecordType):
    """A task."""

    model, prefix = Task, "TSK"
    cluster = Cluster.TEAM
    states = States(
        "open", "in-progress", waiting("to-confirm", "To be confirmed"),
        final("done"), final("not-applicable"), final("cancelled", good=False),
    )  # fmt: skip
    columns = ("number", "title", "subject", "state", "owner", "team", "due_at")
    filters = (
        "state", "subject", "checklist", "owner", "team", "cluster", "mandatory", "due_at", "priority",
        "service", "customer", "site",
    )  # fmt: skip
    hidden = ("requester", "run")
    internal = ("extra",)
    calendar = (
        CalendarSpan("due_at", what=_("due"), only_open=True, usual=False, called_off=("not-applicable", "cancelled")),
    )
    personal = ("title", "description", "evidence", "not_done_because")
    example: ClassVar[dict[str, Any]] = {
        "title": "Call the supplier",
        "description": "Ask when the switch is delivered.",
        "due_at": "2035-01-04T12:00:00Z",
    }

    def settle(self, record: Task, before: dict[str, Any] | None, now: Any) -> None:
        if before is None and record.subject_id is not None:
            take_after(record, Record.objects.get(pk=record.subject_id))

    def opened(self, record: Task, actor: Actor) -> None:
        if record.subject_id is not None:
            tie_to_subject(record, actor)
        let_see(record, actor)
