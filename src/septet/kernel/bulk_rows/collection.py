"""How often Python looks for cycles while rows are written."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def rarer_collection() -> Iterator[None]:
    """Thousands of rows live for a moment and form no cycles; looking for some costs an eighth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(300_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
