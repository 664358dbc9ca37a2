"""Moments as people read them: how long ago, with the exact time in their own zone behind it."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from septet.surfaces.web.locales import distance, locale

NEAR = timedelta(days=7)
NOW = timedelta(seconds=45)
INPUT_FORM = "%Y-%m-%dT%H:%M"
NOTHING = "–"


def moment_of(value: str | datetime) -> datetime:
    """A moment as the API writes it, or as it is, in the reader's zone."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return timezone.localtime(at)


def relative(at: datetime, now: datetime) -> str:
    """`5 min ago`, `in 3 hrs`, or the day when it is more than a week away."""
    away = at - now
    if abs(away) < NOW:
        return _("just now")
    return distance(away.total_seconds()) if abs(away) < NEAR else day(at, now)


def day(at: datetime, now: datetime) -> str:
    """`10 Nov`, with the year unless it is this one."""
    same_year = at.year == timezone.localtime(now).year
    return _day(at.date(), "MMMd" if same_year else "yMMMd", locale())


def short_day(at: date) -> str:
    """`10 Nov`, without the year."""
    return _day(at, "MMMd", locale())


@lru_cache(maxsize=4096)
def _day(at: date, form: str, one: Locale) -> str:
    return str(format_skeleton(form, at, locale=one))


@lru_cache(maxsize=8192)
def _exact(at: datetime, zone: tzinfo, one: Locale) -> str:
    local = at.astimezone(zone)
    offset = local.strftime("%z")
    return f"{format_datetime(local, 'medium', tzinfo=local.tzinfo, locale=one)} UTC{offset[:3]}:{offset[3:]}"


def exact(at: datetime) -> str:
    """The time to the second with its distance from UTC: `1 Mar 2026, 10:00:00 UTC+01:00`."""
    return _exact(at, timezone.get_current_timezone(), locale())


def moment(value: str | datetime | None) -> Markup | str:
    """The HTML of a moment: relative, with the exact time on hover; a dash for none."""
    if not value:
        return NOTHING
    at = moment_of(value)
    return _time(at, relative(at, timezone.now()))


def full_moment(value: str | datetime | None) -> Markup | str:
    """The HTML of a moment as date and time, where the exact time matters more than the distance."""
    if not value:
        return NOTHING
    at = moment_of(value)
    return _time(at, full_text(at))


def full_text(at: datetime) -> str:
    """Date and time in the reader's form: `1 Mar 2026, 10:00`."""
    return _full(at, locale())


@lru_cache(maxsize=4096)
def _full(at: datetime, one: Locale) -> str:
    clock = format_time(at, "short", tzinfo=at.tzinfo, locale=one)
    return str(one.datetime_formats["medium"].format(clock, format_date(at, "medium", locale=one))).replace("'", "")


def date_text(value: str | date | None) -> str:
    """A date in the reader's form; a dash for none."""
    if not value:
        return NOTHING
    at = date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_date(at, "medium", locale=locale()))


def _time(at: datetime, text: str) -> Markup:
    # No locale writes a time with characters that HTML would have to escape.
    return Markup(f'<time datetime="{at.isoformat()}" title="{exact(at)}">{text}</time>')  # noqa: S704


def is_near(value: str | datetime) -> bool:
    """Whether a moment is close enough to be told as a distance."""
    return abs(timezone.now() - moment_of(value)) < NEAR


def input_text(value: str | datetime | None) -> str:
    """A moment as a date and time field holds it: minutes, in the reader's zone."""
    return moment_of(value).strftime(INPUT_FORM) if value else ""
