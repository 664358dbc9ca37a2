"""Clocks: how much of its target a record has used, when it is due, and why.

A clock is a pure function of a history (the states of a record, each from a moment on), a rule (which of these states
pause or stop the clock), a target on a timetable, and now. Moments and lengths are whole microseconds, moments those
since 1970, so that nothing is ever rounded.

    elapsed = sum of open time in the stretches in which the clock ran
    due     = the first moment at which elapsed reaches the target
    missed  = elapsed is greater than the target

Whatever changes (a priority, an agreement, a calendar), the clock is reckoned anew from the start under the target that
then applies, so it never matters in which order things were changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from septet.lib.calendars import Timetable

History = Sequence[tuple[int, str]]
Kind = Literal["running", "outside-hours", "waiting", "stopped", "cancelled"]
Standing = Literal["running", "paused", "met", "missed", "cancelled"]

THRESHOLDS = (50, 75, 90)
BREACH = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """What the states of a record do to a clock; in every other state it runs.

    In a `waiting` state it is paused. A `meeting` state stops it, and what came before is judged; with `once` it has
    then stopped for good (a first answer stays an answer), without it a reopening lets it run on. A `cancelling` state
    ends it without a verdict.
    """

    meeting: frozenset[str]
    waiting: frozenset[str] = frozenset()
    cancelling: frozenset[str] = frozenset()
    once: bool = False

    def kind(self, state: str) -> Kind:
        """What a state does to the clock."""
        if state in self.meeting:
            return "stopped"
        if state in self.cancelling:
            return "cancelled"
        return "waiting" if state in self.waiting else "running"


@dataclass(frozen=True, slots=True)
class Target:
    """How much open time of a timetable may be used, and at which percentages of it somebody wants to hear of it."""

    length: int
    timetable: Timetable
    thresholds: tuple[int, ...] = THRESHOLDS

    def marks(self) -> list[tuple[int, int]]:
        """Each percentage with the elapsed time at which it is reached, in order; the target itself is the last."""
        return [(one, -(-self.length * one // 100)) for one in (*sorted(set(self.thresholds)), BREACH)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a clock did one thing, because the record was in one state; `until` is empty while it lasts."""

    since: int
    until: int | None
    kind: Kind
    state: str


