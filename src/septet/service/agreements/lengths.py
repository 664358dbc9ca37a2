"""Lengths of time as targets have them: read as people write them, kept and shown as hours, minutes and seconds."""

import re

from septet.lib.text import parse_duration

DAY = 24 * 3600
_WORKING = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(?:business|working|work) ?(h|hours?|min|minutes?|d|days?)(?![a-z])")


def read_length(text: str, day: int | None) -> int:
    """The seconds that a text such as `4h`, `90 min`, `9 business hours` or `2 business days` means.

    `day` is how long the calendar is open on a working day, None if its days differ; a calendar that never closes has
    days of 24 hours. Raises ValueError with a sentence for the user, also where it would be a guess what a day is.
    """
    plain = " ".join(text.split()).lower()
    if working := _WORKING.fullmatch(plain):
        count, unit = float(working[1]), working[2]
        if unit.startswith("d"):
            if day is None:
                raise ValueError("The working days of the calendar differ in length; write hours, such as 16 h.")
            return _whole(count * day)
        plain = f"{working[1]} {unit}"
    seconds = _whole(parse_duration(plain).total_seconds())
    if day != DAY and re.search(r"\d ?[dw]", plain):
        raise ValueError("On a calendar that closes, write hours or business days: 16 h, 2 business days.")
    return seconds


def _whole(seconds: float) -> int:
    if seconds < 1:
        raise ValueError("A target needs at least a second.")
    if seconds > 10 * 366 * DAY:
        raise ValueError("A target lies within ten years.")
    return round(seconds)


def seconds_of(within: str) -> int:
    """The seconds of a length as a target keeps it."""
    return round(parse_duration(within).total_seconds())
