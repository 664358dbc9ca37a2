"""What time alone does to incidents: a wait runs out, a resolved one that nobody speaks of any more is closed."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.support.incidents.models import Incident
from septet.support.returning import REOPEN_WITHIN


@every("*/5 * * * *")
@task(name="resume-waiting-incidents")
def resume_waiting() -> int:
    """Resume the incidents whose wait has run out; the result is how many."""
    due = Incident.objects.filter(state="waiting", waiting_until__lte=timezone.now(), withdrawn_at=None)
    return _perform(due.order_by("pk"), "resume", "The time until which it was to wait has come.")


@every("hourly")
@task(name="close-resolved-incidents")
def close_resolved() -> int:
    """Close what was resolved two weeks ago and not opened again; the result is how many. A major incident waits for
    its lesson."""
    return close_resolved_before(timezone.now() - REOPEN_WITHIN)


def close_resolved_before(moment: datetime) -> int:
    """Close the incidents that were resolved before a moment, except major ones."""
    quiet = Incident.objects.filter(state="resolved", is_major=False, resolved_at__lt=moment, withdrawn_at=None)
    return _perform(quiet.order_by("pk"), "close", f"Nobody objected within {REOPEN_WITHIN.days} days.")


def _perform(incidents: Iterable[Incident], action: str, note: str) -> int:
    return sum(perform(one, action, SYSTEM, via="worker", note=note) is not None for one in incidents)
