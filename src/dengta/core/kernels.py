"""Compiled loops over a batch. Import them where they are needed: numba takes a moment, and readers need none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def extremes(values: Any) -> Any:
    """Least and largest of each row of int64 `values` (rows, n): int64 (2, rows), 0 where n is 0."""
    rows, n = values.shape
    ends = np.zeros((2, rows), np.int64)
    for row in range(rows):
        if n:
            least = most = values[row, 0]
            for i in range(1, n):
                least = min(least, values[row, i])
                most = max(most, values[row, i])
            ends[0, row] = least
            ends[1, row] = most
    return ends


@njit(cache=True, nogil=True)
def within(ends: Any, bounds: Any) -> bool:
    """Whether no row's extremes lie outside its bounds, both (2, rows)."""
    inside = True
    for row in range(ends.shape[1]):
        inside &= bounds[0, row] <= ends[0, row] and ends[1, row] <= bounds[1, row]
    return inside


@njit(cache=True, nogil=True)
def tally(kind: Any, code: Any, list_of: Any, used: Any) -> int:
    """A bit for each type below 64 that occurs; each code is marked in the row of `used` that `list_of` names for its
    type."""
    told = 0
    for i in range(len(kind)):
        told |= 1 << (kind[i] & 63)
        used[list_of[kind[i] & 255], code[i]] = True
    return told
