"""What is done again and again: a task with a rhythm, enqueued once each time whatever the number of workers.

@every("daily")
@task(name="collect-content")
def collect_content() -> int: ...
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from septet.kernel.locks import shared_now
from septet.kernel.models import Run, RunState, Schedule
from septet.kernel.work import RunTask, enqueue

RHYTHMS = {"hourly": "0 * * * *", "daily": "17 3 * * *", "weekly": "17 4 * * 0"}

Declared = TypeVar("Declared", bound=RunTask[..., Any])


@dataclass(frozen=True, slots=True)
class Recurring:
    """A task and its rhythm, a cron expression read in a time zone."""

    task: RunTask[..., Any]
    cron: str
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime:
        """The first moment after this one at which the task is due; hours that a change of clocks doubles or leaves
        out count as they do for cron."""
        return next(CronSim(self.cron, moment.astimezone(self.zone))).astimezone(UTC)


declared: dict[str, Recurring] = {}


def every(rhythm: str, *, zone: str = "UTC") -> Callable[[Declared], Declared]:
    """Declare that a task without arguments is due `hourly`, `daily`, `weekly` or by a cron expression, in `zone`."""

    def declare(task: Declared) -> Declared:
        cron = RHYTHMS.get(rhythm, rhythm)
        try:
            CronSim(cron, datetime.now(UTC))
            inspect.signature(task.func).bind()
            declared[task.key] = Recurring(task, cron, ZoneInfo(zone))
        except (CronSimError, ZoneInfoNotFoundError, TypeError) as error:
            raise ImproperlyConfigured(f"Task {task.key!r} cannot recur {rhythm!r} in {zone!r}: {error}.") from error
        return task

    return declare


def step(now: datetime | None = None) -> int:
    """Enqueue what is due, and return how many. What was missed while no worker ran is made up for once."""
    moment = now or shared_now()
    due = dict(Schedule.objects.filter(task__in=declared).values_list("task", "due_at"))
    return sum(_claim(name, one, due.get(name), moment) for name, one in declared.items())


def _claim(name: str, one: Recurring, due: datetime | None, now: datetime) -> bool:
    upcoming = one.after(now)
    if due is None:
        Schedule.objects.bulk_create([Schedule(task=name, due_at=upcoming)], ignore_conflicts=True)
        return False
    if now < due <= upcoming:
        return False
    with transaction.atomic():
        if not Schedule.objects.filter(task=name, due_at=due).update(due_at=upcoming):
            return False
        # A rhythm that was made faster moves the date only. A run that still waits its turn needs no second one.
        if due > upcoming or Run.objects.filter(task=name, state=RunState.QUEUED).exists():
            return False
        enqueue(one.task)
    return True
