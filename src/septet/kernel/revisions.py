"""Rules that are needed at every turn and rarely change: read once, and anew as soon as anybody has changed them.

    MATRICES = Revised("priorities", load, {"priority-matrix": ()})
    MATRICES.get()

Every door that writes records notes which kinds it wrote (`note`). Where rules are read from these, a new token goes
into the table `revision` in the same transaction, and whoever finds another token than its own reads the rules anew.
What may lag behind by some seconds is `kept` without a query.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from septet.kernel.bulk_rows import insert
from septet.kernel.models import Revision

T = TypeVar("T")


class Revised(Generic[T]):
    """What `load` reads from records of some `kinds`, each with the fields or parts that matter (none: all)."""

    def __init__(self, name: str, load: Callable[[], T], kinds: Mapping[str, tuple[str, ...]]) -> None:
        if name in declared:
            raise ImproperlyConfigured(f"The rules {name!r} are declared twice.")
        self.name, self.load, self.kinds = name, load, kinds
        self._held: tuple[str | None, T] | None = None
        declared[name] = self

    def get(self) -> T:
        """The rules as the running transaction sees them. Costs one small query."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM revision WHERE name = %s", [self.name])
            row = cursor.fetchone()
        token: str | None = row[0] if row else None
        if self._held is None or self._held[0] != token:
            self._held = (token, self.load())
        return self._held[1]


declared: dict[str, Revised[Any]] = {}


def note(kind: str, changed: Iterable[str]) -> None:
    """Note that a record of a kind was written, and which of its fields and parts."""
    for one in declared.values():
        names = one.kinds.get(kind)
        if names is not None and (not names or any(key.partition(".")[0] in names for key in changed)):
            insert.replace(Revision, ("name", "token"), ("name",), [(one.name, str(uuid.uuid4()))])
