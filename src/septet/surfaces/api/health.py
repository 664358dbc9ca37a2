"""Whether Septet lives, whether it can serve, and a few true figures for monitoring."""

import os
import shutil

from django.conf import settings
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

import septet
from septet.kernel import follow
from septet.kernel.errors import Unavailable
from septet.kernel.models import Anchor, Entry, FailedReaction, LogEntry, Record, Run, RunState

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers with our tables in it, and files can be stored. Raises Unavailable."""
    Record.objects.order_by().values_list("pk").first()
    if not os.access(settings.DATA_DIR, os.W_OK) or not shutil.disk_usage(settings.DATA_DIR).free:
        raise Unavailable("Files cannot be stored: the data directory is full or cannot be written.")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in the Prometheus text format, each read from the database at this moment."""
    now = timezone.now()
    runs = dict(
        Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    waiting = Run.objects.filter(state=RunState.QUEUED, run_after__lte=now).aggregate(first=Min("run_after"))["first"]
    position = Entry.objects.aggregate(highest=Max("position"))["highest"] or 0
    anchored = Anchor.objects.aggregate(last=Max("last"))["last"] or 0
    failed = FailedReaction.objects.count()
    parked = FailedReaction.objects.filter(retry_at=None).count()
    parts = [
        _metric("septet_info", "Which version runs.", [(f'version="{septet.__version__}"', 1)]),
        _metric("septet_journal_entries_total", "Journal entries ever written.", [("", position)], "counter"),
        _metric(
            "septet_journal_unplaced_entries",
            "Committed journal entries without a position yet.",
            [("", Entry.objects.filter(position=None).count())],
        ),
        _metric(
            "septet_journal_unanchored_entries",
            "Journal entries that no anchor seals yet.",
            [("", max(position - anchored, 0))],
        ),
        _metric("septet_log_unsealed_rows", "Rows of the second log not yet in its chain.", [("", _unsealed())]),
        _metric(
            "septet_runs",
            "Background runs that have not ended.",
            [(f'state="{state}"', runs.get(state, 0)) for state in (RunState.QUEUED, RunState.RUNNING)],
        ),
        _metric(
            "septet_run_wait_seconds",
            "How long the oldest due run has waited for a worker.",
            [("", round((now - waiting).total_seconds(), 3) if waiting else 0)],
        ),
        _metric(
            "septet_follower_behind_entries",
            "Journal entries that a follower has not seen yet.",
            [(f'follower="{_escaped(name)}"', count) for name, count in follow.behind().items()],
        ),
        _metric(
            "septet_failed_reactions",
            "Entries at which a reaction failed: those that are tried again, and those that wait for somebody.",
            [('state="retried"', failed - parked), ('state="parked"', parked)],
        ),
    ]
    return HttpResponse("".join(parts), content_type=TEXT)


def _unsealed() -> int:
    return LogEntry.objects.filter(sealed=None).count()


def _metric(name: str, help: str, samples: list[tuple[str, float]], type: str = "gauge") -> str:
    lines = [f"# HELP {name} {help}", f"# TYPE {name} {type}"]
    lines += [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
