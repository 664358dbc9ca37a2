"""Pure decisions about goals: met or missed exactly, budgets, burn rates, numbers that never flatter."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.team.goals.indicators import Unit
from septet.team.goals.rules import (
    AT_LEAST,
    AT_MOST,
    Standing,
    budget_of,
    burn_rate,
    burn_windows,
    judged,
    missing,
    read_amount,
    written,
)


@pytest.mark.parametrize(
    ("value", "comparison", "target", "threshold", "expected"),
    [
        (Fraction(95), AT_LEAST, 95, 90, Standing.MET),
        (Fraction(9499, 100), AT_LEAST, 95, 90, Standing.AT_RISK),
        (Fraction(90), AT_LEAST, 95, 90, Standing.AT_RISK),
        (Fraction(89), AT_LEAST, 95, 90, Standing.MISSED),
        (Fraction(94), AT_LEAST, 95, None, Standing.MISSED),
        (Fraction(5), AT_MOST, 5, 8, Standing.MET),
        (Fraction(8), AT_MOST, 5, 8, Standing.AT_RISK),
        (Fraction(801, 100), AT_MOST, 5, 8, Standing.MISSED),
        (None, AT_LEAST, 95, 90, Standing.EMPTY),
    ],
)
def test_how_a_number_is_judged(
    value: Fraction | None, comparison: str, target: int, threshold: int | None, expected: Standing
) -> None:
    bound = None if threshold is None else Fraction(threshold)
    assert judged(value, comparison, Fraction(target), bound) == expected


def test_a_budget_is_what_may_miss_less_what_did() -> None:
    def figures(*given: Any) -> list[Any]:
        found = budget_of(*given)
        return [found.allowed, found.spent, found.left, found.left_percent] if found else []

    assert figures(96, 100, AT_LEAST, Fraction(95)) == [5, 4, 1, 20]
    assert figures(8, 100, AT_MOST, Fraction(5)) == [5, 8, -3, -60]
    assert figures(100, 100, AT_LEAST, Fraction(100)) == [0, 0, 0, None]
    assert figures(0, 0, AT_LEAST, Fraction(95)) == []


def test_a_burn_rate_of_one_spends_the_budget_exactly() -> None:
    assert burn_rate(95, 100, AT_LEAST, Fraction(95)) == 1
    assert burn_rate(90, 100, AT_LEAST, Fraction(95)) == 2
    assert burn_rate(10, 100, AT_MOST, Fraction(5)) == 2
    assert burn_rate(0, 0, AT_LEAST, Fraction(95)) is None
    assert burn_rate(9, 10, AT_LEAST, Fraction(100)) is None
    assert [burn_windows(days) for days in (7, 30, 90, 365, 700)] == [(1, 3), (1, 7), (3, 14), (7, 30), (7, 30)]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.fractions(0, 100), st.sampled_from([AT_LEAST, AT_MOST]))
def test_a_share_is_met_exactly_while_its_budget_holds(made: int, others: int, target: Fraction, side: str) -> None:
    found = budget_of(made, made + others, side, target)
    if found is None:
        return
    met = judged(Fraction(made * 100, made + others), side, target, None) == Standing.MET
    assert met == (found.left >= 0)
    assert missing(made, made + others, side) == found.spent


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("95 %", Unit.PERCENT, 95),
        ("99.95%", Unit.PERCENT, Fraction(9995, 100)),
        ("40", Unit.COUNT, 40),
        ("1.5", Unit.COUNT, Fraction(3, 2)),
        ("8h", Unit.SECONDS, 28_800),
        ("1h 30min", Unit.SECONDS, 5400),
        ("90", Unit.SECONDS, 90),
    ],
)
def test_what_a_target_says(text: str, unit: Unit, value: Fraction) -> None:
    assert read_amount(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("101 %", Unit.PERCENT, "at most 100 %"),
        ("many", Unit.PERCENT, "95 %"),
        ("-3", Unit.COUNT, "a number such as 40"),
        ("1/3", Unit.COUNT, "a number such as 40"),
        ("four hours", Unit.SECONDS, "length of time"),
        ("", Unit.SECONDS, "length of time"),
    ],
)
def test_a_target_that_says_nothing_is_refused(text: str, unit: Unit, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_amount(text, unit)


@pytest.mark.parametrize(
    ("value", "unit", "side", "shown"),
    [
        (Fraction(9999, 100), Unit.PERCENT, AT_LEAST, "99.9 %"),
        (Fraction(100), Unit.PERCENT, AT_LEAST, "100.0 %"),
        (Fraction(501, 100), Unit.PERCENT, AT_MOST, "5.1 %"),
        (Fraction(5), Unit.PERCENT, AT_MOST, "5.0 %"),
        (Fraction(1234), Unit.COUNT, AT_MOST, "1,234"),
        (Fraction(2, 3), Unit.COUNT, AT_MOST, "0.7"),
        (28_830, Unit.SECONDS, AT_MOST, "8 h 1 min"),
        (28_830, Unit.SECONDS, AT_LEAST, "8 h"),
        (None, Unit.PERCENT, AT_LEAST, "n/a"),
    ],
)
def test_a_number_never_flatters(value: Fraction | None, unit: Unit, side: str, shown: str) -> None:
    assert written(value, unit, side) == shown


@given(st.fractions(0, 100), st.sampled_from([AT_LEAST, AT_MOST]))
def test_what_is_shown_is_no_better_than_what_is(value: Fraction, side: str) -> None:
    told = Fraction(written(value, Unit.PERCENT, side).removesuffix(" %"))
    assert told <= value if side == AT_LEAST else told >= value
