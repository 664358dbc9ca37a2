"""Dates as other programs write them: forms, zones, and the two hours a year that do not exist or exist twice."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 1901, 2199
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDS = ("iso", "unix", "unix-ms", "excel")

Reader = Callable[[str], datetime | None]


class BadForm(ValueError):
    """A date form that cannot be understood; the text says why."""


class NoSuchMoment(ValueError):
    """A text that looks like its form but names no moment; the text says why."""


_TOKENS = {
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<short_year>\d{2})",
    "MMM": r"(?P<month_name>[^\W\d_]+)\.?",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "hh": r"(?P<half_hour>\d{2})",
    "h": r"(?P<half_hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "m": r"(?P<minute>\d{1,2})",
    "ss": r"(?P<second>\d{2})",
    "s": r"(?P<second>\d{1,2})",
    "S": r"(?P<fraction>\d{1,9})",
    "a": r"(?P<half>[AaPp]\.?[Mm]\.?)",
    "X": r"(?P<offset>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})",
}
_PERCENT = {
    "%d": "d", "%m": "M", "%Y": "yyyy", "%y": "yy", "%b": "MMM", "%B": "MMM", "%H": "H", "%I": "h", "%M": "m",
    "%S": "s", "%f": "S", "%p": "a", "%z": "X", "%T": "H:m:s",
}  # fmt: skip


_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day has no zone either


@cache
def compile_form(form: str) -> re.Pattern[str] | None:
    """The pattern of a form such as `d-M-yyyy H:mm`; None for the words `iso`, `unix`, `unix-ms` and `excel`."""
    if form in WORDS:
        return None
    pieces: list[str] = []
    seen: set[str] = set()
    plain = re.sub(r"%[A-Za-z]", _from_percent, form)
    for piece in re.finditer(
        r"'(?P<quoted>[^']*)'|(?P<letters>(?P<one>[A-Za-z])(?P=one)*)|(?P<other>.)", plain, re.DOTALL
    ):
        letters = piece["letters"]
        if not letters:
            other = piece["quoted"] if piece["other"] is None else piece["other"]
            pieces.append(r"\s+" if other == " " else re.escape(other))
            continue
        pattern = _token(letters, form)
        name = re.findall(r"\?P<(\w+)>", pattern)[0]
        if name in seen:
            raise BadForm(f"`{form}` names the {name.replace('_', ' ')} twice; `M` is the month, `m` the minute.")
        seen.add(name)
        pieces.append(pattern)
    if not (seen & {"year", "short_year"} and seen & {"month", "month_name"} and "day" in seen):
        raise BadForm(f"`{form}` needs a year (yyyy), a month (M) and a day (d), such as `d-M-yyyy H:mm`.")
    if "half_hour" in seen and "half" not in seen:
        raise BadForm(f"`{form}` has hours up to 12 (h) but no `a` for am or pm; write `H` for hours up to 23.")
    return re.compile("".join(pieces))


def _from_percent(match: re.Match[str]) -> str:
    if match[0] not in _PERCENT:
        raise BadForm(f"`{match[0]}` is not understood; write dates as in `d-M-yyyy H:mm:ss`.")
    return _PERCENT[match[0]]


def _token(letters: str, form: str) -> str:
    letters = {"SS": "S", "MMMM": "MMM", "XX": "X", "XXX": "X", "Z": "X"}.get(letters, letters)
    if set(letters) == {"S"}:
        letters = "S"
    if letters not in _TOKENS:
        raise BadForm(
            f"`{letters}` in `{form}` is not understood. Known: {', '.join(_TOKENS)}; put other letters in 'quotes'."
        )
    return _TOKENS[letters]


def form_reader(form: str, months: Sequence[str] | None = None) -> Reader:
    """A function that reads a text of the form: None if it does not look like it, `NoSuchMoment` if it names no moment.

    A text without offset gives a naive datetime.
    """
    if form == "iso":
        return _iso
    if form in {"unix", "unix-ms"}:
        divisor = 1 if form == "unix" else 1000
        return lambda text: _unix(text, divisor)
    if form == "excel":
        return _excel
    match = compile_form(form)
    assert match is not None
    full = match.fullmatch
    numbers = {name.casefold().rstrip("."): index for index, name in enumerate(months or MONTHS, 1)}

    def read(text: str) -> datetime | None:
        found = full(text)
        return None if found is None else _built(found.groupdict(), numbers, bool(months))

    return read


def _built(part: dict[str, str | None], months: dict[str, int], own_months: bool) -> datetime:
    get = part.get
    if year := get("year"):
        number = int(year)
    else:
        short = int(get("short_year") or 0)
        number = short + (2000 if short < 70 else 1900)
    if name := get("month_name"):
        word = name.casefold().rstrip(".")
        month = months.get(word if own_months else word[:3], 0)
        if not month:
            raise NoSuchMoment(f"`{name}` is no month; list the twelve names under `months`")
    else:
        month = int(get("month") or 0)
    hour = int(get("hour") or 0)
    if half := get("half"):
        hour = int(get("half_hour") or 0) % 12 + (12 if half[0] in "Pp" else 0)
    fraction = get("fraction")
    moment = _moment(
        number, month, int(get("day") or 0), hour, int(get("minute") or 0), int(get("second") or 0),
        int((fraction or "0")[:6].ljust(6, "0")),
    )  # fmt: skip
    offset = get("offset")
    return moment.replace(tzinfo=_offset(offset)) if offset else moment


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, micro: int) -> datetime:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NoSuchMoment(f"the year {year} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    try:
        return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - its zone is applied by in_zone
    except ValueError:
        raise NoSuchMoment("there is no such day or time in the calendar") from None


_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s?(?P<offset>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    return None if found is None else _built(found.groupdict(), {}, False)


def _unix(text: str, divisor: int) -> datetime | None:
    if not re.fullmatch(r"-?\d{1,16}(\.\d{1,9})?", text):
        return None
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(text) / divisor)
    except OverflowError:
        raise NoSuchMoment("the number names no moment") from None
    return _in_range(moment)


def _excel(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{1,7}([.,]\d{1,15})?", text):
        return None
    try:
        exact = _FIRST_DAY + timedelta(days=float(text.replace(",", ".")))
    except OverflowError:
        raise NoSuchMoment("the number names no day") from None
    return _in_range((exact + timedelta(milliseconds=500)).replace(microsecond=0))


def _in_range(moment: datetime) -> datetime:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise NoSuchMoment(f"the year {moment.year} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    return moment


@cache
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name (`Europe/Amsterdam`), `UTC`, or a fixed offset (`+01:00`). Raises `ValueError`."""
    if re.fullmatch(r"[+-]\d{2}:?\d{2}", name):
        return _offset(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"There is no time zone `{name}`; use a name such as `Europe/Amsterdam`, `UTC`, or an offset (`+01:00`)."
        ) from None


@cache
def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 18 or minutes > 59:
        raise NoSuchMoment(f"`{text}` is no offset from UTC")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text[0] == "-" else size)


def in_zone(moment: datetime, zone: tzinfo, doubled: str, missing: str) -> datetime:
    """A naive moment of `zone`, in UTC.

    `doubled` says which of the two is meant when clocks go back (`earlier`, `later`, `refuse`); `missing` what to do
    with a moment that clocks skipped (`shift` it forward by what was skipped, or `refuse`). Raises `NoSuchMoment`.
    """
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first.astimezone(UTC)
    if before > after:
        if doubled == "refuse":
            raise NoSuchMoment("this hour came twice when the clocks went back; `doubled-hour` says which is meant")
        return (second if doubled == "later" else first).astimezone(UTC)
    if missing == "refuse":
        raise NoSuchMoment("this hour was skipped when the clocks went forward; `missing-hour: shift` would accept it")
    return first.astimezone(UTC)
