"""The kernel's own recurring work: anchors, and clearing away what has served its time."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from septet.kernel import content, sequencer, statistics, uploads
from septet.kernel.models import IdempotencyKey, Run, RunState, SignInLink
from septet.kernel.schedule import every
from septet.kernel.work import task

KEYS_KEPT = timedelta(days=7)
LINKS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)


@every("hourly")
@task(name="anchor-journal")
def anchor_journal() -> int | None:
    """Seal the journal up to its end; the result is the last position sealed."""
    made = sequencer.anchor_now()
    return made.last if made else None


@every("hourly")
@task(name="refresh-statistics")
def refresh_statistics() -> None:
    """Let the database's planner know how the tables have grown."""
    statistics.refresh()


@every("daily")
@task(name="collect-content")
def collect_content() -> int:
    """Delete stored bytes that nothing points to; the result is how many."""
    return content.collect()


@every("daily")
@task(name="forget-expired")
def forget_expired() -> dict[str, int]:
    """Delete what is past its time: answers kept for repeated requests, sign-in links, sessions, ended runs, and who
    uploaded what."""
    now = timezone.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    keys, _ = IdempotencyKey.objects.filter(made_at__lt=now - KEYS_KEPT).delete()
    links, _ = SignInLink.objects.filter(expires_at__lt=now - LINKS_KEPT).delete()
    ended = Run.objects.filter(state__in=[RunState.DONE, RunState.FAILED, RunState.CANCELLED])
    gone, _ = ended.filter(ended_at__lt=now - RUNS_KEPT).delete()
    return {"keys": keys, "links": links, "runs": gone, "uploads": uploads.forget()}
