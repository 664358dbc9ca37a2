"""What the bulk door takes: records as somebody else's system knew them, with their history and their relations."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Key(NamedTuple):
    """A record named by the key that another system gives it; stands in the place of the record's id until that is
    known."""

    kind: str
    source: str
    key: str


@dataclass(slots=True)
class Link:
    """A relation of type `type` from the draft's record to `target`: a record id, or a `Key` until that is known.

    `need` is how many of its relations of this type with a number the record needs; without one it needs this one.
    """

    type: str
    target: Key | int
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    need: int | None = None


@dataclass(slots=True)
class Step:
    """One later change: at `at`, `fields` took these values. `actor` is the record id of the person who did it.

    `asks` are record ids of people who were then asked to approve, `decision` is what `actor`, one of those asked by an
    earlier step, then answered: `approved` or `rejected`.
    """

    at: datetime
    action: str
    fields: dict[str, object]
    note: str = ""
    actor: int | None = None
    asks: tuple[int, ...] = ()
    decision: str = ""


@dataclass(slots=True)
class Draft:
    """A record to be written: born at `at` with `fields`, changed by `steps` in the order of their times.

    `key` is (source, key) in the other system. Values are plain; a reference is a record id, or a `Key` until that is
    known.
    `line` is where the record begins in its file, counted from 1; 0 if there is none.
    """

    kind: str
    key: tuple[str, str] | None
    fields: dict[str, object]
    at: datetime | None
    steps: list[Step] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    line: int = 0
