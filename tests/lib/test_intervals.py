from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.lib.intervals import intersection, total, union

Stretches = list[tuple[int, int]]
some_stretches = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def points(stretches: Stretches) -> set[int]:
    return {point for start, end in stretches for point in range(start, end)}


@pytest.mark.parametrize(
    ("one", "other", "both", "common"),
    [
        ([(0, 5)], [(3, 8)], [(0, 8)], [(3, 5)]),
        ([(0, 5)], [(5, 8)], [(0, 8)], []),
        ([(0, 9)], [(2, 3), (5, 6)], [(0, 9)], [(2, 3), (5, 6)]),
        ([(4, 2), (1, 1)], [], [], []),
        ([(0, 2), (3, 5)], [(0, 9)], [(0, 9)], [(0, 2), (3, 5)]),
    ],
)
def test_by_hand(one: Stretches, other: Stretches, both: Stretches, common: Stretches) -> None:
    assert union(one + other) == both
    assert intersection(one, other) == common


@given(some_stretches, some_stretches)
def test_they_are_the_operations_on_sets(one: Stretches, other: Stretches) -> None:
    assert points(union(one + other)) == points(one) | points(other)
    assert points(intersection(one, other)) == points(one) & points(other)


@given(some_stretches, some_stretches)
def test_answers_are_sorted_and_apart(one: Stretches, other: Stretches) -> None:
    for answer in (union(one + other), intersection(one, other)):
        assert all(start < end for start, end in answer)
        assert all(before[1] < after[0] for before, after in pairwise(answer))


@given(some_stretches)
def test_total_counts_each_moment_once(stretches: Stretches) -> None:
    start = datetime(2012, 3, 1, tzinfo=UTC)
    moments = [(start + timedelta(seconds=a), start + timedelta(seconds=b)) for a, b in stretches]
    assert total(moments) == timedelta(seconds=len(points(stretches)))
