"""What stands in the calendar between two moments, of all types, as far as the reader may see it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils import timezone

from septet.kernel import listing
from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan, Stretches
from septet.kernel.errors import Invalid
from septet.kernel.models import Record, Relation
from septet.kernel.named_sets import NamedSet
from septet.kernel.registry import RecordType, registry
from septet.kernel.relations import in_force
from septet.lib.text import suggestion

LONGEST = timedelta(days=400)
# So many records of one sort of dates are told at most, and so many times of what comes again.
MOST = 1000
MOST_STRETCHES = 5000
# By so much at most something comes before the date from which it is counted back.
FURTHEST_BACK = timedelta(days=1100)
Standing = Literal["settled", "tentative", "called-off"]


@dataclass(frozen=True, slots=True)
class CalendarName:
    """A record that an event refers to."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One thing in the calendar. `part` tells several dates of one record apart, `what` says what then happens; without
    `ends_at` it is a moment. What `governs` other work stands behind it, what `forbids` lets it rest. `why` it concerns
    what was asked about; `conflicts` are sentences on what is in its way."""

    number: str
    kind: str
    part: str
    title: str
    what: str
    state: str
    standing: Standing
    starts_at: datetime
    ends_at: datetime | None
    governs: bool
    forbids: bool
    why: str
    who: CalendarName | None
    owner: CalendarName | None
    team: CalendarName | None
    service: CalendarName | None
    conflicts: list[str]
    version: int


@dataclass(frozen=True, slots=True)
class CalendarEvents:
    """What was found, in order. `more`: of some kinds there was too much to tell all."""

    since: datetime
    until: datetime
    events: list[CalendarEvent]
    more: list[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: between two moments, of some kinds (none: those usually shown), of a team, a service, an item
    that is affected, or of the actor and their teams alone. What governs other work is told if it governs what is asked
    for. `called_off`: with what was called off or withdrawn; `once`: of what comes again only the first time."""

    since: datetime
    until: datetime
    kinds: tuple[str, ...] = ()
    team: Record | None = None
    service: Record | None = None
    item: Record | None = None
    mine: bool = False
    called_off: bool = False
    once: bool = False

    def check(self) -> None:
        """Raises Invalid for a time that is none or too long, and for kinds that have no dates."""
        if self.until <= self.since:
            raise Invalid(fields={"until": "The end must come after the beginning."})
        if self.until - self.since > LONGEST:
            raise Invalid(fields={"until": f"Ask for {LONGEST.days} days at most."})
        for kind in self.kinds:
            if kind not in dated_types():
                sentence = f"Nothing called {kind!r} stands in the calendar.{suggestion(kind, dated_types())}"
                raise Invalid(fields={"kinds": sentence})


@dataclass(frozen=True, slots=True)
class Found:
    """An event with what it was made of: its type, its sort of dates, and the item of a list."""

    event: CalendarEvent
    it: RecordType
    span: CalendarSpan
    item: Mapping[str, Any]


def dated_types() -> dict[str, RecordType]:
    """The types whose records have dates, by kind."""
    return {kind: it for kind, it in registry.types.items() if it.calendar}


def events_between(actor: Actor, wanted: Wanted) -> CalendarEvents:
    """Everything that is asked for and that the actor may see, in order. Raises Invalid."""
    found, more = find(actor, wanted)
    events = list(_with_conflicts(actor, found))
    return CalendarEvents(wanted.since, wanted.until, events, more)


def find(actor: Actor, wanted: Wanted) -> tuple[list[Found], list[str]]:
    """The same with what it was made of, without conflicts; and the kinds of which there was more. Raises Invalid."""
    wanted.check()
    found: list[Found] = []
    more: list[str] = []
    for it in dated_types().values():
        for span in it.calendar:
            if it.kind in wanted.kinds or (span.usual and not wanted.kinds):
                some, cut = _of_span(actor, wanted, it, span)
                found += some
                more += [it.kind] if cut and it.kind not in more else []
    return sorted(found, key=lambda one: (one.event.starts_at, not one.event.governs, one.event.number)), more


def _of_span(actor: Actor, wanted: Wanted, it: RecordType, span: CalendarSpan) -> tuple[list[Found], bool]:
    if span.stretches is not None:
        return _coming_again(actor, wanted, it, span, span.stretches)
    condition = _between(wanted, span) & _asked(actor, wanted, it, span)
    items, cut = _items(actor, wanted, it, span, lambda rows: rows.filter(condition))
    found = []
    for item in items:
        times = _times(item, span)
        if times is not None and times[0] < wanted.until and (times[1] or times[0]) >= wanted.since:
            found.append(_found(it, span, item, *times))
    return found, cut


def _coming_again(
    actor: Actor, wanted: Wanted, it: RecordType, span: CalendarSpan, stretches: Stretches
) -> tuple[list[Found], bool]:
    about = wanted.item or wanted.service or wanted.team
    told = stretches(actor, wanted.since, wanted.until, about)
    if wanted.once:
        told = list({one.record: one for one in reversed(told)}.values())[::-1]
    cut = len(told) > MOST_STRETCHES
    told = told[:MOST_STRETCHES]
    ids = {one.record for one in told}
    items, _ = _items(actor, wanted, it, span, lambda rows: rows.filter(pk__in=ids), most=len(ids))
    by_number = {item["number"]: item for item in items}
    found = []
    for one in told:
        item = by_number.get(f"{it.prefix}-{one.record}")
        if item is not None:
            made = _found(it, span, item, one.starts_at, one.ends_at)
            found.append(replace(made, event=replace(made.event, what=one.what, why=one.why, forbids=one.forbids)))
    return found, cut


