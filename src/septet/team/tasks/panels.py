"""The tasks of a record on its page."""

from typing import Any

from septet.kernel.actors import Actor
from septet.kernel.governing.records import Governing
from septet.kernel.models import Record
from septet.kernel.policy import may_do
from septet.kernel.registry import registry
from septet.surfaces.web.panels import panel
from septet.team.tasks.readings import tasks as tasks_of


@panel(
    Record,
    "tasks/panel.html",
    actions=("start-checklist", "move-checklist"),
    relations=[("child-of", "task")],
)
def tasks(record: Record, actor: Actor) -> dict[str, Any] | None:
    """The tasks of the record; where there are none, only on work and things, for those who could add some."""
    found = tasks_of(record, actor)
    is_rule = isinstance(registry.types[record.kind], Governing)
    if not found.total and (is_rule or not may_do(actor, "start-checklist", record)):
        return None
    return {"found": found, "it": registry.types["task"]}
