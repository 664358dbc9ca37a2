"""Histograms: right to one percent, and the same whatever the order in which they are added up."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.histograms import ACCURACY, bin_of, merged, middle, of, quantile, quantile_of

values = st.lists(st.integers(0, 10**9) | st.floats(0, 1e12), min_size=1, max_size=60)


@given(st.floats(0, 1e15))
def test_a_bin_stands_for_its_values_within_one_percent(value: float) -> None:
    assert middle(bin_of(value)) == pytest.approx(value, rel=ACCURACY + 1e-9, abs=1e-300)


@given(values, values, values)
def test_added_up_in_any_order_it_is_the_histogram_of_all(a: list[float], b: list[float], c: list[float]) -> None:
    together = of([*a, *b, *c])
    assert merged([of(a), of(b), of(c)]) == merged([of(c), merged([of(b), of(a)])]) == together


@given(values, st.integers(0, 100))
def test_a_quantile_of_the_bins_is_near_that_of_the_values(some: list[float], percent: int) -> None:
    exact, near = quantile_of(sorted(some), percent), quantile(of(some), percent)
    assert near == pytest.approx(exact, rel=ACCURACY + 1e-9, abs=1e-300)


@given(values)
def test_the_median_is_the_usual_one(some: list[float]) -> None:
    assert quantile_of(sorted(some), 50) == pytest.approx(statistics.median(some))


def test_nothing_has_no_quantile_and_less_than_nothing_no_bin() -> None:
    assert quantile({}, 50) is None
    assert quantile_of([], 50) is None
    with pytest.raises(ValueError, match="below zero"):
        bin_of(-1)