@dataclass(frozen=True, slots=True)
class Interval(Stretch):
    """A stretch explained: how much it added to the elapsed time, and what that came to at its end."""

    added: int
    elapsed: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a clock stands.

    `since` is the moment from which it has done what it does now, `before` what had elapsed by then. `due` is empty
    while it is paused or cancelled. `marks` holds each percentage with the moment at which it was or will be reached,
    if it keeps on running; 100 is the moment after which the target is missed, which is later than `due` where the
    target runs out at the end of the day. `met` is when it stopped; `breached` is when the target was missed.
    """

    standing: Standing
    started: int
    elapsed: int
    since: int
    before: int
    due: int | None
    met: int | None
    breached: int | None
    marks: tuple[tuple[int, int | None], ...]


def stretches(history: History, rule: Rule, start: int, now: int, answered: int | None = None) -> list[Stretch]:
    """The life of a clock from its start until now; a `once` clock that was met has no life after that.

    The state in which the history begins counts from the start on; what came before the start is left out. `answered`
    is a moment that meets a `once` clock beside the states, such as a first comment that the requester can read.
    """
    found: list[Stretch] = []

    def add(since: int, until: int, kind: Kind, state: str) -> None:
        if found and (found[-1].kind, found[-1].state) == (kind, state):
            since = found.pop().since
        found.append(Stretch(since, until, kind, state))

    for since, until, state in _states(history, start, now):
        kind = rule.kind(state)
        if rule.once and kind in {"running", "waiting"} and answered is not None and answered <= until:
            if since < answered:
                add(since, answered, kind, state)
            add(max(since, answered), until, "stopped", state)
            break
        add(since, until, kind, state)
        if rule.once and kind == "stopped":
            break
    last = found.pop()
    return [*found, Stretch(last.since, None, last.kind, last.state)]


def _states(history: History, start: int, now: int) -> Iterator[tuple[int, int, str]]:
    """The states between the start and now, each with its bounds; the last one also if it begins just now."""
    end = max(now, start)
    known = [(max(at, start), state) for at, state in history if at <= end] or [(start, history[0][1])]
    for index, (at, state) in enumerate(known):
        since = start if index == 0 else at
        until = known[index + 1][0] if index + 1 < len(known) else end
        if since < until or index + 1 == len(known):
            yield since, until, state


def reckon(history: History, rule: Rule, target: Target, start: int, now: int, answered: int | None = None) -> Clock:
    """Where a clock stands now. `history` has at least one state; see `stretches` for `answered`."""
    end = max(now, start)
    walked = _walk(stretches(history, rule, start, now, answered), target, start, end)
    hours, elapsed = target.timetable, walked.elapsed
    moments: list[int | None] = list(walked.reached)
    marks = target.marks()
    due, missed = None, walked.missed
    if walked.kind == "running":
        moments += [hours.reached(end, mark - elapsed) for _, mark in marks[len(moments) :]]
        due = moments[-1]
        if missed is None and due is not None:
            missed = hours.opening(max(due, end))
    elif walked.kind == "stopped":
        whole = len(moments) == len(marks)
        due = moments[-1] if whole else hours.reached(walked.since, target.length - elapsed)
    moments += [None] * (len(marks) - len(moments))
    return Clock(
        standing=_standing(walked.kind, late=walked.missed is not None),
        started=start,
        elapsed=elapsed,
        since=walked.since,
        before=walked.before,
        due=due,
        met=walked.since if walked.kind == "stopped" else None,
        breached=walked.missed,
        marks=tuple((percent, at) for (percent, _), at in zip(marks, [*moments[:-1], missed], strict=True)),
    )


@dataclass(slots=True)
class _Walk:
    """What is known after a walk over the stretches: `reached` are the moments of the marks, `missed` the one after
    which more than the target had elapsed; `since` and `before` are those of a `Clock`."""

    kind: Kind
    since: int
    before: int = 0
    elapsed: int = 0
    reached: list[int] = field(default_factory=list)
    missed: int | None = None


def _walk(life: Sequence[Stretch], target: Target, start: int, end: int) -> _Walk:
    hours, marks = target.timetable, target.marks()
    found = _Walk(life[0].kind, start)
    for one in life:
        if one.kind != found.kind:
            found.since, found.before, found.kind = one.since, found.elapsed, one.kind
        if one.kind != "running":
            continue
        total = found.elapsed + hours.passed(one.since, end if one.until is None else one.until)
        for _, mark in marks[len(found.reached) :]:
            at = hours.reached(one.since, mark - found.elapsed) if mark <= total else None
            if at is None:
                break
            found.reached.append(at)
        if found.missed is None and total > target.length:
            spent = hours.reached(one.since, target.length - found.elapsed)
            found.missed = None if spent is None else hours.opening(spent)
        found.elapsed = total
    return found


def _standing(kind: Kind, *, late: bool) -> Standing:
    if kind == "stopped":
        return "missed" if late else "met"
    return "paused" if kind == "waiting" else "cancelled" if kind == "cancelled" else "running"


def intervals(
    history: History, rule: Rule, target: Target, start: int, now: int, answered: int | None = None
) -> list[Interval]:
    """The clock explained: every interval of its life, whether it ran then and why not, and what it added."""
    found: list[Interval] = []
    elapsed, end = 0, max(now, start)
    for one in stretches(history, rule, start, now, answered):
        if one.kind != "running":
            found.append(Interval(one.since, one.until, one.kind, one.state, 0, elapsed))
            continue
        for since, until, is_open in _by_hours(target.timetable, one.since, end if one.until is None else one.until):
            added = until - since if is_open else 0
            elapsed += added
            lasts = one.until is None and until == end
            kind: Kind = "running" if is_open else "outside-hours"
            found.append(Interval(since, None if lasts else until, kind, one.state, added, elapsed))
    return found


def _by_hours(hours: Timetable, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """A stretch cut where it opens and closes; an empty one is given as it is."""
    at = start
    for opens, closes in hours.pieces(start, end):
        if at < opens:
            yield at, opens, False
        yield opens, closes, True
        at = closes
    if at < end or start == end:
        yield at, end, hours.opening(at) == at
