"""What time alone does to waivers: those that ran out are over, and what they allowed is a conflict again."""

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.team.rules.models import Waiver


@every("*/5 * * * *")
@task(name="expire-waivers")
def expire_run_out() -> int:
    """Expire the waivers whose time is over; the result is how many."""
    over = Waiver.objects.filter(state="approved", ends_at__lte=timezone.now(), withdrawn_at=None).order_by("pk")
    return sum(perform(one, "expire", SYSTEM, via="worker") is not None for one in over)
