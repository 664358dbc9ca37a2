"""A clock explained: what was promised and why that counts, and interval by interval what was used of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext, gettext_lazy

from septet.kernel.actors import Actor
from septet.kernel.clocks.book import SECOND, Book, Promise, current
from septet.kernel.clocks.facts import Facts, gather, rules_of
from septet.kernel.clocks.rows import Reckoned, reckoned
from septet.kernel.clocks.then import facts_then
from septet.kernel.loading import heads
from septet.kernel.models import Metric, Record, Standing
from septet.kernel.policy import seen_among
from septet.kernel.registry import RecordType, number_of, registry
from septet.lib import clocks as lib
from septet.lib.moments import microseconds, moment
from septet.lib.text import exact_duration

MOST_INTERVALS = 500
REASONS: dict[lib.Kind, LazyText] = {
    "running": gettext_lazy("The clock runs."),
    "outside-hours": gettext_lazy("Outside the hours of the calendar."),
    "waiting": gettext_lazy("Paused: the work waits for somebody else."),
    "stopped": gettext_lazy("Stopped: it is answered or resolved."),
    "cancelled": gettext_lazy("Ended without a verdict."),
}


@dataclass(frozen=True, slots=True)
class ClockRule:
    """An agreement or a calendar that a clock follows, by number and title."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A percentage of the target, when it is reached, and whether it was; `at` is empty where that is not foreseen."""

    percent: int
    at: datetime | None
    reached: bool


@dataclass(frozen=True, slots=True)
class ClockInterval:
    """A stretch of the clock's life: what it did and why, in which state the record was, how much that added and what
    had elapsed at its end, in seconds of the calendar. `until` is empty while it lasts."""

    since: datetime
    until: datetime | None
    kind: str
    reason: str
    state: str
    added: float
    elapsed: float


@dataclass(frozen=True, slots=True)
class OtherTarget:
    """Another target that fits the record, and why it does not count."""

    agreement: ClockRule | None
    within: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock of a record. Lengths are seconds of its calendar (None: always); `remaining` is negative when the target
    is missed, `share` is elapsed by target. `earlier` counts intervals before those shown."""

    metric: str
    label: str
    state: str
    state_label: str
    agreement: ClockRule | None
    target: int
    within: str
    seconds: int
    calendar: ClockRule | None
    why: str
    others: list[OtherTarget]
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    breached_at: datetime | None
    elapsed: float
    remaining: float
    share: float
    marks: list[ClockMark]
    intervals: list[ClockInterval]
    earlier: int


def explained(
    record: Record, actor: Actor, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[ClockShown]:
    """The clocks of a record, now or as they stood at another time; agreements that the actor may not see are left
    out. Promises and calendars are always today's."""
    it = registry.types[record.kind]
    book = current(writing=False)
    if it.clocks is None or it.kind not in book.kinds:
        return []
    now = as_of or timezone.now()
    travels = as_of is not None or known_at is not None
    found = facts_then(it, [record.pk], as_of, known_at) if travels else gather(it, [record])
    if not found:
        return []
    facts = found[0]
    fitting = {metric: list(book.fitting(it.kind, metric, facts.judged)) for metric in rules_of(it)}
    names = _names(actor, (one for some in fitting.values() for one in some))
    return [
        _shown(it, facts, book, one, fitting[one.metric], names, now)
        for one in reckoned(it, facts, book, microseconds(now))
    ]


def _names(actor: Actor, promises: Iterable[Promise]) -> dict[int, ClockRule]:
    found = heads(pk for one in promises for pk in (one.agreement, one.calendar) if pk is not None)
    seen = seen_among(actor, found)
    return {one.pk: ClockRule(number_of(one.kind, one.pk), one.title) for one in found if one.pk in seen}


def _shown(
    it: RecordType,
    facts: Facts,
    book: Book,
    one: Reckoned,
    fitting: list[Promise],
    names: dict[int, ClockRule],
    now: datetime,
) -> ClockShown:
    clock, promise = one.clock, one.promise
    intervals = list(_intervals(it, facts, book, one, now))
    return ClockShown(
        metric=one.metric,
        label=str(Metric(one.metric).label),
        state=clock.standing,
        state_label=str(Standing(clock.standing).label),
        agreement=names.get(promise.agreement),
        target=promise.target,
        within=exact_duration(promise.seconds),
        seconds=promise.seconds,
        calendar=None if promise.calendar is None else names.get(promise.calendar),
        why=gettext("It is %(scope)s.") % {"scope": _scope(promise)},
        others=[
            OtherTarget(names.get(other.agreement), exact_duration(other.seconds), _why_not(other, promise))
            for other in fitting
            if other is not promise and other.target != promise.target
        ],
        started_at=moment(clock.started),
        due_at=_at(clock.due),
        met_at=_at(clock.met),
        breached_at=_at(clock.breached),
        elapsed=clock.elapsed / SECOND,
        remaining=(promise.seconds * SECOND - clock.elapsed) / SECOND,
        share=clock.elapsed / (promise.seconds * SECOND),
        marks=[ClockMark(percent, _at(at), at is not None and at <= microseconds(now)) for percent, at in clock.marks],
        intervals=intervals[-MOST_INTERVALS:],
        earlier=max(0, len(intervals) - MOST_INTERVALS),
    )


def _intervals(it: RecordType, facts: Facts, book: Book, one: Reckoned, now: datetime) -> Iterator[ClockInterval]:
    rule, target = rules_of(it)[one.metric], book.target(one.promise)
    answered = facts.answered if rule.once else None
    for each in lib.intervals(facts.states, rule, target, facts.judged.opened, microseconds(now), answered):
        yield ClockInterval(
            since=moment(each.since),
            until=_at(each.until),
            kind=each.kind,
            reason=str(REASONS[each.kind]),
            state=it.states.label(each.state),
            added=each.added / SECOND,
            elapsed=each.elapsed / SECOND,
        )


def _scope(promise: Promise) -> str:
    """For which records a promise is, closest things first."""
    match promise.customer is not None, promise.service is not None:
        case True, True:
            whom = gettext("for this customer and this service")
        case True, False:
            whom = gettext("for this customer")
        case False, True:
            whom = gettext("for this service")
        case _:
            whom = gettext("for everybody")
    parts = [whom]
    if promise.priority is not None:
        parts.append(gettext("for priority %(priority)s") % {"priority": promise.priority})
    if promise.category:
        parts.append(gettext("for the category %(category)s") % {"category": promise.category})
    return ", ".join(parts)


def _why_not(other: Promise, chosen: Promise) -> str:
    if (other.customer, other.service) != (chosen.customer, chosen.service) or other.rank[:2] != chosen.rank[:2]:
        return gettext("It is %(scope)s, which is less close.") % {"scope": _scope(other)}
    return gettext("It is for the same records and began earlier.")


def _at(count: int | None) -> datetime | None:
    return None if count is None else moment(count)
