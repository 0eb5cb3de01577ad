"""Interval arithmetic against a naive model of single instants."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengta.core.intervals import Interval, clip, subtract, total, union
from dengta.core.shifts import ShiftOccurrence

intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda p: Interval(p[0], p[0] + p[1])), max_size=8
)


def instants(many: list[Interval]) -> set[int]:
    return {at for one in many for at in range(one.start, one.end)}


@given(intervals)
def test_union_covers_the_same_instants_apart_and_in_order(many: list[Interval]) -> None:
    merged = union(many)
    assert instants(merged) == instants(many)
    assert total(merged) == len(instants(many))
    assert all(a.end < b.start for a, b in pairwise(merged))


@given(intervals, intervals)
def test_subtract_leaves_what_is_not_cut(whole: list[Interval], cut: list[Interval]) -> None:
    left = subtract(whole, cut)
    assert instants(left) == instants(whole) - instants(cut)
    assert left == union(left)


@given(intervals, st.integers(0, 40), st.integers(1, 20))
def test_parts_of_a_window_sum_to_the_whole(many: list[Interval], start: int, length: int) -> None:
    window, middle = Interval(start, start + 2 * length), start + length
    parts = [Interval(window.start, middle), Interval(middle, window.end)]
    merged = union(many)
    assert total(clip(merged, window)) == sum(total(clip(merged, part)) for part in parts)


def test_half_open() -> None:
    one = Interval(1, 3)
    assert (0 in one, 1 in one, 2 in one, 3 in one) == (False, True, True, False)
    assert one.meet(Interval(3, 4)) is None
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(3, 3)


def test_planned_time_is_the_shift_less_its_breaks() -> None:

    shift = ShiftOccurrence("late", date(2026, 1, 1), Interval(0, 100), (Interval(0, 40), Interval(50, 100)))
    assert shift.planned_time == 90
