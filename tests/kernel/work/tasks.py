"""Tasks that the tests run."""

import os
import time
from pathlib import Path

import django_tasks
from django_tasks import TaskContext

from septet.kernel.actions import create
from septet.kernel.actors import SYSTEM
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.work import finish_with, progress, task


@task(name="test-open", attempts=50, retry_after=0.1)
def open_one(title: str, pause: float = 0.0, flag: str = "") -> None:
    """Open an organisation in one transaction; it is open for a while, and a file says when."""
    with finish_with() as result:
        one = create("organisation", SYSTEM, via="worker", title=title)
        if flag:
            Path(flag).write_text(str(os.getpid()))
        time.sleep(pause)
        result["number"] = one.number


@task(name="test-count", attempts=2, retry_after=0.1)
def count_slowly(upto: int, flag: str = "") -> int:
    """Count ten a second."""
    for number in range(upto):
        progress(number, upto, "Counting")
        if flag:
            Path(flag).write_text(str(number))
        time.sleep(0.1)
    return upto


@task(name="test-add", priority=5)
def add(left: int, right: int = 1) -> int:
    """A sum."""
    return left + right


@django_tasks.task(takes_context=True)
def attempt_of(context: TaskContext, text: str) -> str:
    """Which attempt it is."""
    return f"{text} {context.attempt}"


@task(name="test-fail", attempts=3, retry_after=0.0)
def fail(kind: str) -> None:
    """Fail as told."""
    if kind == "invalid":
        raise Invalid(fields={"title": "This must be given."})
    if kind == "conflict":
        raise Conflict("The record is closed.")
    raise RuntimeError(f"could not reach postgresql://septet:hunter2@db/septet with token=abc123 ({kind})")


@task(name="test-tick")
def tick() -> None:
    """Nothing, again and again."""
