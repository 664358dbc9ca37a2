"""How a worker runs background work: claim a run, hold it by a lease, and end it whatever happens."""

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django_tasks.base import TaskContext

from septet.kernel import work
from septet.kernel.errors import Invalid, NotFound, Refused, SeptetError, TooLarge
from septet.kernel.locks import shared_now
from septet.kernel.models import Run, RunState
from septet.kernel.storage_errors import as_septet_error, lost_database
from septet.logs import redact

LEASE = timedelta(seconds=15)
BEAT_SECONDS = 1.0
LONGEST_ERROR = 2000

logger = logging.getLogger(__name__)


def step(worker: str, stop: threading.Event) -> bool:
    """Run the most urgent run that waits, to its end; whether there was one."""
    run = claim(worker)
    if run is None:
        return False
    execute(run, stop)
    return True


def claim(worker: str) -> Run | None:
    """Take the most urgent run that is due, or one whose worker died, for `worker`; None if there is none."""
    while _waiting(shared_now()).exists():
        with transaction.atomic():
            now = shared_now()
            run = (
                _waiting(now)
                .select_for_update(skip_locked=True)
                .order_by("-priority", "run_after", "queued_at")
                .first()
            )
            if run is None:
                return None
            if run.cancel_asked:
                _end(run, RunState.CANCELLED, now)
            elif run.attempt >= run.attempts:
                _end(run, RunState.FAILED, now, f"Its worker died, the last time at attempt {run.attempt}.")
            else:
                run.state, run.worker, run.attempt = RunState.RUNNING, worker, run.attempt + 1
                run.lease_until, run.started_at = now + LEASE, run.started_at or now
                run.save(update_fields=["state", "worker", "attempt", "lease_until", "started_at"])
                return run
    return None


def _waiting(now: datetime) -> QuerySet[Run]:
    due = Q(state=RunState.QUEUED, run_after__lte=now)
    return Run.objects.filter(due | Q(state=RunState.RUNNING, lease_until__lt=now))


def _end(run: Run, state: RunState, now: datetime, error: str = "") -> None:
    run.state, run.ended_at, run.lease_until, run.error = state, now, None, error
    run.save(update_fields=["state", "ended_at", "lease_until", "error"])


def execute(run: Run, stop: threading.Event) -> None:
    """Run what was claimed and record how it ended. Raises only what says that the database is away."""
    current = work.Current(run, stop)
    try:
        with _heartbeat(current), work.under_way(current):
            result = _call(run)
        if not current.finished:
            work.close(current, RunState.DONE, result=result, error="")
    except work.Cancelled:
        _close(current, RunState.CANCELLED)
    except work.Released:
        _close(current, RunState.QUEUED, attempt=run.attempt - 1)
    except work.LeaseLost:
        logger.warning("Run %s (%s) is another worker's now; what it did here was dropped.", run.pk, run.task)
    except Exception as error:
        if lost_database(error):
            logger.warning("Run %s (%s) lost the database.", run.pk, run.task)
        else:
            logger.exception("Run %s (%s) failed at attempt %s.", run.pk, run.task, run.attempt)
        _fail(current, error)


def _call(run: Run) -> object:
    task = work.find_task(run.task)
    if task.takes_context:
        context = TaskContext(task_result=task.get_backend().get_result(str(run.pk)))
        return work.storable(task.call(context, **run.arguments))
    return work.storable(task.call(**run.arguments))


def _fail(current: work.Current, error: Exception) -> None:
    run = current.run
    if lost_database(error):
        # No fault of the task: this attempt does not count.
        _close(current, RunState.QUEUED, attempt=run.attempt - 1)
    elif isinstance(error, Refused | NotFound | Invalid | TooLarge) or run.attempt >= run.attempts:
        _close(current, RunState.FAILED, error=said(error))
    else:
        again = getattr(work.declared.get(run.task), "retry_after", work.RETRY_AFTER)
        due = shared_now() + work.wait_before(run.attempt, again)
        _close(current, RunState.QUEUED, run_after=due, error=said(error))


def _close(current: work.Current, state: RunState, **values: object) -> None:
    """As `work.close`; the run may be another worker's already, which then ends it."""
    try:
        work.close(current, state, **values)
    except work.LeaseLost:
        logger.warning("Run %s (%s) is another worker's now.", current.run.pk, current.run.task)


def said(error: BaseException) -> str:
    """What pages show of an error: its sentence, or for a fault of the program its type, its text and the place; no
    secret, no value of a variable."""
    known = as_septet_error(error)
    if isinstance(known, SeptetError):
        return _without_secrets(known.detail)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return _without_secrets(f"{type(error).__name__}: {error}") + place


def _without_secrets(text: str) -> str:
    for secret in (settings.SECRET_KEY, *(one.get("PASSWORD") for one in settings.DATABASES.values())):
        if secret:
            text = text.replace(secret, "***")
    return redact(text).replace("\0", "\ufffd")[:LONGEST_ERROR]


@contextmanager
def _heartbeat(current: work.Current) -> Iterator[None]:
    """Beside the task: renew the lease, write its progress, learn of a cancellation. Ends with the block."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(current, over), name=f"heartbeat {current.run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(current: work.Current, over: threading.Event) -> None:
    try:
        while not over.wait(BEAT_SECONDS) and not current.lost:
            try:
                _renew(current)
            except DatabaseError:
                # The task meets the same trouble and says so; the lease is renewed as soon as it can be.
                connection.close()
    finally:
        connection.close()


def _renew(current: work.Current) -> None:
    run = current.run
    mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, worker=run.worker, attempt=run.attempt)
    row = mine.values_list("cancel_asked", "lease_until").first()
    if row is None:
        # Either finished a moment ago by the task itself, or taken by another worker.
        current.lost = not current.finished
        return
    current.cancelled, lease_until = row
    with current.lock:
        told, current.told = current.told, True
        values: dict[str, Any] = {"done": current.done, "total": current.total, "message": current.message}
        if current.so_far is not None:
            values["result"] = work.storable(current.so_far)
    now = shared_now()
    if not told or lease_until is None or lease_until - now < LEASE * 2 / 3:
        mine.update(lease_until=now + LEASE, **values)
