"""The promises that clocks are reckoned by, and which of them fits a record.

The kernel knows no agreement: a module of a cluster named `clocks` gives them by `provide`.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from septet.kernel.governing.timetables import timetables
from septet.kernel.locks import shared
from septet.kernel.revisions import Revised
from septet.lib.calendars import ALWAYS, Timetable
from septet.lib.clocks import Target

REVISION = "clocks"
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Promise:
    """Records of a kind that fit are answered or resolved within so many seconds of a calendar (None: always).

    What is None or empty fits every record. It judges records opened from `since` up to `until`, in microseconds since
    1970. `target` is the id of its row, `agreement` the record that owns it.
    """

    agreement: int
    target: int
    kind: str
    metric: str
    seconds: int
    calendar: int | None = None
    thresholds: tuple[int, ...] = ()
    priority: int | None = None
    category: str = ""
    customer: int | None = None
    service: int | None = None
    since: int | None = None
    until: int | None = None

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """How closely it fits among those for the same customer and service, the closest first: for one priority before
        any, for one category before any, then the one that began last."""
        return (self.priority is None, not self.category, -(self.since or 0), -self.target)

    def fits(self, one: "Judged") -> bool:
        """Whether it judges a record of its kind, customer and service."""
        return (
            (self.priority is None or self.priority == one.priority)
            and (not self.category or self.category == one.category)
            and (self.since is None or self.since <= one.opened)
            and (self.until is None or one.opened < self.until)
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What of a record decides which promise judges it: `opened` in microseconds since 1970, `category` folded."""

    opened: int
    priority: int | None
    category: str
    customer: int | None
    service: int | None


Place = tuple[str, str, int | None, int | None]


@dataclass
class Book:
    """All promises of one revision, by kind, metric, customer and service; in each place the closest fit first."""

    places: dict[Place, list[Promise]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    calendars: Mapping[int, Timetable] = field(default_factory=dict)

    def fitting(self, kind: str, metric: str, one: Judged) -> Iterator[Promise]:
        """The promises that fit, the one that counts first: those for the customer and the service before those for
        the customer alone, these before those for the service, and these before those for everybody."""
        for customer, service in dict.fromkeys(
            ((one.customer, one.service), (one.customer, None), (None, one.service), (None, None))
        ):
            for promise in self.places.get((kind, metric, customer, service), ()):
                if promise.fits(one):
                    yield promise

    def choose(self, kind: str, metric: str, one: Judged) -> Promise | None:
        """The promise that counts, if any does."""
        return next(self.fitting(kind, metric, one), None)

    def on_calendar(self, calendar: int) -> set[int]:
        """The targets whose time is counted on a calendar."""
        return {one.target for place in self.places.values() for one in place if one.calendar == calendar}

    def target(self, promise: Promise) -> Target:
        """What a clock is reckoned against. A calendar that is gone counts as always open."""
        table = ALWAYS if promise.calendar is None else self.calendars.get(promise.calendar, ALWAYS)
        return Target(promise.seconds * SECOND, table, promise.thresholds)


Load = Callable[[], Iterable[Promise]]
_book: Revised[Book] | None = None


def provide(load: Load, kinds: Mapping[str, tuple[str, ...]]) -> None:
    """Declare where promises come from. `kinds`: the kinds of record that they are read from, each with the fields or
    parts that matter (none: all). Called once, by a module named `clocks`."""
    global _book  # noqa: PLW0603  there is one book, declared when Django starts
    _book = Revised(REVISION, lambda: _read(load), kinds)


def current(*, writing: bool = True) -> Book:
    """The promises in force. Until a transaction that is `writing` by them ends, nobody reckons anew by later ones."""
    if writing:
        shared(REVISION)
    return _book.get() if _book else Book()


def _read(load: Load) -> Book:
    places: dict[Place, list[Promise]] = {}
    calendars: set[int] = set()
    for one in load():
        insort(places.setdefault((one.kind, one.metric, one.customer, one.service), []), one, key=lambda p: p.rank)
        if one.calendar is not None:
            calendars.add(one.calendar)
    return Book(places, frozenset(kind for kind, *_ in places), timetables(calendars))
