"""Background work: tasks are declared here, enqueued in the transaction of the change that needs them, and run by
`septet worker`. Speaks Django's Tasks API over the `Run` table, the same on SQLite and PostgreSQL.

    @task(name="close-old", attempts=5)
    def close_old(team: int) -> None:
        for done, one in enumerate(found, start=1):
            perform(...)
            progress(done, len(found))

    enqueue(close_old, team=7)

A task is started at least once. Work whose effect must happen exactly once is done inside `finish_with()`.
"""

import inspect
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, NotFound
from septet.kernel.locks import shared_now
from septet.kernel.models import Run, RunState
from septet.lib.text import suggestion

ATTEMPTS = 3
RETRY_AFTER = 10.0
# So long a task may go on after the worker was asked to stop, before its next `progress` interrupts it.
GRACE_SECONDS = 5.0
CHANNEL = "septet_runs"

P = ParamSpec("P")
T = TypeVar("T")


class Interrupted(BaseException):
    """Raised by `progress` and `finish_with` to end a task at a safe point. No Exception, so that a task which
    handles the errors of single rows does not swallow it."""


class Cancelled(Interrupted):
    """Somebody cancelled the run."""


class Released(Interrupted):
    """The worker is to stop; another one will take the run up again."""


class LeaseLost(Interrupted):
    """Another worker holds the run now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTask(Task[P, T]):
    """A task of ours: `key` is its name in the database, `attempts` how often it is started at most, `retry_after`
    the seconds before the second attempt; each further one waits three times as long."""

    key: str = ""
    attempts: int = ATTEMPTS
    retry_after: float = RETRY_AFTER


declared: dict[str, RunTask[..., Any]] = {}


def task(
    *, name: str, attempts: int = ATTEMPTS, retry_after: float = RETRY_AFTER, queue: str = "default", priority: int = 0
) -> Callable[[Callable[P, T]], RunTask[P, T]]:
    """Declare a function as a task. Its arguments and what it returns must be plain JSON, and no secrets.

    `priority`: -100 to 100, higher first. Errors that repeating cannot mend (Refused, NotFound, Invalid, TooLarge)
    end it at the first attempt.
    """

    def declare(function: Callable[P, T]) -> RunTask[P, T]:
        if name in declared:
            raise ImproperlyConfigured(f"Task {name!r} is declared twice.")
        one: RunTask[P, T] = RunTask(
            func=function, key=name, attempts=attempts, retry_after=retry_after, queue_name=queue, priority=priority
        )
        declared[name] = one
        return one

    return declare


def find_task(name: str) -> Task[..., Any]:
    """The task of this name; the dotted path of one that only `django_tasks` knows serves as well. Raises NotFound."""
    if name in declared:
        return declared[name]
    try:
        found = import_string(name)
    except ImportError:
        found = None
    if not isinstance(found, Task):
        raise NotFound(f"This version of Septet has no task {name!r}.{suggestion(name, declared)}")
    return found


def enqueue(task: Task[..., Any], /, *, asked_by: Actor | None = None, request: str = "", **arguments: Any) -> Run:
    """Have a worker run `task` with these arguments once the running transaction commits; nothing if it rolls back.

    `task.using(run_after=…, priority=…)` says when and how urgently. Raises TypeError for arguments that do not fit.
    """
    key = getattr(task, "key", "") or task.module_path
    # Wrong arguments are the caller's error, to be seen where they are written and not later in a worker.
    inspect.signature(task.func).bind(*([None] if task.takes_context else []), **arguments)
    now = shared_now()
    run = Run.objects.create(
        id=uuid.uuid4(),
        task=key,
        arguments=storable(arguments),
        queue=task.queue_name,
        priority=task.priority,
        run_after=task.run_after or now,
        queued_at=now,
        attempts=getattr(task, "attempts", ATTEMPTS),
        asked_by=asked_by.person if asked_by else None,
        request=request,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return run


def storable(value: Any) -> Any:
    """A value as JSON that every database keeps: what no text of PostgreSQL holds, a NUL or half a character, becomes a
    mark in its place."""
    return _held(normalize_json(value))


def _held(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_held(one) for one in value]
    if isinstance(value, dict):
        return {_held(name): _held(one) for name, one in value.items()}
    return value


def note_done(task: Task[..., Any], /, *, asked_by: Actor, request: str, result: object, **arguments: Any) -> Run:
    """Keep among the runs what a task does that was done at once, without a worker."""
    now = shared_now()
    return Run.objects.create(
        id=uuid.uuid4(),
        task=getattr(task, "key", "") or task.module_path,
        arguments=storable(arguments),
        state=RunState.DONE,
        result=storable(result),
        run_after=now,
        queued_at=now,
        started_at=now,
        ended_at=now,
        asked_by=asked_by.person,
        request=request,
    )


def cancel(run_id: UUID | str) -> bool:
    """Cancel a run: at once if nobody runs it, else at its next `progress`. Returns whether it has ended.

    Raises NotFound, and Conflict if it had ended before.
    """
    now = shared_now()
    if Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
        state=RunState.CANCELLED, cancel_asked=True, ended_at=now
    ):
        return True
    if Run.objects.filter(pk=run_id, state=RunState.RUNNING).update(cancel_asked=True):
        return False
    state = Run.objects.filter(pk=run_id).values_list("state", flat=True).first()
    if state is None:
        raise NotFound("There is no such run.")
    if state == RunState.QUEUED:  # its attempt failed between the two looks, and it waits for the next
        return cancel(run_id)
    raise Conflict(f"The run has ended: it is {state}.")


@dataclass(slots=True)
class Current:
    """What a task under way and the heartbeat beside it tell each other."""

    run: Run
    stop: threading.Event
    done: int = 0
    total: int | None = None
    message: str = ""
    so_far: dict[str, Any] | None = None
    told: bool = True
    cancelled: bool = False
    lost: bool = False
    finished: bool = False
    stop_seen: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise what should end the task now, if anything should."""
        if self.lost:
            raise LeaseLost
        if self.cancelled:
            raise Cancelled
        if self.stop.is_set():
            self.stop_seen = self.stop_seen or time.monotonic()
            if time.monotonic() - self.stop_seen >= GRACE_SECONDS:
                raise Released


