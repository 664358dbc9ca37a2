"""What time alone does to absences: they begin, and they are over. The rights of deputies need nobody for that."""

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.team.absences.models import Absence


@every("*/5 * * * *")
@task(name="follow-absences")
def follow_time() -> int:
    """Begin and end the absences whose time has come; the result is how many."""
    now = timezone.now()
    rows = Absence.objects.filter(withdrawn_at=None).order_by("pk")
    over = rows.filter(state__in=("planned", "running"), ends_at__lte=now)
    begun = rows.filter(state="planned", starts_at__lte=now, ends_at__gt=now)
    done = [perform(one, "come-back", SYSTEM, via="worker", at=one.ends_at) for one in over]
    done += [perform(one, "begin", SYSTEM, via="worker") for one in begun]
    return len(done)
