"""What a fold knows, taken out of it at the border of two buckets and put into another: plain arrays, nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dengta.core.time import Micros
from dengta.engines.kpi import kernels
from dengta.engines.kpi import kernels_layout as layout
from dengta.engines.kpi import kernels_table as table
from dengta.engines.kpi.fold import Fold
from dengta.engines.kpi.kernels_layout import Held
from dengta.engines.kpi.model import LONGEST_REPORT, Ints, Key

_FORGOTTEN = {
    layout.LAST: int(np.iinfo(np.int64).min),
    layout.TIME_ROW: -1,
    layout.COUNT_ROW: -1,
    layout.SPARE: -1,
} | dict.fromkeys(
    (layout.STREAM, layout.EPOCH, layout.SEQ, layout.HEAD, layout.MARK, layout.COUNT_CODE, layout.COUNT_OWN), 0
)
"""What matters only inside a bucket: whatever comes next comes after it."""


class Known(NamedTuple):
    """All that a fold knows of one machine at an instant. `pieces`: its union of reports, the last first, without
    those to which no later report can reach back. marks: likewise, what went on since its meters were read."""

    memory: Ints
    counters: Ints
    pieces: Ints
    marks: Ints

    def same(self, other: Known) -> bool:
        """Whether whatever comes next will be folded alike."""
        return all(np.array_equal(a, b) for a, b in zip(self, other, strict=True))


def close(fold: Fold, border: Micros) -> Ints:
    """Credit every machine of `fold` up to `border` and take the rows out; it goes on with an empty table."""
    held, ground = fold.held, fold.ground
    ahead = int((ground.last - held.memory[:, layout.CELL]).sum()) + 1
    while int(held.counts[layout.ROWS]) + ahead > len(held.rows):
        fold.grow()
        held = fold.held
    kernels.close(held, ground, border)
    rows: Ints = held.rows[: held.counts[layout.ROWS]].copy()
    put_rows(fold, rows[:0])
    return rows


def put_rows(fold: Fold, rows: Ints) -> None:
    """Let `rows` be all that the table of `fold` holds."""
    while len(rows) > len(fold.held.rows):
        fold.grow()
    held = fold.held
    held.rows[: len(rows)], held.counts[layout.ROWS] = rows, len(rows)
    held.slots[:] = -1
    table.index(held.slots, held.rows, len(rows))
    held.memory[:, [layout.TIME_ROW, layout.COUNT_ROW]] = -1


def known(fold: Fold, machine: int, counters: Ints, border: Micros) -> Known:
    """What `fold` knows of its machine number `machine`, whose counters are `counters`, at `border`, up to which it is
    credited."""
    memory = fold.held.memory[machine].copy()
    reports = _chain(fold, int(memory[layout.HEAD]), layout.TO, border - LONGEST_REPORT)
    marks = _chain(fold, int(memory[layout.MARK]), layout.FROM, border - LONGEST_REPORT, and_one=True)
    for column, nothing in _FORGOTTEN.items():
        memory[column] = nothing
    cell = int(np.searchsorted(fold.ground.ends, border, "right"))
    memory[[layout.CELL, layout.AT_CELL]] = cell
    return Known(memory, fold.held.counters[counters].copy(), reports, marks)


def _chain(fold: Fold, node: int, column: int, after: int, *, and_one: bool = False) -> Ints:
    """The pieces from `node` back, int64 (n, BEFORE), as long as their `column` lies `after`, `and_one` before."""
    found, pieces = [], fold.held.pieces
    while node >= 0 and pieces[node, column] > after:
        found.append(pieces[node, : layout.BEFORE])
        node = int(pieces[node, layout.BEFORE])
    if and_one and node >= 0:
        found.append(pieces[node, : layout.BEFORE])
    return np.array(found, np.int64).reshape(-1, layout.BEFORE)


def restore(fold: Fold, machine: int, counters: Ints, told: Known) -> None:
    """Let `fold` know of its machine number `machine` what `told` says; its rows stay as they are."""
    while len(told.pieces) + len(told.marks) + int(fold.held.counts[layout.PIECES]) > len(fold.held.pieces):
        fold.grow()
    held = fold.held
    held.memory[machine] = told.memory
    held.counters[counters] = told.counters
    held.memory[machine, layout.HEAD] = _put_chain(held, told.pieces)
    held.memory[machine, layout.MARK] = _put_chain(held, told.marks)
    held.memory[machine, layout.SPARE] = -1


def _put_chain(held: Held, told: Ints) -> int:
    """Let `told` be linked pieces of their own; the first one's number, -1 where there is none."""
    first, n = int(held.counts[layout.PIECES]), len(told)
    held.pieces[first : first + n, : layout.BEFORE] = told
    held.pieces[first : first + n, layout.BEFORE] = np.arange(first + 1, first + n + 1)
    if n:
        held.pieces[first + n - 1, layout.BEFORE] = -1
    held.counts[layout.PIECES] += n
    return first if n else -1


def of_machine(rows: Ints, machine: int) -> Ints:
    """The rows of one machine."""
    chosen: Ints = rows[rows[:, Key.MACHINE] == machine]
    return chosen