_current: ContextVar[Current | None] = ContextVar("septet_run", default=None)


@contextmanager
def under_way(current: Current) -> Iterator[None]:
    """Make `current` the run that `progress` and `finish_with` speak of."""
    token = _current.set(current)
    try:
        yield
    finally:
        _current.reset(token)


def progress(done: int, total: int | None = None, message: str = "", so_far: dict[str, Any] | None = None) -> None:
    """Say how far the running task is; shown within a second or two. Costs no query, so call it often.

    `so_far` is kept as the run's result until there is another, also if the run does not come to its end.
    A point at which the task may be ended: it raises when the run was cancelled, or when the worker has to stop.
    Outside a worker it does nothing.
    """
    current = _current.get()
    if current is None:
        return
    with current.lock:
        current.done, current.total, current.message, current.told = done, total, message[:500], False
        current.so_far = so_far
    current.check()


@contextmanager
def finish_with() -> Iterator[dict[str, Any]]:
    """Do the work of a task in one transaction that also marks its run done, so that it happens exactly once.

    A worker that dies inside leaves nothing behind and the run is taken up again; one that lost its lease rolls back.
    Prepare everything slow before. Yields a dict that is kept as the run's result. Outside a worker it is a plain
    transaction.
    """
    current = _current.get()
    result: dict[str, Any] = {}
    with transaction.atomic():
        yield result
        if current is not None:
            close(current, RunState.DONE, result=storable(result))
    if current is not None:
        current.finished = True


def close(current: Current, state: RunState, **values: Any) -> None:
    """Move the run under way to another state, by compare-and-set. Raises LeaseLost if it is no longer ours."""
    run = current.run
    if state != RunState.QUEUED:
        values["ended_at"] = shared_now()
    if current.so_far is not None:
        values.setdefault("result", storable(current.so_far))
    mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, worker=run.worker, attempt=run.attempt)
    if not mine.update(
        state=state,
        lease_until=None,
        done=current.done,
        total=current.total,
        message=current.message,
        **values,
    ):
        raise LeaseLost


_STATUS = {
    RunState.QUEUED: TaskResultStatus.READY,
    RunState.RUNNING: TaskResultStatus.RUNNING,
    RunState.DONE: TaskResultStatus.SUCCESSFUL,
    RunState.FAILED: TaskResultStatus.FAILED,
    RunState.CANCELLED: TaskResultStatus.FAILED,
}


class RunBackend(BaseTaskBackend):
    """Django's Tasks API over the `Run` table."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True
    task_class = RunTask

    def __init__(self, alias: str, params: Mapping[str, Any]) -> None:
        super().__init__(alias, {"QUEUES": [], **params})

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Queue a run; positional arguments are kept under their names."""
        self.validate_task(task)
        names = [
            name for name in inspect.signature(task.func).parameters if name != "context" or not task.takes_context
        ]
        if len(args) > len(names):
            raise TypeError(f"{task.name}() takes {len(names)} arguments, but {len(args)} were given.")
        return self._result(enqueue(task, **dict(zip(names, args, strict=False)), **kwargs), task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """The state of a run. Raises TaskResultDoesNotExist."""
        try:
            run = Run.objects.filter(pk=UUID(result_id)).first()
        except ValueError:
            run = None
        if run is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(run, find_task(run.task))

    def _result(self, run: Run, task: Task[P, T]) -> TaskResult[T]:
        error = TaskError(exception_class_path="septet.kernel.errors.SeptetError", traceback=run.error)
        found: TaskResult[T] = TaskResult(
            task=task,
            id=str(run.pk),
            status=_STATUS[RunState(run.state)],
            enqueued_at=run.queued_at,
            started_at=run.started_at,
            finished_at=run.ended_at,
            last_attempted_at=run.started_at,
            args=[],
            kwargs=run.arguments,
            backend=self.alias,
            errors=[error] if run.error else [],
            worker_ids=[run.worker] * run.attempt,
        )
        object.__setattr__(found, "_return_value", run.result)
        return found


def wait_before(attempt: int, retry_after: float) -> timedelta:
    """How long a run waits after this failed attempt: three times longer each time, an hour at most."""
    return timedelta(seconds=min(retry_after * 3 ** (attempt - 1), 3600.0))
