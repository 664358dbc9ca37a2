"""What time alone does to assignments: those whose end has come are over."""

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.models import Entry
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.team.assignments.models import Assignment


@every("*/5 * * * *")
@task(name="end-assignments")
def end_run_out() -> int:
    """End the assignments that ran out; the result is how many. Their rights ended by themselves at that time."""
    over = Assignment.objects.filter(state="active", ends_at__lte=timezone.now(), withdrawn_at=None).order_by("pk")
    return sum(_end(one) is not None for one in over)


def _end(one: Assignment) -> Entry | None:
    return perform(one, "end", SYSTEM, via="worker", ends_at=one.ends_at, note="Its time has run out.")
