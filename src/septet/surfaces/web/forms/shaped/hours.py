"""Intervals of local time as people write them: `08:00–12:00, 13:00–17:00`."""

import re
from collections.abc import Sequence

BETWEEN = re.compile(r"\s*(?:-|–|—|to|bis)\s*")
SHORT = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?", re.ASCII)


def as_text(intervals: Sequence[Sequence[str]]) -> str:
    """Intervals on one line. Raises ValueError for what would not read back as the same."""
    text = ", ".join(f"{start}–{end}" for start, end in intervals)
    if from_text(text) != intervals:
        raise ValueError(intervals)
    return text


def from_text(text: str) -> list[list[str]]:
    """The intervals that a line names; what is no time stays as it was written, for the kernel to refuse."""
    return [[_time(one) for one in BETWEEN.split(part.strip())] for part in text.split(",") if part.strip()]


def _time(text: str) -> str:
    found = SHORT.fullmatch(text.strip())
    if not found:
        return text.strip()
    # The end of a day is written so by many; the calendar reads midnight.
    hour = 0 if int(found[1]) == 24 else int(found[1])
    return f"{hour:02}:{found[2] or '00'}"


def spans(intervals: Sequence[Sequence[str]]) -> list[tuple[float, float]]:
    """Where intervals stand on a bar of 24 hours: start and width; what ends on the next day goes to midnight."""
    found = []
    for start, end in intervals:
        left, right = _hours(start), _hours(end)
        found.append((left, (right if right > left else 24.0) - left))
    return found


def _hours(text: str) -> float:
    return int(text[:2]) + int(text[3:5]) / 60
