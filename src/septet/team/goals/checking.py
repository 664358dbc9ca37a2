"""Whether what was measured is what measuring it anew finds; for `septet check`."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import accumulate

from django.utils import timezone

from septet.kernel.derived import Batch
from septet.kernel.registry import number_of
from septet.lib.periods import DAY, Period
from septet.team.goals import courses, dirty, following, measuring
from septet.team.goals.dirty import days_of
from septet.team.goals.models import Course, DayValue, Dirty, PeriodValue
from septet.team.goals.specs import Spec, specs
from septet.team.goals.tallies import Tallies

CHUNK = 1000


def check(repair: bool) -> Iterator[Batch]:
    """Compare the courses of records, days and periods of goals. What a worker has yet to measure is no fault."""
    following.catch_up()
    yield from _courses(repair)
    live = specs()
    groups: dict[tuple[str, str], list[Spec]] = {}
    for spec in live:
        groups.setdefault((spec.one.key, spec.zone.key), []).append(spec)
    for some in groups.values():
        yield _goals(some, repair)
    if repair:
        following.catch_up()


def _courses(repair: bool) -> Iterator[Batch]:
    last = 0
    while kinds := dict(Course.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "kind")[:CHUNK]):
        held = courses.held(kinds)
        wrong = [one for one in courses.courses_of(kinds) if courses.row(one) != held[one.pk]]
        if repair:
            courses.keep(wrong)
        said = "Its course (hand-overs, reopenings, resolution) is not what its journal yields."
        yield Batch(problems=[(number_of(one.kind, one.pk), said) for one in wrong])
        last = max(kinds)


def _goals(some: list[Spec], repair: bool) -> Batch:
    now = timezone.now()
    one, zone = some[0].one, some[0].zone
    days = list(Period(measuring.oldest_day(some[0], now), some[0].today(now)).days())
    tallies = measuring.count(one, days, zone, {spec.scope for spec in some}, now)
    found = Batch()
    for spec in some:
        wrong = _wrong_days(spec, tallies, days) | _wrong_periods(spec, now)
        wrong -= _marked(spec, now)
        if wrong:
            said = (
                f"What it came to on {len(wrong)} days, the first of them {min(wrong)}, is not what its records yield."
            )
            found.problems.append((f"GOAL-{spec.pk}", said))
            if repair:
                dirty.note_days(spec, wrong)
    return found


def _wrong_days(spec: Spec, tallies: Tallies, days: list[date]) -> set[date]:
    rows = DayValue.objects.filter(goal_id=spec.pk).values_list("day", "numerator", "denominator", "total", "standing")
    held = {day: figures for day, *figures in rows}
    # What has to ask every record for every day is looked back at only so far; news of older days are measured all the
    # same, and cannot be compared.
    slow = any(one.moves and not one.date for one in spec.one.sources)
    wrong = {day for day in held.keys() - set(days) if not (slow and day < days[0])}
    for day in days:
        if spec.valid_from is None or day >= spec.valid_from:
            tally = tallies[spec.scope, day]
            if held.get(day, [0] * 4) != [tally.numerator, tally.denominator, tally.total, tally.standing]:
                wrong.add(day)
    return wrong


def _wrong_periods(spec: Spec, now: datetime) -> set[date]:
    """Last days of periods that are not the sum of their days."""
    if spec.is_gauge:
        return set()
    rows = list(PeriodValue.objects.filter(goal_id=spec.pk).values_list("first", "last", "numerator", "denominator"))
    if not rows:
        return set()
    first, today = min(row[0] for row in rows), spec.today(now)
    values = DayValue.objects.filter(goal_id=spec.pk, day__gte=first)
    held = {row.day: (row.numerator, row.denominator, row.standing) for row in values}
    days = list(Period(first, max(today, *(row[1] for row in rows))).days())
    sums = [[0, *accumulate(held.get(day, (0, 0, 0))[place] for day in days)] for place in (0, 1)]

    def over(start: date, end: date, place: int) -> int:
        return sums[place][(end - first) // DAY + 1] - sums[place][(start - first) // DAY]

    return {
        min(end, today)
        for start, end, numerator, denominator in rows
        if (over(start, end, 0), over(start, end, 1) + held.get(min(end, today), (0, 0, 0))[2])
        != (numerator, denominator)
    }


def _marked(spec: Spec, now: datetime) -> set[date]:
    """The days that are to be measured anyway, and the present one where more may have happened on it since, or where
    time alone has changed it."""
    rows = Dirty.objects.filter(indicator=spec.one.key, zone=spec.zone.key, goal_id__in=(0, spec.pk))
    found = {day for row in rows for day in days_of(row, spec, now)}
    ages = any(source.moves for source in spec.one.sources)
    return found | {spec.today(now)} if found or ages or not following.is_at_end() else found
