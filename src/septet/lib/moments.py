"""Moments as people write them, made into UTC."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from septet.lib.text import parse_duration
from septet.lib.walltime import instant

FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DATED = re.compile(r"[+-]?(\d+)-\d{1,2}-\d{1,2}(?!\d)")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment, in UTC, that a text means.

    Understood are `2012-03-01` (the start of that day), `2012-03-01T10:00` (also with a space, seconds, or an offset
    such as `Z` or `+02:00`), `now`, `yesterday`, `today` and `tomorrow` (the start of that day), and lengths of time
    as in `1h ago` or `2 days ago`. Without an offset the clocks of `zone` count. Raises ValueError with a sentence for
    the user, also for years outside 1900 to 2199.
    """
    plain = " ".join(text.split()).lower()
    if dated := _DATED.match(plain):
        return _parse_date(plain, int(dated[1][:9]), zone)
    if plain == "now":
        return check_year(now.astimezone(UTC))
    if plain in _DAYS:
        day = now.astimezone(zone).date() + timedelta(days=_DAYS[plain])
        return check_year(instant(datetime.combine(day, time()), zone))
    if plain.endswith(" ago"):
        try:
            return check_year(now.astimezone(UTC) - parse_duration(plain.removesuffix(" ago")))
        except OverflowError:
            raise _outside() from None
    raise _unclear(text)


def check_year(at: datetime) -> datetime:
    """The moment itself, or ValueError if its year is outside 1900 to 2199."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _outside()
    return at


def microseconds(at: datetime) -> int:
    """A moment as whole microseconds since 1970, in which sums and comparisons are exact. Raises ValueError if it has
    no zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone.")
    return (at - _EPOCH) // _MICROSECOND


def moment(count: int) -> datetime:
    """The moment, in UTC, so many microseconds after 1970; the inverse of `microseconds`."""
    return _EPOCH + count * _MICROSECOND


def _parse_date(plain: str, year: int, zone: ZoneInfo) -> datetime:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _outside()
    try:
        at = datetime.fromisoformat(plain.upper())
    except ValueError:
        raise _unclear(plain) from None
    return check_year(instant(at, zone) if at.tzinfo is None else at.astimezone(UTC))


def _outside() -> ValueError:
    return ValueError(f"Only the years {FIRST_YEAR} to {LAST_YEAR} can be used here.")


def _unclear(text: str) -> ValueError:
    return ValueError(
        f"{_short(text)!r} is not understood as a moment; write 2012-03-01, 2012-03-01T10:00, yesterday or 2h ago."
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
