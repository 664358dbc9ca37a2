"""Measuring what there is at the end of a day: every record of a kind as it was then.

What nobody has touched since is asked of the tables, by one grouped query; of what somebody has, the journal tells how
it was. So the end of any day can be measured at any time, and at the present moment it is one query.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from septet.kernel.fields import FieldInfo
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry
from septet.lib.histograms import bin_of, quantile_of
from septet.lib.periods import DAY, day_of, day_start
from septet.team.goals.conditions import at_moment, fields_in, moves, test_of
from septet.team.goals.indicators import SCOPES, Indicator
from septet.team.goals.tallies import Scope, Sharing, Tallies, no_tallies
from septet.team.goals.ties import IsAmong

# So many records are read at a time; from so many on, their ids are asked for as a range and not one by one.
CHUNK, MANY = 5000, 500
INSTANT = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
PERCENTS = (50, 90, 95)

Test = Callable[[dict[str, Any]], bool]


def measure(one: Indicator, days: Iterable[date], zone: ZoneInfo, scopes: Iterable[Scope], now: datetime) -> Tallies:
    """What the indicator comes to in each scope at the end of each of the days, of the present one so far."""
    today = day_of(now, zone)
    wanted = sorted(day for day in set(days) if day <= today)
    if not wanted:
        return no_tallies()
    moments = [min(day_start(day + DAY, zone) - INSTANT, now) for day in wanted]
    counting = _Counting(one, Sharing(scopes), wanted, moments, now)
    counting.from_tables()
    if moments[0] < now:
        counting.from_journal()
    return counting.tallies()


def oldest_day(one: Indicator, zone: ZoneInfo) -> date | None:
    """The first day at whose end there was any record of the kind."""
    first = Entry.objects.filter(kind=one.kind).order_by("at").values_list("at", flat=True).first()
    return day_of(first, zone) if first else None


def as_at(one: Indicator, at: datetime) -> QuerySet[Any]:
    """The records that count as the tables have them, with conditions put to a moment."""
    return one.rows(at).filter(at_moment(one.valid, at), withdrawn_at=None)


def members(
    one: Indicator, at: datetime, now: datetime, given: Q, *, good: bool | None = None, beside: Q | None = None
) -> Q:
    """Which records that fit `given` counted at a moment, as a condition on them; with `good` those in the numerator or
    those outside it, with `beside` those that fit this too."""
    wanted = at_moment(one.valid, at) & given & (beside or Q())
    fits = at_moment(one.good, at) if one.good is not None and good is not None else None
    rows = one.rows(at).filter(wanted, withdrawn_at=None)
    if fits is not None:
        rows = rows.filter(fits) if good else rows.exclude(pk__in=rows.filter(fits).values("pk"))
    if at >= now:
        return Q(pk__in=rows.values("pk"))
    found = set(rows.filter(updated_at__lte=at).values_list("pk", flat=True))
    is_wanted, is_fit = test_of(wanted), test_of(fits) if fits is not None else None
    for record, stretches in _touched(one, [at]):
        for _, _, values in stretches:
            if is_wanted(values) and (is_fit is None or is_fit(values) == good):
                found.add(record)
    return Q(pk__in=found)


@dataclass
class _Counting:
    """One measuring of several day ends. `segments` are the stretches of day ends, from place to before place, over
    which a record counts, each with whether it is good and since when its age runs."""

    one: Indicator
    sharing: Sharing
    days: list[date]
    moments: list[datetime]
    now: datetime

    def __post_init__(self) -> None:
        self.segments: defaultdict[Scope, list[tuple[int, int, bool, datetime | None]]] = defaultdict(list)
        self.found = no_tallies()
        self.moving = moves(self.one.valid & (self.one.good or Q()))

    def from_tables(self) -> None:
        """Count what was not touched since the first day end."""
        alike = not self.moving and self.one.beside is None
        places = [(0, len(self.days))] if alike else [(place, place + 1) for place in range(len(self.days))]
        for first, until in places:
            rows = as_at(self.one, self.moments[first])
            if self.moments[0] < self.now:
                rows = rows.filter(updated_at__lte=self.moments[0])
            if self.one.value:
                for moment, *fields in rows.values_list(self.one.value, *self.sharing.fields):
                    self._add(fields, first, until, good=False, moment=moment)
            else:
                self._add_grouped(rows, first, until)

    def _add_grouped(self, rows: QuerySet[Any], first: int, until: int) -> None:
        is_good = at_moment(self.one.good, self.moments[first]) if self.one.good is not None else None
        good = Count("pk", filter=is_good) if is_good is not None else Count("pk")
        found = rows.values(*self.sharing.fields).annotate(_good=good, _all=Count("pk"))
        for numerator, denominator, *fields in found.values_list("_good", "_all", *self.sharing.fields):
            for scope in self.sharing.of(fields):
                for place in range(first, until):
                    self.found[scope, self.days[place]].add(numerator, denominator, 0)

    def from_journal(self) -> None:
        """Count what was touched since the first day end, as it was at each of them."""
        tests = [self._tests(at) for at in (self.moments if self.moving else self.moments[:1])]
        for _, stretches in _touched(self.one, self.moments):
            for first, until, values in stretches:
                for start, stop in ((n, n + 1) for n in range(first, until)) if self.moving else ((first, until),):
                    valid, good = tests[start if self.moving else 0]
                    if valid(values):
                        fields = [values[name] for name in self.sharing.fields]
                        self._add(fields, start, stop, good=good(values), moment=values.get(self.one.value))

    def _tests(self, at: datetime) -> tuple[Test, Test]:
        """What says of values whether a record counts, and whether it is in the numerator."""
        good = self.one.good
        return test_of(at_moment(self.one.valid, at)), test_of(at_moment(good, at)) if good is not None else bool

    def _add(self, fields: list[Any], first: int, until: int, *, good: bool, moment: datetime | None) -> None:
        for scope in self.sharing.of(fields):
            self.segments[scope].append((first, until, good, moment))

    def tallies(self) -> Tallies:
        """What was counted, by scope and day. A day on which there was nothing is there with zeros."""
        for scope in self.sharing.scopes:
            found = self.segments[scope]
            if self.one.value:
                self._ages(scope, found)
                continue
            change = [[0, 0] for _ in range(len(self.days) + 1)]
            for first, until, good, _ in found:
                for place, sign in ((first, 1), (until, -1)):
                    change[place][0] += sign * good
                    change[place][1] += sign
            numerator = denominator = 0
            for place, day in enumerate(self.days):
                numerator, denominator = numerator + change[place][0], denominator + change[place][1]
                self.found[scope, day].add(numerator, denominator, 0)
        return self.found

    def _ages(self, scope: Scope, found: list[tuple[int, int, bool, datetime | None]]) -> None:
        by_place: dict[int, list[int]] = defaultdict(list)
        for first, until, _, moment in found:
            for place in range(first, until):
                if moment is not None:
                    by_place[place].append(max((self.moments[place] - moment) // SECOND, 0))
        for place, day in enumerate(self.days):
            tally, ages = self.found[scope, day], sorted(by_place[place])
            tally.add(sum(scope.limit is not None and age <= scope.limit for age in ages), len(ages), sum(ages))
            tally.quantiles = {percent: quantile_of(ages, percent) for percent in PERCENTS}
            for number in map(bin_of, ages):
                tally.bins[number] = tally.bins.get(number, 0) + 1


Stretch = tuple[int, int, dict[str, Any]]
Stretches = list[Stretch]


def _touched(one: Indicator, moments: list[datetime]) -> Iterator[tuple[int, Stretches]]:
    """Of each record that has entries after the first moment: how it was at the moments, each stretch of them as
    (place, place after, values). Where it did not exist, or was withdrawn, there is none."""
    touched = Entry.objects.filter(kind=one.kind, at__gt=moments[0]).order_by().values_list("record_id", flat=True)
    ids = sorted(set(touched.distinct().iterator(5000)))
    fields = _needed(one)
    for start in range(0, len(ids), CHUNK):
        told: dict[int, list[tuple[datetime, int, str]]] = defaultdict(list)
        rows = Entry.objects.filter(record_id__in=ids[start : start + CHUNK])
        for record, at, number, changes in rows.values_list("record_id", "at", "number", "changes"):
            told[record].append((at, number, changes))
        beside = _beside(one, told, moments)
        for record, entries in told.items():
            stretches = list(_stretches(entries, moments, fields))
            yield record, list(_split(record, stretches, beside)) if beside else stretches


def _split(record: int, stretches: Stretches, beside: list[dict[int, dict[str, Any]]]) -> Iterator[Stretch]:
    """The stretches with what stands beside the record, each as long as that stays the same."""
    for first, until, values in stretches:
        for here, places in groupby(range(first, until), lambda place: beside[place][record]):
            same = list(places)
            yield same[0], same[-1] + 1, {**values, **here}


def _stretches(
    entries: list[tuple[datetime, int, str]], moments: list[datetime], fields: Sequence[FieldInfo]
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """How a record was at the moments, as the model has the fields; by its entries alone."""
    values = {f.name: f.value(f.blank) for f in fields}
    gone = True
    place = 0
    for at, number, text in sorted(entries, key=lambda entry: entry[:2]):
        until = bisect_left(moments, at, place)
        if until > place:
            if not gone:
                yield place, until, dict(values)
            place = until
        changes = read_changes(text)
        for f in fields:
            change = changes.get(f.name)
            if change is not None and isinstance(change, list):
                values[f.name] = f.value(change[1])
        withdrawn = changes.get("withdrawn_at")
        gone = withdrawn[1] is not None if withdrawn else gone and number != 1
    if place < len(moments) and not gone:
        yield place, len(moments), values


def _needed(one: Indicator) -> list[FieldInfo]:
    """The fields that the conditions, the ages and the scopes look at."""
    named = fields_in(one.valid) | (fields_in(one.good) if one.good is not None else set())
    return [f for name, f in one.it.fields.items() if name in {*named, *SCOPES, one.value}]


def _beside(
    one: Indicator, told: dict[int, list[tuple[datetime, int, str]]], moments: list[datetime]
) -> list[dict[int, dict[str, Any]]]:
    """What stands beside the records at each of the moments since the first of them was there. Of yes and no, only
    the records with a yes are asked for, where that can be asked."""
    if one.beside is None:
        return []
    first = min(at for entries in told.values() for at, *_ in entries)
    mine = Q(pk__in=list(told)) if len(told) < MANY else Q(pk__gte=min(told), pk__lte=max(told))
    found: list[dict[int, dict[str, Any]]] = []
    for at in moments:
        names = one.beside(at)
        no = dict.fromkeys(names, False)
        here = dict.fromkeys(told, no)
        found.append(here)
        if at < first:
            continue
        if all(isinstance(it, IsAmong) for it in names.values()):
            for name, it in names.items():
                here.update((pk, {**here[pk], name: True}) for pk in it.ids.iterator() if pk in told)
        else:
            every = one.rows(at).filter(mine).values_list("pk", *names)
            here.update((pk, dict(zip(names, rest, strict=True))) for pk, *rest in every if pk in told)
    return found