def _items(
    actor: Actor,
    wanted: Wanted,
    it: RecordType,
    span: CalendarSpan,
    narrow: Callable[[QuerySet[Any]], QuerySet[Any]],
    most: int = MOST,
) -> tuple[list[dict[str, Any]], bool]:
    """The items of a list of the type that is narrowed so, by one query and one for what they refer to."""
    query = listing.Query(
        it,
        order=span.start,
        limit=max(most, 1),
        only_open=True if span.only_open and not wanted.called_off else None,
        withdrawn=wanted.called_off,
        among=NamedSet("calendar", "", lambda rows, _actor: narrow(rows)),
    )
    page = listing.page(query, actor)
    shown = page.items if wanted.called_off else [one for one in page.items if one["state"] not in span.called_off]
    return shown, page.next is not None


def _between(wanted: Wanted, span: CalendarSpan) -> Q:
    """The condition on records whose dates lie in the time asked for, in halves that each have an index."""
    if span.days_before:
        return Q(**{f"{span.start}__gte": wanted.since, f"{span.start}__lt": wanted.until + FURTHEST_BACK})
    begins = Q(**{f"{span.start}__gte": wanted.since, f"{span.start}__lt": wanted.until})
    if not span.end:
        return begins
    return begins | Q(**{f"{span.start}__lt": wanted.since, f"{span.end}__gt": wanted.since})


def _asked(actor: Actor, wanted: Wanted, it: RecordType, span: CalendarSpan) -> Q:
    """The condition on records of the team, the service, the item or the person asked for."""
    condition = Q()
    if wanted.team is not None:
        condition &= Q(team_id=wanted.team.pk)
    if wanted.service is not None:
        condition &= Q(service_id=wanted.service.pk) | _affecting(wanted.service.pk)
    if wanted.item is not None:
        condition &= _affecting(wanted.item.pk)
    if wanted.mine:
        own = [Q(owner_id__in=actor.voices), Q(team_id__in=actor.teams)]
        if span.who:
            # Asked by its own table, because the list may be read from that of all records.
            people = it.model._default_manager.filter(**{f"{span.who}_id__in": actor.voices})
            own.append(Q(pk__in=people.order_by().values("pk")))
        condition &= reduce(or_, own)
    return condition


def _affecting(pk: int) -> Q:
    tied = in_force(Relation.objects.filter(type="affects", target_id=pk), timezone.now())
    return Q(pk__in=tied.order_by().values("record_id"))


def _times(item: Mapping[str, Any], span: CalendarSpan) -> tuple[datetime, datetime | None] | None:
    """When it begins and ends; None if it has no such date."""
    starts, ends = item.get(span.start), item.get(span.end) if span.end else None
    if starts is None:
        return None
    begins = datetime.fromisoformat(starts)
    if span.days_before:
        if not item.get(span.days_before):
            return None
        begins -= timedelta(days=item[span.days_before])
    return begins, datetime.fromisoformat(ends) if ends else None


def _found(
    it: RecordType, span: CalendarSpan, item: Mapping[str, Any], starts: datetime, ends: datetime | None
) -> Found:
    off = item["state"] in span.called_off or item.get("withdrawn_at") is not None
    event = CalendarEvent(
        number=item["number"],
        kind=it.kind,
        part=span.key,
        title=item["title"],
        what=str(span.what),
        state=item["state"],
        standing="called-off" if off else "tentative" if item["state"] in span.tentative else "settled",
        starts_at=starts,
        ends_at=ends if ends is not None and ends > starts else None,
        governs=span.governs,
        forbids=False,
        why="",
        who=_named(item, span.who),
        owner=_named(item, "owner"),
        team=_named(item, "team"),
        service=_named(item, "service"),
        conflicts=[],
        version=item["version"],
    )
    return Found(event, it, span, item)


def _named(item: Mapping[str, Any], name: str) -> CalendarName | None:
    held = item.get(name) if name else None
    return CalendarName(held["number"], held["title"]) if held else None


def _with_conflicts(actor: Actor, found: Sequence[Found]) -> Iterator[CalendarEvent]:
    """The events, of which those that are still to be made say what is in their way."""
    asked: dict[CalendarSpan, dict[int, tuple[datetime, datetime]]] = {}
    for one in found:
        starts, ends = one.event.starts_at, one.event.ends_at
        is_open = one.event.standing != "called-off" and one.item.get("closed_at") is None
        if one.span.conflicts is not None and ends is not None and is_open:
            asked.setdefault(one.span, {})[_id(one)] = starts, ends
    told = {span: span.conflicts(actor, planned) for span, planned in asked.items() if span.conflicts is not None}
    for one in found:
        sentences = told.get(one.span, {}).get(_id(one), ())
        yield replace(one.event, conflicts=list(sentences)) if sentences else one.event


def _id(one: Found) -> int:
    return int(one.event.number.rpartition("-")[2])
