"""A sparse table of integer rows inside compiled code: open addressing on six numbers, grown by its owner."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

KEYS = 6


@njit(cache=True, nogil=True, inline="always")
def _spread(machine: int, cell: int, order: int, operation: int, reason: int, code: int) -> int:
    h = np.uint64(machine) * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ np.uint64(cell)) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ np.uint64(order)) * np.uint64(0x165667B19E3779F9)
    h = (h ^ np.uint64(operation)) * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ np.uint64(reason)) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ np.uint64(code)) * np.uint64(0x165667B19E3779F9)
    return int(np.int64((h ^ (h >> np.uint64(29))) & np.uint64(0x7FFFFFFFFFFFFFFF)))


@njit(cache=True, nogil=True)
def find(
    slots: Any, keys: Any, used: Any, machine: int, cell: int, order: int, operation: int, reason: int, code: int
) -> int:
    """The row of a key, a fresh one where there is none. Its owner keeps `keys` from filling up."""
    mask = len(slots) - 1
    at = _spread(machine, cell, order, operation, reason, code) & mask
    while True:
        row = slots[at]
        if row < 0:
            row = used[0]
            used[0] += 1
            slots[at] = row
            key = keys[row]
            key[0], key[1], key[2], key[3], key[4], key[5] = machine, cell, order, operation, reason, code
            return int(row)
        key = keys[row]
        if (
            key[0] == machine
            and key[1] == cell
            and key[2] == order
            and key[3] == operation
            and key[4] == reason
            and key[5] == code
        ):
            return int(row)
        at = (at + 1) & mask


@njit(cache=True, nogil=True)
def index(slots: Any, keys: Any, rows: int) -> None:
    """Fill empty `slots` (a power of two, all -1) with the first `rows` rows of `keys`."""
    mask = len(slots) - 1
    for row in range(rows):
        key = keys[row]
        at = _spread(key[0], key[1], key[2], key[3], key[4], key[5]) & mask
        while slots[at] >= 0:
            at = (at + 1) & mask
        slots[at] = row
