"""Small things done to text: slugs, near misses, lengths of time."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from urllib.parse import unquote_to_bytes

_LENGTH = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([a-z]+)", re.ASCII)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "min": 60, "s": 1}
_UNITS = {
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
}


def with_article(noun: str) -> str:
    """`an incident`, `a change`: a noun with its indefinite article, by its first letter."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def slug(text: str, length: int = 64) -> str:
    """A text in lower-case ASCII letters, digits and single hyphens, cut at `length`; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:length].rstrip("-")


def near(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Up to `count` of the known names that a mistyped one may have meant, the likeliest first, capitals aside."""
    by_folded = {one.casefold(): one for one in islice(known, 10_000)}
    found = difflib.get_close_matches(name[:100].casefold(), by_folded, n=count, cutoff=0.6)
    return [by_folded[one] for one in found]


def suggestion(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'incident'?`, to be put after a sentence about an unknown name; empty if nothing is near."""
    found = near(name, known)
    return f" Did you mean {found[0]!r}?" if found else ""


def is_encoded_text(written: str | bytes) -> bool:
    """Whether what stands in an address or a form, with bytes as `%C3%A4`, is UTF-8 text."""
    try:
        unquote_to_bytes(written).decode()
    except UnicodeError:
        return False
    return True


def duration(seconds: float) -> str:
    """A length of time in its two largest units, such as `3 d 4 h` or `45 s`; less than a second is `0 s`."""
    left = int(abs(seconds))
    parts: list[str] = []
    for unit in ("d", "h", "min", "s"):
        count, left = divmod(left, _SECONDS[unit])
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        elif parts:
            break
    sign = "-" if seconds <= -1 else ""
    return sign + " ".join(parts[:2])


def exact_duration(seconds: int) -> str:
    """A length of time in hours, minutes and seconds, nothing left out: `4 h`, `1 h 30 min`, `450 h`."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def counted_duration(seconds: float) -> str:
    """Time that a calendar counts, to the minute: `76 h 5 min`, `12 min`, `40 s`. Never in days, which are longer on
    the wall than in the calendar."""
    left = int(abs(seconds))
    if left >= 60:
        left -= left % 60
    return ("-" if seconds <= -1 else "") + exact_duration(left)


def parse_duration(text: str) -> timedelta:
    """The length of time that a text such as `1h`, `2 days` or `1h 30min` means (a day has 24 hours).

    Raises ValueError with a sentence for the user.
    """
    plain = " ".join(text.split()).lower()
    parts = _LENGTH.findall(plain)
    unread = _LENGTH.sub("", plain).strip()
    if not parts or unread or any(unit not in _UNITS for _, unit in parts):
        shown = plain if len(plain) <= 40 else f"{plain[:40]}…"
        raise ValueError(f"{shown!r} is not a length of time; write it as 45 min, 1h 30min or 2 days.")
    try:
        return sum((timedelta(seconds=float(count) * _SECONDS[_UNITS[unit]]) for count, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{plain!r} is too long a time.") from None
