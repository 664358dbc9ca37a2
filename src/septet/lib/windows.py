"""Windows that come again: the occurrences of an RFC 5545 rule, each with a length."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from septet.lib.walltime import instant

LIMIT = 10_000
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_HIGHEST = {"INTERVAL": 1000, "COUNT": 100_000, "BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53}
_POSITIVE = ("INTERVAL", "COUNT", "BYMONTH")
_TAKEN = {"FREQ", "UNTIL", "BYDAY", "BYSETPOS", "WKST", *_HIGHEST}
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def occurrences(
    rule: str, start: datetime, duration: timedelta, zone: ZoneInfo, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The windows that overlap the time between two moments, in order, in UTC and not cut.

    `rule` is an RRULE such as ``FREQ=WEEKLY;BYDAY=SU`` (empty: once), `start` the first moment. Windows come again at
    the same wall time of the zone, whatever the clocks do, and each lasts `duration` of real time. ``UNTIL`` as a date
    includes that date. Raises ValueError with a sentence for the user if the rule is wrong or comes again more often
    than daily, if the duration is not positive, or if there would be more than 10,000 windows.
    """
    if duration <= timedelta():
        raise ValueError("A window needs a duration longer than nothing.")
    first = start.astimezone(zone).replace(tzinfo=None)
    days = recurrence(rule, first, zone)
    margin = timedelta(days=2)
    found: list[tuple[datetime, datetime]] = []
    for wall in days.xafter(since.astimezone(UTC).replace(tzinfo=None) - duration - margin, inc=True):
        opens = instant(wall, zone)
        if opens >= until:
            break
        if opens + duration > since:
            found.append((opens, opens + duration))
        if len(found) > LIMIT:
            raise ValueError(f"More than {LIMIT} windows lie between {since} and {until}; ask for a shorter time.")
    return found


def written(rule: str, start: datetime, zone: ZoneInfo, ends: datetime | None = None) -> tuple[datetime, str] | None:
    """A rule as RFC 5545 writes it for others: its first occurrence, in the zone, and the rule that goes with it; None
    if it never comes.

    There the start is the first occurrence whether the rule fits it or not, so here it is one that does; and ``UNTIL``
    is a moment in UTC. `ends`: from when on it does not come again, whatever the rule says. Raises ValueError with a
    sentence for the user if the rule is wrong.
    """
    begins = start.astimezone(zone).replace(tzinfo=None)
    first = next(iter(recurrence(rule, begins, zone)), None)
    if first is None:
        return None
    parts = _parts(rule.strip().upper().removeprefix("RRULE:"))
    last = instant(datetime.fromisoformat(_wall_until(parts["UNTIL"], zone)), zone) if "UNTIL" in parts else None
    if ends is not None and (last is None or ends < last):
        last = ends.astimezone(UTC)
        parts.pop("COUNT", None)
    if last is not None:
        parts["UNTIL"] = f"{last:%Y%m%dT%H%M%SZ}"
    return first.replace(tzinfo=zone), ";".join(f"{name}={value}" for name, value in parts.items())


@lru_cache(maxsize=256)
def recurrence(rule: str, first: datetime, zone: ZoneInfo) -> rrule:
    """A rule made ready, in naive wall times of the zone. Raises ValueError with a sentence for the user."""
    parts = _parts(rule.strip().upper().removeprefix("RRULE:") or "FREQ=DAILY;COUNT=1")
    if "UNTIL" in parts:
        parts["UNTIL"] = _wall_until(parts["UNTIL"], zone)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        made = rrulestr(text, dtstart=first, cache=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"The rule {rule!r} is not understood: {error}.") from error
    assert isinstance(made, rrule)
    return made


def _parts(text: str) -> dict[str, str]:
    """The parts of a rule, after refusing what would come too often, never, or without end."""
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, separator, value = part.partition("=")
        if name not in _TAKEN or not separator or not value or name in parts or "\n" in value:
            raise ValueError(f"The rule has a part that is not understood: {part!r}.")
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"A rule needs FREQ, which is one of {', '.join(_FREQUENCIES)}.")
    numbers = {name: _numbers(name, parts[name]) for name in _HIGHEST if name in parts}
    months, days = numbers.get("BYMONTH", range(1, 13)), numbers.get("BYMONTHDAY", [1])
    if not any(abs(day) <= _LONGEST[month - 1] for month in months for day in days):
        raise ValueError(f"The rule never comes true: month {parts['BYMONTH']} has no day {parts['BYMONTHDAY']}.")
    return parts


def _numbers(name: str, value: str) -> list[int]:
    try:
        numbers = [int(number) for number in value.split(",")]
    except ValueError:
        raise ValueError(f"{name} in a rule is a number, not {value!r}.") from None
    lowest = 1 if name in _POSITIVE else -_HIGHEST[name]
    if any(number == 0 or not lowest <= number <= _HIGHEST[name] for number in numbers):
        raise ValueError(f"{name} in a rule goes from {lowest} to {_HIGHEST[name]}, not {value}.")
    return numbers


def _wall_until(value: str, zone: ZoneInfo) -> str:
    try:
        end = datetime.fromisoformat(value)
        if end.tzinfo is not None:
            end = end.astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"UNTIL in a rule looks like 20121231 or 20121231T235959Z, not {value}.") from None
    return f"{end:%Y%m%d}T235959" if "T" not in value else f"{end:%Y%m%dT%H%M%S}"
