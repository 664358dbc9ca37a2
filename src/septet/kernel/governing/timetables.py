"""Business calendars as timetables: each as it was at every time, so that the past is counted by its own hours."""

from collections.abc import Iterable
from functools import lru_cache

from septet.kernel.errors import Invalid
from septet.kernel.governing.calendars import calendar_of
from septet.kernel.governing.models import BusinessCalendar
from septet.kernel.journal import blank, entries_of, read_changes
from septet.kernel.registry import registry
from septet.lib.calendars import Calendar, Succession, Timetable
from septet.lib.moments import microseconds

HOURS = ("zone", "weekly", "holidays_of", "exceptions")


def timetables(calendars: Iterable[int]) -> dict[int, Timetable]:
    """The timetables of calendars, by id. Hours that were changed count from the time of the change on; those with
    which a calendar began hold for the time before it, too."""
    heads = BusinessCalendar.objects.filter(pk__in=set(calendars)).values_list("pk", "head")
    return {pk: _timetable(pk, bytes(head)) for pk, head in heads}


@lru_cache(maxsize=256)
def _timetable(pk: int, head: bytes) -> Timetable:
    """`head` names the state of its journal, so that what was worked out once is not worked out again."""
    snapshot = blank(registry.types["business-calendar"])
    since: list[int] = []
    tables: list[Calendar] = []
    for at, _number, text in sorted(entries_of(pk), key=lambda one: one[:2]):
        changes = read_changes(text)
        snapshot.apply(changes)
        if not tables or any(name in changes for name in HOURS):
            try:
                table = calendar_of(snapshot.values)
            except Invalid:  # a moment between two entries of the past that belong together
                continue
            since.append(microseconds(at))
            tables.append(table)
    return tables[0] if len(tables) == 1 else Succession(tuple(since), tuple(tables))
