"""A sparse table of integer rows inside compiled code: open addressing on six numbers, grown by its owner.

A row is its key (`model.Key`), then its facts (`model.Fact`), its grade first: what is looked at together lies in
one cache line. ``counts[0]`` is the number of rows in use.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dengta.engines.kpi.kernels_compiled import compiled
from dengta.engines.kpi.model import Fact, Key

KEYS = len(Key)
GRADE = KEYS + Fact.GRADE
WIDTH = KEYS + len(Fact)


@compiled
def _spread(machine: int, cell: int, order: int, operation: int, reason: int, code: int) -> Any:
    h = np.uint64(machine) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(cell) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(order) * np.uint64(0x165667B19E3779F9) ^ np.uint64(operation) * np.uint64(0xD6E8FEB86659FD93)
    h ^= np.uint64(reason) * np.uint64(0xA0761D6478BD642F) ^ np.uint64(code) * np.uint64(0xE7037ED1A0B428DB)
    h ^= h >> np.uint64(32)
    return h * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)


@compiled
def find(
    slots: Any, rows: Any, counts: Any, machine: int, cell: int, order: int, operation: int, reason: int, code: int,
    grade: int,
) -> int:  # fmt: skip
    """The row of a key, a fresh one where there is none; `grade` is the least its grade may be.

    Its owner keeps `rows` from filling up and `slots` (a power of two) at least twice as long.
    """
    mask = np.uint64(len(slots) - 1)
    at = _spread(machine, cell, order, operation, reason, code) & mask
    while True:
        row = np.int64(slots[at])
        if row < 0:
            row = counts[0]
            counts[0] += 1
            slots[at] = row
            rows[row, 0], rows[row, 1], rows[row, 2] = machine, cell, order
            rows[row, 3], rows[row, 4], rows[row, 5] = operation, reason, code
            rows[row, GRADE] = grade
            for column in range(GRADE + 1, WIDTH):
                rows[row, column] = 0
            return int(row)
        if (
            rows[row, 0] == machine
            and rows[row, 1] == cell
            and rows[row, 2] == order
            and rows[row, 3] == operation
            and rows[row, 4] == reason
            and rows[row, 5] == code
        ):
            if rows[row, GRADE] < grade:
                rows[row, GRADE] = grade
            return int(row)
        at = (at + np.uint64(1)) & mask


@compiled
def index(slots: Any, rows: Any, used: int) -> None:
    """Fill empty `slots` (a power of two, all -1) with the first `used` of `rows`."""
    mask = np.uint64(len(slots) - 1)
    for row in range(used):
        at = _spread(rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3], rows[row, 4], rows[row, 5]) & mask
        while slots[at] >= 0:
            at = (at + np.uint64(1)) & mask
        slots[at] = row
