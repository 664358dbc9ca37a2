"""What is measured of tasks."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.team.goals.conditions import THEN
from septet.team.goals.indicators import Sort, indicator

indicator(
    "task.on-time",
    Cluster.OPERATIONS,
    _("Tasks on time"),
    _("How many of the tasks that were due were done by then."),
    kind="task",
    sort=Sort.RATIO,
    date="due_at",
    valid=Q(due_at__lte=THEN) & ~Q(state__in=["not-applicable", "cancelled"]),
    good=Q(state="done", closed_at__lte=F("due_at")),
    formula=_("tasks done when they were due / tasks due, on the day they were due"),
    source="MOF, system administration: tasks on time",
)
indicator(
    "task.overdue",
    Cluster.OPERATIONS,
    _("Tasks overdue"),
    _("How many tasks were past their due time at the end of the day."),
    kind="task",
    sort=Sort.GAUGE,
    valid=Q(closed_at=None, due_at__lt=THEN),
    formula=_("open tasks past their due time at the end of the day"),
    source="MOF, system administration: tasks overdue",
    higher=False,
)
