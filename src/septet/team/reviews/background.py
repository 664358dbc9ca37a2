"""What time alone does to reviews: the time for comments runs out."""

from datetime import datetime

from django.utils import timezone

from septet.kernel.actions import perform
from septet.kernel.actors import SYSTEM
from septet.kernel.schedule import every
from septet.kernel.work import task
from septet.team.reviews.models import Review
from septet.team.tasks.closing import open_tasks


@every("*/5 * * * *")
@task(name="close-comments-of-reviews")
def close_comments() -> int:
    """Let minutes stand when the time for comments is over, and follow up what is to do; the result is how many."""
    return close_comments_at(timezone.now())


def close_comments_at(moment: datetime) -> int:
    """The same for a moment, which must not lie ahead."""
    due = Review.objects.filter(state="minutes-out", comments_until__lte=moment, withdrawn_at=None)
    count = 0
    for review in due.order_by("pk"):
        perform(review, "close-comments", SYSTEM, via="worker", note="The time for comments is over.")
        if open_tasks(review).exists():
            perform(review, "follow-up", SYSTEM, via="worker", note="It has actions that are to do.")
        count += 1
    return count
