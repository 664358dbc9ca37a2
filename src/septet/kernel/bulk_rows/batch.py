"""What is looked up again and again while a batch is written, and is changed by none, is looked up once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_kept: ContextVar[dict[str, Any] | None] = ContextVar("septet_bulk_batch", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Keep answers while one batch is written; its transaction sees one state of the rules anyway."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def for_this_batch(name: str, load: Callable[[], T]) -> T | None:
    """What `load` gives, asked once while a batch is written; None outside of one."""
    kept = _kept.get()
    if kept is None:
        return None
    if name not in kept:
        kept[name] = load()
    found: T = kept[name]
    return found
