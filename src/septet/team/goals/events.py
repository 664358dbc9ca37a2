"""Measuring what belongs to a day by a date of its records: one grouped query for a stretch of days, whose rows are
shared out to all goals of the indicator."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, F, Func, QuerySet, Sum, Value
from django.utils import timezone

from septet.lib.periods import Period, Stretch, stretches
from septet.team.goals.conditions import at_moment
from septet.team.goals.indicators import Indicator, Sort
from septet.team.goals.tallies import Scope, Sharing, Tallies, no_tallies

CHUNK = 5000
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class LocalDay(Func):
    """The day, as text, on which a moment lies where clocks are so many seconds ahead of UTC."""

    output_field = CharField()

    def __init__(self, moment: str, ahead: int) -> None:
        super().__init__(F(moment), Value(f"{ahead} seconds"))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, function="date", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        shape = "to_char(timezone('UTC', %(expressions)s::interval), 'YYYY-MM-DD')"
        return super().as_sql(compiler, connection, template=shape, arg_joiner=" + ", **extra)


def within(one: Indicator, start: datetime, end: datetime) -> QuerySet[Any]:
    """The records that count by a date from one moment to before another."""
    given: dict[str, Any] = {f"{one.date}__gte": start, f"{one.date}__lt": end}
    if one.date.startswith("course__"):
        given["course__kind"] = one.kind  # it leads the index
    return one.rows().filter(at_moment(one.valid, timezone.now()), withdrawn_at=None, **given)


def measure(one: Indicator, days: list[date], zone: ZoneInfo, scopes: Iterable[Scope]) -> Tallies:
    """What the indicator comes to in each scope on each of the days; a day on which nothing counts is left out."""
    found = no_tallies()
    for stretch in stretches(days, zone):
        _measure_stretch(one, stretch, Sharing(scopes), found)
    return found


def values(
    one: Indicator, period: Period, zone: ZoneInfo, scopes: Iterable[Scope]
) -> dict[Scope, list[tuple[date, int]]]:
    """The value of every record that counts in each scope, with its day, in no order."""
    found: dict[Scope, list[tuple[date, int]]] = {}
    sharing = Sharing(scopes)
    for stretch in stretches(list(period.days()), zone, longest=366):
        for scope, day, value in _each(one, _labelled(one, stretch), sharing):
            found.setdefault(scope, []).append((day, value))
    return found


def _labelled(one: Indicator, stretch: Stretch) -> QuerySet[Any]:
    """The records that count on the days of a stretch, each with its day."""
    day = Value(stretch.first.isoformat(), CharField())
    found: QuerySet[Any] = within(one, stretch.start, stretch.end).annotate(
        _day=day if stretch.offset is None else LocalDay(one.date, stretch.offset)
    )
    return found


def _each(one: Indicator, labelled: QuerySet[Any], sharing: Sharing) -> Iterator[tuple[Scope, date, int]]:
    for day, value, *fields in labelled.values_list("_day", one.value, *sharing.fields).iterator(CHUNK):
        for scope in sharing.of(fields):
            yield scope, _date(day), value


def _measure_stretch(one: Indicator, stretch: Stretch, sharing: Sharing, found: Tallies) -> None:
    labelled = _labelled(one, stretch)
    if one.sort == Sort.DISTRIBUTION:
        for scope, day, value in _each(one, labelled, sharing):
            found[scope, day].take(value, scope.limit)
        return
    for day, numerator, denominator, total, *fields in _grouped(one, labelled, sharing):
        for scope in sharing.of(fields):
            found[scope, _date(day)].add(numerator, denominator, total)


def _grouped(one: Indicator, labelled: QuerySet[Any], sharing: Sharing) -> Iterator[tuple[Any, ...]]:
    """Rows of day, numerator, denominator, total and the fields of the scopes."""
    good = Count("pk", filter=at_moment(one.good, timezone.now())) if one.good is not None else Value(0)
    total = Sum(one.value) if one.value else Value(0)
    rows = labelled.values("_day", *sharing.fields).annotate(_good=good, _all=Count("pk"), _total=total)
    for day, good_ones, all_, sum_, *fields in rows.values_list("_day", "_good", "_all", "_total", *sharing.fields):
        # A number of records is its own numerator.
        yield (day, good_ones if one.is_share else all_, all_, int(sum_ or 0), *fields)


_known: dict[str, date] = {}


def _date(text: str) -> date:
    """The date of a text; there are few of them and many rows."""
    if text not in _known:
        if len(_known) > 20_000:
            _known.clear()
        _known[text] = date.fromisoformat(text)
    return _known[text]


def oldest_day(one: Indicator, zone: ZoneInfo) -> date | None:
    """The first day to which any record of the indicator belongs."""
    rows = within(one, EARLIEST, LATEST).order_by(one.date)
    first = rows.values_list(one.date, flat=True).first()
    return first.astimezone(zone).date() if first else None
