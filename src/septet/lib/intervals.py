"""Arithmetic on half-open stretches ``(from, to)``, which hold their start and not their end.

Every function takes stretches in any order, overlapping or empty, and answers with sorted, disjoint ones that do not
touch. Give datetimes in UTC: two times of one other zone are compared by Python as wall clocks, not as moments.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

Moment = TypeVar("Moment", datetime, int)


def union(stretches: Iterable[tuple[Moment, Moment]]) -> list[tuple[Moment, Moment]]:
    """What at least one of the stretches covers."""
    merged: list[tuple[Moment, Moment]] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def intersection(
    one: Iterable[tuple[Moment, Moment]], other: Iterable[tuple[Moment, Moment]]
) -> list[tuple[Moment, Moment]]:
    """What both cover."""
    left, right = union(one), union(other)
    common: list[tuple[Moment, Moment]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return common


def total(stretches: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long they are together, what several cover counted once."""
    return sum((end - start for start, end in union(stretches)), timedelta())
