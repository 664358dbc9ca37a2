"""Pure decisions about goals: what a number is worth, how much of an error budget is left, how fast it burns.

Numbers are fractions, so that a goal is met or missed exactly and not by a rounding.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from septet.lib.text import duration, parse_duration
from septet.team.goals.indicators import Unit

AT_LEAST, AT_MOST = "at-least", "at-most"
# Days of the short and the long burn window by the length of the period in days, up to which they are usual.
BURN_WINDOWS = ((7, (1, 3)), (31, (1, 7)), (92, (3, 14)), (366, (7, 30)))


class Standing(StrEnum):
    """How a goal stands: green, amber, red; nothing there to judge; not measured so far."""

    MET = "met"
    AT_RISK = "at-risk"
    MISSED = "missed"
    EMPTY = "not-applicable"
    UNMEASURED = "not-measured"


def judged(value: Fraction | None, comparison: str, target: Fraction, threshold: Fraction | None) -> Standing:
    """Met on the right side of the target or on it; at risk between target and threshold; missed beyond."""
    if value is None:
        return Standing.EMPTY
    if _reaches(value, comparison, target):
        return Standing.MET
    if threshold is not None and _reaches(value, comparison, threshold):
        return Standing.AT_RISK
    return Standing.MISSED


def _reaches(value: Fraction, comparison: str, bound: Fraction) -> bool:
    return value >= bound if comparison == AT_LEAST else value <= bound


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget of a share: how many records may miss it in the period, how many did, how many may still."""

    allowed: Fraction
    spent: int

    @property
    def left(self) -> Fraction:
        """What is left, in records; below zero if more was spent than there was."""
        return self.allowed - self.spent

    @property
    def left_percent(self) -> Fraction | None:
        """What is left in percent of the budget; None where there is none at all."""
        return self.left / self.allowed * 100 if self.allowed else None


def missing(numerator: int, denominator: int, comparison: str) -> int:
    """How many records count against a share: those outside the numerator if it should be high, else those in it."""
    return denominator - numerator if comparison == AT_LEAST else numerator


def tolerated(target: Fraction, comparison: str) -> Fraction:
    """The part of all records that may count against a share with this target in percent: 1 - target."""
    return 1 - target / 100 if comparison == AT_LEAST else target / 100


def budget_of(numerator: int, denominator: int, comparison: str, target: Fraction) -> Budget | None:
    """The error budget of a share over so many records; None where there are none."""
    if not denominator:
        return None
    return Budget(tolerated(target, comparison) * denominator, missing(numerator, denominator, comparison))


def burn_rate(numerator: int, denominator: int, comparison: str, target: Fraction) -> Fraction | None:
    """How fast the budget is spent: the part that misses over the part that may. 1 spends it exactly over the period.

    None where there are no records, or where nothing may miss.
    """
    part = tolerated(target, comparison)
    if not denominator or not part:
        return None
    return Fraction(missing(numerator, denominator, comparison), denominator) / part


def burn_windows(days: int) -> tuple[int, int]:
    """The usual short and long burn window, in days, of a period of so many days."""
    return next((windows for longest, windows in BURN_WINDOWS if days <= longest), BURN_WINDOWS[-1][1])


def read_amount(text: str, unit: Unit) -> Fraction:
    """What a target says: `95 %`, `8h`, `40`. Raises ValueError with a sentence for the user."""
    plain = " ".join(text.split())
    number = plain.removesuffix("%").strip() if unit == Unit.PERCENT else plain
    try:
        if unit == Unit.SECONDS and not _is_number(number):
            return Fraction(round(parse_duration(number).total_seconds() * 1_000_000), 1_000_000)
        if not _is_number(number):
            raise ValueError
        value = Fraction(number)
    except ValueError as error:
        if unit == Unit.SECONDS:
            raise ValueError(str(error)) from None
        shape = "a share such as 95 %" if unit == Unit.PERCENT else "a number such as 40"
        raise ValueError(f"{plain[:40]!r} is not understood; write {shape}.") from None
    if unit == Unit.PERCENT and value > 100:
        raise ValueError("A share is at most 100 %.")
    return value


def _is_number(text: str) -> bool:
    return text.isascii() and len(text) <= 24 and text.replace(".", "", 1).isdigit()


def written(value: Fraction | float | None, unit: Unit, comparison: str = AT_LEAST) -> str:
    """A number for people. It never flatters: what should be high is cut off after one digit, what should be low is
    rounded up; so 99.96 % is not shown as 100, and nothing that misses its target shows as the target."""
    if value is None:
        return "n/a"
    if unit == Unit.SECONDS:
        return duration(_cut(float(value), up=comparison == AT_MOST))
    tenths, rest = divmod(Fraction(value) * 10, 1)
    tenths = int(tenths) + (1 if rest and comparison == AT_MOST else 0)
    whole, tenth = divmod(tenths, 10)
    number = f"{whole:,}.{tenth}" if tenth or unit == Unit.PERCENT else f"{whole:,}"
    return f"{number} %" if unit == Unit.PERCENT else number


def aim(comparison: str, target: str) -> str:
    """A target with the side on which it is met: `≥ 95 %`."""
    return f"{'≥' if comparison == AT_LEAST else '≤'} {target.replace('.0 %', ' %')}"


def _cut(seconds: float, *, up: bool) -> int:
    """Seconds as far as two units of time show them."""
    shown = 3600 if seconds >= 86_400 else 60 if seconds >= 3600 else 1
    return (math.ceil(seconds / shown) if up else math.floor(seconds / shown)) * shown
