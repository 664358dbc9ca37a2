"""What other records ask about their tasks: which are still to do, and may the record end before."""

from django.db.models import F, QuerySet

from septet.kernel.errors import Conflict
from septet.kernel.models import Record, Relation
from septet.team.tasks.models import Task

SHOWN = 5


def open_tasks(record: Record) -> QuerySet[Task]:
    """The tasks of a record that are still to do, in their order."""
    rows = Task.objects.filter(subject_id=record.pk, closed_at=None, withdrawn_at=None)
    return rows.order_by(F("position").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")


def open_mandatory(record: Record) -> list[Task]:
    """The tasks of a record without which it cannot end."""
    return list(open_tasks(record).filter(mandatory=True))


def check_done(record: Record) -> None:
    """Refuse to end a record before its mandatory tasks are done. Raises Conflict naming them."""
    left = open_mandatory(record)
    if left:
        names = ", ".join(str(one) for one in left[:SHOWN])
        more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
        raise Conflict(
            f"{record.number} still has mandatory tasks to do: {names}{more}. Complete them, or let them be marked as "
            "not applicable."
        )


def waits_for(task: Task) -> list[Task]:
    """The tasks that have to be settled before this one."""
    first = Relation.objects.filter(record_id=task.pk, type="waits-for", valid_to=None).values("target_id")
    return list(Task.objects.filter(pk__in=first, closed_at=None, withdrawn_at=None).order_by("pk"))
