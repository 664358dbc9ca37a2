"""From what a clock on the wall shows to the moment it means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clocks of a zone first show a naive wall time or have passed it.

    A time that is skipped when clocks go forward means the moment of the change; one that occurs twice when they go
    back means the first occurrence. So a later wall time never means an earlier moment.
    """
    early = wall.replace(tzinfo=zone, fold=0)
    late = wall.replace(tzinfo=zone, fold=1)
    before, after = early.utcoffset() or timedelta(), late.utcoffset() or timedelta()
    if after <= before:
        return early.astimezone(UTC)
    return _change(late.astimezone(UTC), early.astimezone(UTC), after, zone)


def _change(low: datetime, high: datetime, after: timedelta, zone: ZoneInfo) -> datetime:
    """The first whole second after `low` and up to `high` at which the offset is `after`."""
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
