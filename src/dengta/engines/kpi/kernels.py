"""The compiled fold: sorted points in, cells out, everything it remembers in two plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Points (model.Point) and columns (model.Column); a test holds both tables together.
STATE, ENTER, LEAVE, REPORT, GOOD, SCRAP, REWORK, COUNT = range(8)
REPORTED, MACHINE, C_GOOD, C_COUNTED, C_REPORTS, C_LATE, C_RESETS, COLUMNS = 7, 10, 13, 16, 17, 18, 19, 20

# What the fold remembers of a machine: its element, since when, its cell then, reports running by activity, whether a
# state was told, its first and last point, and the cell of its last count.
ELEMENT, SINCE, CELL, DEPTH, TOLD, FIRST, LAST, COUNT_CELL, MEMORY = 0, 1, 2, 3, 6, 7, 8, 9, 10
# ... and of a counter: whether it was read, its last good reading, and when.
READ, READING, READ_AT, COUNTER_MEMORY = 0, 1, 2, 3

FORWARD, RESET, TOO_LATE = 0, 1, 2
_HOUR_MS = 3_600_000
_LONGEST_MS = 87_660 * _HOUR_MS  # ten years; keeps rate x time inside 64 bits


@njit(cache=True, nogil=True)
def flush(memory: Any, edges: Any, cells: Any, m: int, until: int) -> None:
    """Credit machine `m` with what it did since it was last flushed, cell by cell, up to `until`."""
    mine = memory[m]
    at = max(mine[SINCE], edges[0])
    cell, last = mine[CELL], len(edges) - 1
    run, setup, breakdown = mine[DEPTH], mine[DEPTH + 1], mine[DEPTH + 2]
    while cell < last and at < until:
        end = min(until, edges[cell + 1])
        if end > at:
            part = end - at
            row = cells[m, cell]
            row[mine[ELEMENT]] += part
            if run > 0 or setup > 0 or breakdown > 0:
                row[REPORTED] += run * part
                row[REPORTED + 1] += setup * part
                row[REPORTED + 2] += breakdown * part
                row[MACHINE + (0 if run > 0 else 1 if setup > 0 else 2)] += part
            at = end
        if at >= edges[cell + 1]:
            cell += 1
    mine[CELL] = cell
    mine[SINCE] = max(mine[SINCE], until)


@njit(cache=True, nogil=True)
def step(last: int, last_at: int, value: int, at: int, modulus: int, max_per_h: int) -> tuple[int, int]:
    """How far a counter went from `last` to `value`, and what it was: FORWARD, RESET or TOO_LATE.

    With a known rate: forward if the machine can do that, else a reset if it can do that, else a late sample. Without
    one: a rise is forward (a late one if that is the shorter way round the modulus); a fall is forward if it wraps
    within a sixteenth of the modulus, else a reset if less was made since than it fell, else a late sample.
    """
    back = last - value
    forward = -back
    if modulus > 0:
        forward %= modulus
        back %= modulus
    if forward == 0:
        return 0, FORWARD
    if max_per_h > 0:
        can = min((at - last_at) // 1000, _LONGEST_MS) * max_per_h // _HOUR_MS + 1
        if 0 < forward <= can:
            return forward, FORWARD
        if value < last and value <= can:
            return value, RESET
        return 0, TOO_LATE
    if value > last:
        return (forward, FORWARD) if modulus == 0 or forward < back else (0, TOO_LATE)
    if forward > 0 and forward <= modulus // 16:
        return forward, FORWARD
    return (value, RESET) if value < back else (0, TOO_LATE)


@njit(cache=True, nogil=True)
def fold(
    ts: Any,
    machine: Any,
    kind: Any,
    value: Any,
    which: Any,
    edges: Any,
    modulus: Any,
    max_per_h: Any,
    memory: Any,
    counters: Any,
    cells: Any,
    late: Any,
) -> int:
    """Fold points into `memory`, `counters` and `cells` (changed in place).

    A point older than its machine's last one is not folded: `late` (bool, a point) marks it. Returns how many are late.
    """
    behind, last_cell = 0, len(edges) - 1
    for i in range(len(ts)):
        m, at, what = machine[i], ts[i], kind[i]
        mine = memory[m]
        if at < mine[LAST]:
            late[i] = True
            behind += 1
            continue
        mine[LAST] = at
        if mine[FIRST] > at:
            mine[FIRST] = at
        if what == STATE:
            flush(memory, edges, cells, m, at)
            mine[ELEMENT] = value[i]
            mine[TOLD] = 1
            continue
        if what in (ENTER, LEAVE):
            flush(memory, edges, cells, m, at)
            mine[DEPTH + value[i]] += 1 if what == ENTER else -1
            continue
        cell = mine[COUNT_CELL]
        while cell < last_cell and at >= edges[cell + 1]:
            cell += 1
        mine[COUNT_CELL] = cell
        inside = at >= edges[0] and cell < last_cell
        if what == COUNT:
            mark, c = counters[which[i]], which[i]
            gain, verdict = 0, FORWARD
            if mark[READ]:
                gain, verdict = step(mark[READING], mark[READ_AT], value[i], at, modulus[c], max_per_h[c])
            if verdict != TOO_LATE:
                mark[READ], mark[READING], mark[READ_AT] = 1, value[i], at
            if inside:
                cells[m, cell, C_COUNTED] += gain
                if verdict == TOO_LATE:
                    cells[m, cell, C_LATE] += 1
                elif verdict == RESET:
                    cells[m, cell, C_RESETS] += 1
        elif inside:
            if what == REPORT:
                cells[m, cell, C_REPORTS] += 1
            else:
                cells[m, cell, C_GOOD + what - GOOD] += value[i]
    return behind


def empty_memory(machines: int, start: int, unknown: int) -> np.ndarray:
    """The memory of machines of which nothing was heard before `start`."""
    memory = np.zeros((machines, MEMORY), np.int64)
    memory[:, ELEMENT], memory[:, SINCE] = unknown, start
    memory[:, FIRST], memory[:, LAST] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    return memory
