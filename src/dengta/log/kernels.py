"""Compiled loops of the packed form. Import them where they are needed: numba takes a moment, and readers need none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

HEAD = 9  # coding u8, least i64
LISTED = 0x10  # added to the width of the numbers into a list of values
_FEW = 4  # a list of values pays when at most every fourth row brings a new one


@njit(cache=True, nogil=True)
def runs_ahead(ts: Any, recv: Any, tolerance: int) -> bool:
    """Whether any `ts` lies more than `tolerance` after its `recv`."""
    ahead = False
    for i in range(len(ts)):
        ahead |= ts[i] > recv[i] + tolerance
    return ahead


@njit(cache=True, nogil=True)
def is_one_run(keys: Any) -> bool:
    """Whether int64 `keys` (3, n), n > 0, the rows stream, epoch and seq, are one producer's, going on by one."""
    stream, epoch, seq = keys[0], keys[1], keys[2]
    for i in range(1, len(seq)):
        if stream[i] != stream[0] or epoch[i] != epoch[0] or seq[i] - seq[i - 1] != 1:
            return False
    return True


@njit(cache=True, nogil=True)
def mark_used(codes: Any, used: Any) -> None:
    """Mark in `used` every value of `codes` (rows, n)."""
    for row in range(len(codes)):
        for i in range(codes.shape[1]):
            used[codes[row, i]] = True


@njit(cache=True, nogil=True)
def write(values: Any, ends: Any, out: Any, head: int, gap: int) -> tuple[int, int]:
    """Write the heads of the columns `values` (columns, n) that are not all zero into the bytes `out` from `head` on,
    their data `gap` bytes behind; returns where the data end, and a bit for each column written.

    `ends` are the columns' extremes; `out` has room for HEAD + 8 * n bytes a column.
    """
    columns = len(values)
    filled, at = 0, head + gap
    for column in range(columns):
        if ends[0, column] != 0 or ends[1, column] != 0:
            filled |= 1 << column
            at += HEAD
    for column in range(columns):
        if not filled >> column & 1:
            continue
        least = ends[0, column]
        spread = np.uint64(ends[1, column] - least)
        coding, end = _write_listed(values[column], out, at) if spread >> 32 else (0, at)
        if not coding and spread:
            coding = 1 if spread < 1 << 8 else 2 if spread < 1 << 16 else 4 if spread < 1 << 32 else 8
            end = _write_numbers(values[column], least, coding, out, at)
        out[head] = coding
        _put(out, head + 1, np.uint64(least), 8)
        head += HEAD
        at = end
    return at, filled


@njit(cache=True, nogil=True)
def _write_listed(values: Any, out: Any, at: int) -> tuple[int, int]:
    """As numbers into the sorted list of the values that occur: (coding, end), coding 0 where that does not pay."""
    listed = np.unique(values)
    if len(listed) * _FEW > len(values):
        return 0, at
    width = 1 if len(listed) <= 1 << 8 else 2 if len(listed) <= 1 << 16 else 4
    _put(out, at, np.uint64(len(listed)), 4)
    at = _write_numbers(listed, 0, 8, out, at + 4)
    return LISTED + width, _write_numbers(np.searchsorted(listed, values), 0, width, out, at)


@njit(cache=True, nogil=True)
def _write_numbers(values: Any, least: int, width: int, out: Any, at: int) -> int:
    """The distance of each value from `least` in `width` bytes; a loop a width, for the compiler's sake."""
    n = len(values)
    if width == 1:
        for i in range(n):
            out[at + i] = values[i] - least
    elif width == 2:
        for i in range(n):
            _put(out, at + 2 * i, np.uint64(values[i] - least), 2)
    elif width == 4:
        for i in range(n):
            _put(out, at + 4 * i, np.uint64(values[i] - least), 4)
    else:
        for i in range(n):
            _put(out, at + 8 * i, np.uint64(values[i] - least), 8)
    return at + width * n


@njit(cache=True, nogil=True)
def _put(out: Any, at: int, value: Any, width: int) -> None:
    """`value` in `width` bytes, little endian."""
    for i in range(width):
        out[at + i] = np.uint8((value >> np.uint64(8 * i)) & np.uint64(0xFF))
