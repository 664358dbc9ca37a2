"""What is asked for at every action and rarely changes, kept by each process for a moment."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")

now = time.monotonic
_all: list["Kept[object]"] = []


class Kept(Generic[V]):
    """A value that `read` makes, kept for some seconds: so long may another process's change go unseen.

    Whoever changes what it is made of calls `forget`, so that this process sees its own change at once.
    """

    def __init__(self, seconds: float, read: Callable[[], V]) -> None:
        self.seconds, self.read = seconds, read
        self._held: tuple[float, V] | None = None
        _all.append(self)  # type: ignore[arg-type]  # a list of anything kept

    def __call__(self) -> V:
        held = self._held
        if held is None or now() - held[0] >= self.seconds:
            held = self._held = (now(), self.read())
        return held[1]

    def forget(self) -> None:
        """Read it anew at the next question."""
        self._held = None


def forget_all() -> None:
    """Read everything anew: the database is another one."""
    for one in _all:
        one.forget()
