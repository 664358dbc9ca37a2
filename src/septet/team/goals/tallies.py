"""What an indicator comes to on a day in a part of the work, and how the parts that goals look at share out the rows
that one query brings for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from septet.lib.histograms import Histogram, bin_of
from septet.team.goals.indicators import SCOPES


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the work: records whose fields hold these values; None and an empty category say nothing.

    `limit` is the seconds (or whatever the values are) within which a record counts as made, for a share of a
    distribution.
    """

    service: int | None = None
    customer: int | None = None
    team: int | None = None
    site: int | None = None
    priority: int | None = None
    category: str = ""
    limit: int | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The fields that it limits, each with the value."""
        return {name: value for name in SCOPES if (value := getattr(self, name)) not in (None, "")}


@dataclass(slots=True)
class Tally:
    """A numerator and a denominator, the sum of the values, what is left over at the end, the histogram of the values,
    and of a gauge's ages the exact percentiles."""

    numerator: int = 0
    denominator: int = 0
    total: int = 0
    standing: int = 0
    bins: Histogram = field(default_factory=dict)
    quantiles: dict[int, float | None] = field(default_factory=dict)

    def add(self, numerator: int, denominator: int, total: int) -> None:
        """Take in what several records come to."""
        self.numerator += numerator
        self.denominator += denominator
        self.total += total

    def take(self, value: int, limit: int | None) -> None:
        """Take in the value of one record."""
        self.numerator += limit is not None and value <= limit
        self.denominator += 1
        self.total += value
        number = bin_of(value)
        self.bins[number] = self.bins.get(number, 0) + 1


Tallies = defaultdict[tuple[Scope, date], Tally]


def no_tallies() -> Tallies:
    """Tallies in which nothing was counted so far."""
    return defaultdict(Tally)


class Sharing:
    """Finds the scopes to which a row belongs, by the values of the fields that any of them limits."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.scopes = tuple(scopes)
        used = {name for scope in self.scopes for name in scope.given}
        self.fields = tuple(name for name in SCOPES if name in used)
        places = {name: place for place, name in enumerate(self.fields)}
        by_shape: dict[tuple[int, ...], dict[tuple[Any, ...], list[Scope]]] = {}
        for scope in self.scopes:
            given = scope.given
            names = [name for name in self.fields if name in given]
            by_value = by_shape.setdefault(tuple(places[name] for name in names), {})
            by_value.setdefault(tuple(given[name] for name in names), []).append(scope)
        self._by_shape = list(by_shape.items())

    def of(self, row: Sequence[Any]) -> Iterator[Scope]:
        """The scopes to which a row of `fields` belongs."""
        for shape, by_value in self._by_shape:
            yield from by_value.get(tuple(row[place] for place in shape), ())
