"""What a fold knows, taken out of it at the border of two buckets and put into another: plain arrays, nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dengta.core.time import Micros
from dengta.engines.kpi import kernels, kernels_reports
from dengta.engines.kpi import kernels_layout as layout
from dengta.engines.kpi import kernels_table as table
from dengta.engines.kpi.fold import Fold
from dengta.engines.kpi.kernels_layout import Held
from dengta.engines.kpi.model import LONGEST_REPORT, Ints, Key

_FORGOTTEN = {
    layout.LAST: int(np.iinfo(np.int64).min),
    **dict.fromkeys((layout.SPARE, *layout.ROW_COLUMNS), -1),
} | dict.fromkeys(
    (layout.STREAM, layout.EPOCH, layout.SEQ, layout.HEAD, layout.MARK, layout.COUNT_CODE, layout.COUNT_OWN), 0
)
"""What matters only inside a bucket: whatever comes next comes after it."""


_CHUNK, _IN_MOTION = 64, 8
"""So many pieces of the union are kept as one; so many of the last may still change."""


class Known(NamedTuple):
    """All that a fold knows of one machine at an instant. chunks, tail: its union of reports, the first piece first,
    without those that ended before `since`, to which no later report can reach back (but whole chunks). Chunks that
    stay the same from one instant to the next are kept once. marks: what went on since its meters were read, the last
    first."""

    memory: Ints
    counters: Ints
    since: Micros
    chunks: tuple[Ints, ...]
    tail: Ints
    marks: Ints

    @property
    def pieces(self) -> Ints:
        """The union, the first piece first."""
        every = np.concatenate([*self.chunks, self.tail])
        reached: Ints = every[every[:, layout.TO] > self.since]
        return reached

    def same(self, other: Known) -> bool:
        """Whether whatever comes next will be folded alike."""
        return (
            np.array_equal(self.memory, other.memory)
            and np.array_equal(self.counters, other.counters)
            and np.array_equal(self.pieces, other.pieces)
            and np.array_equal(self.marks, other.marks)
        )


def close(fold: Fold, border: Micros) -> Ints:
    """Credit every machine of `fold` up to `border` and take the rows out; it goes on with an empty table."""
    held, ground = fold.held, fold.ground
    ahead = int((ground.last - held.memory[:, layout.CELL]).sum()) + 1
    while int(held.table.used[0]) + ahead > len(held.table.keys):
        fold.grow()
        held = fold.held
    kernels.close(held, ground, border)
    rows = rows_of(fold)
    put_rows(fold, rows[:0])
    return rows


def rows_of(fold: Fold) -> Ints:
    """A copy of all rows of the table of `fold`, (n, 20): keys, then facts."""
    return np.concatenate(table.taken(fold.held.table), axis=1)


def put_rows(fold: Fold, rows: Ints) -> None:
    """Let `rows` be all that the table of `fold` holds."""
    while len(rows) > len(fold.held.table.keys):
        fold.grow()
    table.put(fold.held.table, rows)
    fold.held.memory[:, layout.ROW_COLUMNS] = -1


def known(fold: Fold, machine: int, counters: Ints, border: Micros, like: Known | None = None) -> Known:
    """What `fold` knows of its machine number `machine`, whose counters are `counters`, at `border`, up to which it is
    credited. What is still as in `like` is shared with it."""
    memory, since = fold.held.memory[machine].copy(), border - LONGEST_REPORT
    at = np.empty(int(fold.held.linked[0]), np.int64)
    at = at[: kernels_reports.chain(fold.held.pieces, int(memory[layout.HEAD]), since, at)][::-1]
    marks = _marks(fold, int(memory[layout.MARK]), since)
    for column, nothing in _FORGOTTEN.items():
        memory[column] = nothing
    cell = int(np.searchsorted(fold.ground.ends, border, "right"))
    memory[[layout.CELL, layout.AT_CELL]] = cell
    chunks, tail = _shared(fold.held.pieces[at, : layout.BEFORE], since, like.chunks if like else ())
    return Known(memory, fold.held.counters[counters].copy(), since, chunks, tail, marks)


def _marks(fold: Fold, node: int, since: Micros) -> Ints:
    """The marks from `node` back to the last one at or before `since`."""
    found, pieces = [], fold.held.pieces
    while node >= 0:
        found.append(pieces[node, : layout.BEFORE])
        node = int(pieces[node, layout.BEFORE]) if pieces[node, layout.FROM] > since else -1
    return np.array(found, np.int64).reshape(-1, layout.BEFORE)


def _shared(pieces: Ints, since: Micros, chunks: tuple[Ints, ...]) -> tuple[tuple[Ints, ...], Ints]:
    """`pieces` as those of `chunks` that they begin with, more of the kind, and the rest."""
    found: list[Ints] = []
    for chunk in chunks:
        reached = chunk[int(np.searchsorted(chunk[:, layout.TO], since, "right")) :]
        if len(reached):
            if len(reached) + _IN_MOTION > len(pieces) or not np.array_equal(reached, pieces[: len(reached)]):
                break
            found.append(chunk)
            pieces = pieces[len(reached) :]
    while len(pieces) >= _CHUNK + _IN_MOTION:
        found.append(pieces[:_CHUNK].copy())
        pieces = pieces[_CHUNK:]
    return tuple(found), pieces.copy()


def restore(fold: Fold, machine: int, counters: Ints, told: Known) -> None:
    """Let `fold` know of its machine number `machine` what `told` says; its rows stay as they are."""
    pieces = told.pieces[::-1]
    while len(pieces) + len(told.marks) + int(fold.held.linked[0]) > len(fold.held.pieces):
        fold.grow()
    held = fold.held
    held.memory[machine] = told.memory
    held.counters[counters] = told.counters
    held.memory[machine, layout.HEAD] = _put_chain(held, pieces)
    held.memory[machine, layout.MARK] = _put_chain(held, told.marks)
    held.memory[machine, layout.SPARE] = -1


def _put_chain(held: Held, told: Ints) -> int:
    """Let `told` be linked pieces of their own; the first one's number, -1 where there is none."""
    first, n = int(held.linked[0]), len(told)
    held.pieces[first : first + n, : layout.BEFORE] = told
    held.pieces[first : first + n, layout.BEFORE] = np.arange(first + 1, first + n + 1)
    if n:
        held.pieces[first + n - 1, layout.BEFORE] = -1
    held.linked[0] += n
    return first if n else -1


def of_machine(rows: Ints, machine: int) -> Ints:
    """The rows of one machine."""
    chosen: Ints = rows[rows[:, Key.MACHINE] == machine]
    return chosen
