"""What time alone does to agreements: they end on the day they name."""

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.service.agreements.actions import IN_FORCE
from septet.service.agreements.models import Agreement


@every("hourly")
@task(name="expire-agreements")
def expire_agreements() -> int:
    """Let agreements expire whose end has come; the result is how many."""
    over = Agreement.objects.filter(state__in=IN_FORCE, valid_to__lte=timezone.now(), withdrawn_at=None)
    note = "The end that it names has come."
    return sum(perform(one, "expire", SYSTEM, via="worker", note=note) is not None for one in over.order_by("pk"))
