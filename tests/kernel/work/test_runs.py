"""Background runs: enqueued with the change, claimed once, tried again, cancelled, ended."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from septet.kernel import runs
from septet.kernel.errors import Conflict, NotFound
from septet.kernel.models import Record, Run
from septet.kernel.work import RunTask, cancel, enqueue, find_task, progress, task
from tests.kernel.work import tasks

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """The event by which the worker would be asked to stop."""
    event = threading.Event()
    yield event
    event.set()


def test_a_task_runs_once_and_keeps_its_result(stop: threading.Event) -> None:
    run = enqueue(tasks.add, left=2, right=3)
    assert runs.step("w", stop)
    assert not runs.step("w", stop)
    run.refresh_from_db()
    assert (run.state, run.result, run.attempt, run.error) == ("done", 5, 1, "")
    assert run.ended_at is not None
    assert run.lease_until is None


def test_the_run_is_enqueued_in_the_transaction_of_the_change() -> None:
    with transaction.atomic():
        enqueue(tasks.add, left=1)
        transaction.set_rollback(True)
    assert not Run.objects.exists()


def test_arguments_that_do_not_fit_are_refused_where_they_are_given() -> None:
    with pytest.raises(TypeError):
        enqueue(tasks.add, wrong=1)
    with pytest.raises(TypeError):
        enqueue(tasks.add, left=object())
    with pytest.raises(TypeError):
        tasks.add.enqueue(1, 2, 3)  # type: ignore[call-arg]  # one too many on purpose


def test_the_urgent_go_first_then_the_oldest_and_none_before_its_time() -> None:
    soon = timezone.now() + timedelta(hours=1)
    enqueue(tasks.add.using(run_after=soon, priority=100), left=0)
    for left, priority in ((1, 0), (2, 0), (3, 50)):
        enqueue(tasks.add.using(priority=priority), left=left)
    claimed = [run.arguments["left"] for run in iter(lambda: runs.claim("w"), None)]
    assert claimed == [3, 1, 2]


def test_a_failure_is_tried_again_with_growing_waits_until_the_last_attempt(stop: threading.Event) -> None:
    run = enqueue(tasks.fail, kind="x")
    for attempt, state in ((1, "queued"), (2, "queued"), (3, "failed")):
        assert runs.step("w", stop)
        run.refresh_from_db()
        assert (run.attempt, run.state) == (attempt, state)
    assert not runs.step("w", stop)


def test_an_error_says_what_happened_without_secrets(stop: threading.Event) -> None:
    run = enqueue(tasks.fail, kind="x")
    runs.step("w", stop)
    run.refresh_from_db()
    assert run.error.startswith("RuntimeError: could not reach postgresql://")
    assert "tasks.py" in run.error
    assert "hunter2" not in run.error
    assert "abc123" not in run.error


@pytest.mark.parametrize(("kind", "state"), [("invalid", "failed"), ("conflict", "queued")])
def test_what_repeating_cannot_mend_is_not_repeated(stop: threading.Event, kind: str, state: str) -> None:
    run = enqueue(tasks.fail, kind=kind)
    runs.step("w", stop)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (state, 1)


def test_a_task_that_this_version_does_not_know_fails_with_a_plain_sentence(stop: threading.Event) -> None:
    run = enqueue(tasks.add, left=1)
    Run.objects.update(task="test-ad")
    runs.step("w", stop)
    run.refresh_from_db()
    assert (run.state, run.error) == (
        "failed",
        "This version of Septet has no task 'test-ad'. Did you mean 'test-add'?",
    )


def test_a_run_is_held_by_one_worker_until_its_lease_runs_out() -> None:
    enqueue(tasks.add, left=1)
    first = runs.claim("one")
    assert first
    assert runs.claim("two") is None
    Run.objects.update(lease_until=LONG_AGO)
    second = runs.claim("two")
    assert second
    assert (second.pk, second.attempt) == (first.pk, 2)


def test_who_lost_the_lease_leaves_no_trace(stop: threading.Event) -> None:
    run = enqueue(tasks.open_one, title="Twice")
    first = runs.claim("one")
    Run.objects.update(lease_until=LONG_AGO)
    second = runs.claim("two")
    assert first
    assert second
    runs.execute(first, stop)
    assert not Record.objects.filter(title="Twice").exists()
    runs.execute(second, stop)
    assert Record.objects.filter(title="Twice").count() == 1
    found = Run.objects.get(pk=run.pk)
    assert found.state == "done"
    assert str(found.result).startswith("{'number': 'ORG-")


def test_a_task_that_kills_its_workers_ends_as_failed() -> None:
    run = enqueue(tasks.count_slowly, upto=1)
    for _ in range(2):
        assert runs.claim("w")
        Run.objects.update(lease_until=LONG_AGO)
    assert runs.claim("w") is None
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "Its worker died, the last time at attempt 2.")


def test_cancelling_ends_what_waits_at_once_and_tells_what_runs() -> None:
    waiting, running = enqueue(tasks.add, left=1), enqueue(tasks.add.using(priority=10), left=2)
    assert runs.claim("w")
    assert cancel(waiting.pk)
    assert not cancel(running.pk)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    with pytest.raises(Conflict, match="it is cancelled"):
        cancel(waiting.pk)
    with pytest.raises(NotFound):
        cancel(uuid.uuid4())


def test_a_cancelled_run_whose_worker_died_is_not_taken_up_again() -> None:
    run = enqueue(tasks.add, left=1)
    assert runs.claim("w")
    cancel(run.pk)
    Run.objects.update(lease_until=LONG_AGO)
    assert runs.claim("w") is None
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_progress_ends_a_run_when_the_worker_stops(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("septet.kernel.work.GRACE_SECONDS", 0.0)
    run = enqueue(tasks.count_slowly, upto=100)
    stop.set()
    runs.step("w", stop)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("queued", 0)


def test_progress_outside_a_worker_does_nothing() -> None:
    progress(1, 2, "three")


def test_djangos_tasks_api_sees_the_same_run(stop: threading.Event) -> None:
    result = tasks.add.enqueue(2, right=5)
    assert result.status == TaskResultStatus.READY
    assert result.kwargs == {"left": 2, "right": 5}
    runs.step("w", stop)
    result.refresh()
    assert result.is_finished
    assert result.return_value == 7
    failing = tasks.fail.enqueue("invalid")
    runs.step("w", stop)
    found = tasks.fail.get_result(failing.id)
    assert found.status == TaskResultStatus.FAILED
    assert found.errors[0].traceback == "title: This must be given."
    for unknown in (str(uuid.uuid4()), "no id"):
        with pytest.raises(TaskResultDoesNotExist):
            tasks.add.get_result(unknown)


def test_a_task_declared_with_django_tasks_alone_may_take_its_context(stop: threading.Event) -> None:
    result = tasks.attempt_of.enqueue("attempt")
    runs.step("w", stop)
    assert tasks.attempt_of.get_result(result.id).return_value == "attempt 1"


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ImproperlyConfigured, match="'test-add' is declared twice"):
        task(name="test-add")(tasks.add.func)
    found: RunTask[..., Any] = task(name="test-fresh", attempts=1)(tasks.add.func)
    assert find_task("test-fresh") == found
