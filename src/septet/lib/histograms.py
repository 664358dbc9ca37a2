"""How many of how large, in bins that grow with the size: small, added up exactly, and right to one percent.

A histogram is a dict from a bin's number to how many values fell into it. Bin n holds the values above G^(n-1) and up
to G^n, with G = 101/99; taking a bin's harmonic middle 2·G^n/(G+1) for any value in it is wrong by 1 % at most (the
sketch DDSketch of Masson, Rim and Lee, 2019). Bin `ZERO` holds 0. Values are not negative. Histograms of two days
added bin by bin are the histogram of both days, whatever the order; means and quantiles of days are not.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

ACCURACY = 0.01
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
ZERO = -(10**6)
_LOG = math.log(GROWTH)

Histogram = dict[int, int]


def bin_of(value: float) -> int:
    """The number of the bin that holds a value. Raises ValueError below zero."""
    if value < 0:
        raise ValueError("A histogram holds no values below zero.")
    return math.ceil(math.log(value) / _LOG) if value > 0 else ZERO


def middle(number: int) -> float:
    """The value that stands for all of a bin."""
    return 0.0 if number == ZERO else 2 * GROWTH**number / (GROWTH + 1)


def of(values: Iterable[float]) -> Histogram:
    """The histogram of some values."""
    found: Histogram = {}
    for value in values:
        number = bin_of(value)
        found[number] = found.get(number, 0) + 1
    return found


def merged(parts: Iterable[Mapping[int, int]]) -> Histogram:
    """The histogram of all values of several."""
    found: Histogram = {}
    for part in parts:
        for number, count in part.items():
            found[number] = found.get(number, 0) + count
    return found


def places(count: int, percent: int) -> tuple[int, int, int]:
    """Between which two places, from 0, of so many values in order a quantile lies, and how many hundredths of the way.

    Of 2 values the median lies half way between both. This is the usual definition of spreadsheets and statistics
    programs (Hyndman and Fan's type 7).
    """
    low, rest = divmod(percent * (count - 1), 100)
    return low, min(low + 1, count - 1), rest


def quantile_of(ordered: Sequence[float], percent: int) -> float | None:
    """The value below which so many percent of the values lie, exactly; None of no values."""
    if not len(ordered):
        return None
    low, high, rest = places(len(ordered), percent)
    return (ordered[low] * (100 - rest) + ordered[high] * rest) / 100


def quantile(histogram: Mapping[int, int], percent: int) -> float | None:
    """The same from a histogram, right to 1 % of the values at both places; None of no values."""
    count = sum(histogram.values())
    if not count:
        return None
    low, high, rest = places(count, percent)
    return (_at(histogram, low) * (100 - rest) + _at(histogram, high) * rest) / 100


def _at(histogram: Mapping[int, int], place: int) -> float:
    for number in sorted(histogram):
        place -= histogram[number]
        if place < 0:
            return middle(number)
    raise IndexError(place)
