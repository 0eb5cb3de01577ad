"""Twins: what two sources say of the same work is one fact."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.connect.spreadsheet_twins import Side, match
from dengta.core.time import MINUTE

ROW = st.tuples(*(st.integers(0, 4), st.integers(0, 3), *(st.integers(0, 2),) * 4))


def side(rows: list[tuple[int, ...]]) -> Side:
    """Start, length (in half minutes), order, person, machine, activity."""
    table = np.array(rows, np.int64).reshape(-1, 6)
    start = table[:, 0] * MINUTE // 2
    return Side(start, start + table[:, 1] * MINUTE // 2, *table[:, 2:].T)


def fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """The rule of the guide, in words of one pair. Tolerance: one minute, two of the half ones."""
    near = abs(a[0] - b[0]) <= 2 and abs(a[0] + a[1] - b[0] - b[1]) <= 2
    agree = all(not (x and y) or x == y for x, y in zip(a[2:], b[2:], strict=True))
    said = any(x and y for x, y in zip(a[2:5], b[2:5], strict=True))
    return near and agree and said and a[2] == b[2]


@settings(deadline=None, max_examples=200)
@given(st.lists(ROW, max_size=8), st.lists(ROW, max_size=8))
def test_pairs_are_legal_single_and_none_is_left(facts: list[tuple[int, ...]], others: list[tuple[int, ...]]) -> None:
    """Each pair fits, each report is in one at most, and no two that are left over fit."""
    left, right = match(side(facts), side(others), MINUTE)
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    assert all(fits(facts[i], others[j]) for i, j in pairs)
    assert len(set(left.tolist())) == len(set(right.tolist())) == len(pairs)
    assert right.tolist() == sorted(right.tolist())
    free = [(i, j) for i in range(len(facts)) for j in range(len(others)) if i not in left and j not in right]
    assert not any(fits(facts[i], others[j]) for i, j in free)


def test_the_nearest_goes_first_whatever_the_order_of_the_rows() -> None:
    """Three of one order: the exact ones find each other."""
    facts = [(0, 2, 1, 1, 0, 0), (1, 2, 1, 1, 0, 0), (2, 2, 1, 0, 0, 0)]
    for order in permutations(range(3)):
        left, right = match(side(facts), side([facts[i] for i in order]), MINUTE)
        assert [order[j] for j in right.tolist()] == left.tolist()
