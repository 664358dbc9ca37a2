"""Of which kind records are, by their ids: asked for once, since a record never changes its kind."""

from typing import TYPE_CHECKING, Any

from django.db import connection

from septet.kernel.loading import kinds
from septet.kernel.registry import registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.integer[Any]]

GONE = "gone"
_UNKNOWN, _GONE = 0, 1


class Kinds:
    """The kinds of some records, one byte for each id up to the largest one asked for."""

    def __init__(self) -> None:
        self._names = [GONE, *sorted(registry.types)]
        self._places = {name: place for place, name in enumerate(self._names, start=_GONE)}
        self._held: NDArray[np.uint8] | None = None

    def of(self, ids: "Integers") -> "Integers":
        """The kind of each of these records, as the number that `number_of` gives; asks for those not known yet."""

        held = self._wide_enough(int(ids.max(initial=0)) + 1)
        unknown = ids[held[ids] == _UNKNOWN]
        if len(unknown):
            if connection.in_atomic_block:
                # A record of a transaction may never come true, and its id become that of another one.
                held = held.copy()
            held[unknown] = _GONE
            for pk, kind in kinds(unknown.tolist()):
                held[pk] = self._places.get(kind, _GONE)
        found: Integers = held[ids]
        return found

    def number_of(self, kind: str) -> int:
        """The number that stands for a kind."""
        return self._places[kind]

    def named(self, number: int) -> str:
        """The kind that a number stands for; GONE for a record that is no more."""
        return self._names[number - _GONE]

    def _wide_enough(self, size: int) -> "NDArray[np.uint8]":
        import numpy as np

        held = np.zeros(0, np.uint8) if self._held is None else self._held
        if len(held) < size:
            held = np.concatenate([held, np.zeros(size - len(held), np.uint8)])
            self._held = held
        return held
