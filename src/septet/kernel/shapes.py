"""What a structured value is made of, so that it can be asked for and shown as a table instead of as JSON.

A type names the shape of such fields and parameters in `RecordType.shapes`; the surfaces know how each looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Choices = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Weekday to intervals of local time: `{"mon": [["08:00", "17:00"]]}`."""


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Date to intervals of local time, none for a closed day: `{"2026-12-24": [["08:00", "12:00"]]}`."""


@dataclass(frozen=True, slots=True)
class Properties:
    """A JSON Schema whose properties are fields; `required` where it may say which of them must be given."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """Name to a list of values: `{"runs-on": ["server"]}`.

    `names` gives the names that there are as (name, words), or nothing where any will do. With `texts` each value is a
    text; else what looks like a number, true or false is one.
    """

    name: Any
    values: Any
    names: Callable[[], Choices] | None = None
    texts: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A level for each pair of two things: a list for each of `rows` with a value for each of `columns`."""

    rows: Choices
    columns: Choices
    row: Any
    column: Any
    values: Choices


Shape = WeeklyHours | SpecialDays | Properties | Lists | Grid


@dataclass(frozen=True, slots=True)
class Kept:
    """The actions by which the rows of a part are kept: one that adds a row, one that changes it (with the same
    parameters; `add` again where setting anew is changing), one that takes it off. `key` says by which columns of a row
    an action's parameters name it, where they are not called alike; `anew` are parameters that a change asks for anew,
    such as the day from which it is valid."""

    add: str = ""
    change: str = ""
    remove: str = ""
    key: tuple[tuple[str, str], ...] = ()
    anew: tuple[str, ...] = ()

    @property
    def actions(self) -> frozenset[str]:
        """All of them by name."""
        return frozenset(filter(None, (self.add, self.change, self.remove)))
