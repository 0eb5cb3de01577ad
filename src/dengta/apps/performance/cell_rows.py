"""Rows of the fold in a form that can be kept and cut: every row knows the instants of its cell, orders are summed up.

A window's figures are sums of rows (K6), and nothing on the way asks for the order. Without it a month of a plant is
some ten thousand rows, and any window whose edges are edges of cells is a slice of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.time import Micros
from dengta.engines.kpi import Rows, Setting
from dengta.engines.kpi.model import Fact, Ints, Key

_KEPT = (Key.MACHINE, Key.OPERATION, Key.REASON, Key.CODE)


@dataclass(frozen=True, slots=True, eq=False)
class CellRows:
    """n rows, sorted by the start of their cell.

    start, end: int64 (n,), the cell as instants. keys: int64 (n, 4), machine, operation, reason, code; the machine is
    a number among those of the setting they came from, the others are numbers into `texts`. facts: int64 (n, 12),
    as the fold keeps them.
    """

    start: Ints
    end: Ints
    keys: Ints
    facts: Ints
    texts: tuple[str, ...]

    @classmethod
    def none(cls) -> Self:
        """No rows."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros((0, len(_KEPT)), np.int64), np.zeros((0, len(Fact)), np.int64), ("",))

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """`rows`, their orders summed up."""
        cells = rows.setting.cells
        starts, ends = (np.concatenate([getattr(c, edge) for c in cells]) for edge in ("start", "end"))
        cell = rows.keys[:, Key.CELL]
        return cls(
            starts[cell], np.minimum(ends[cell], rows.until), rows.keys[:, _KEPT], rows.facts, rows.texts
        )._summed()

    def _summed(self) -> Self:
        order = np.lexsort((*self.keys.T, self.start))
        start, keys, facts = self.start[order], self.keys[order], self.facts[order]
        if not len(order):
            return self
        fresh = np.concatenate([[True], (start[1:] != start[:-1]) | (keys[1:] != keys[:-1]).any(axis=1)])
        at = np.flatnonzero(fresh)
        sums = np.add.reduceat(facts, at, axis=0)
        sums[:, Fact.GRADE] = np.maximum.reduceat(facts[:, Fact.GRADE], at)
        used, codes = np.unique(keys[at, 1:], return_inverse=True)
        texts = ("", *(self.texts[u] for u in used if self.texts[u]))
        number = np.array([texts.index(self.texts[u]) for u in used], np.int64)
        kept = np.column_stack([keys[at, :1], number[codes.reshape(len(at), 3)]])
        return replace(self, start=start[at], end=self.end[order][at], keys=kept, facts=sums, texts=texts)

    def followed_by(self, later: CellRows) -> CellRows:
        """These rows and `later`."""
        texts = list(dict.fromkeys((*self.texts, *later.texts)))
        number = np.array([texts.index(t) for t in later.texts], np.int64)
        keys = np.column_stack([later.keys[:, :1], number[later.keys[:, 1:]]])
        both = CellRows(
            np.concatenate([self.start, later.start]),
            np.concatenate([self.end, later.end]),
            np.concatenate([self.keys, keys]),
            np.concatenate([self.facts, later.facts]),
            tuple(texts),
        )
        apart = not len(self.start) or not len(later.start) or self.start[-1] <= later.start[0]
        return both if apart else both._at(np.argsort(both.start, kind="stable"))

    def exchanged(self, fresh: CellRows, places: Sequence[tuple[int, Interval]]) -> CellRows:
        """`fresh` in the place of what these rows say of each place: a machine in an interval."""
        kept = np.ones(len(self.start), np.bool_)
        for machine, span in places if len(self.start) else ():
            here = slice(*np.searchsorted(self.start, (span.start, span.end)))
            kept[here] &= self.keys[here, 0] != machine
        return (self if kept.all() else self._at(kept)).followed_by(fresh)

    def _at(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> CellRows:
        return replace(self, **{name: getattr(self, name)[rows] for name in ("start", "end", "keys", "facts")})

    def of_machines(self, numbers: Sequence[int]) -> CellRows:
        """The rows of some machines, which are then numbered by their place in `numbers`."""
        mine = self._at(np.isin(self.keys[:, 0], numbers))
        mine.keys[:, 0] = np.argsort(numbers)[np.searchsorted(np.sort(numbers), mine.keys[:, 0])]
        return mine

    def within(self, setting: Setting, until: Micros) -> Rows:
        """The rows of `setting`'s window, as if folded for it alone. ValueError where its edges cut a cell in two."""
        window = setting.window
        here = slice(*np.searchsorted(self.start, (window.start, window.end)))
        start, end, keys = self.start[here], self.end[here], self.keys[here]
        cell = np.zeros(len(start), np.int64)
        of = np.array(setting.cells_of)[keys[:, 0]]
        offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
        for number, cells in enumerate(setting.cells):
            mine = of == number
            found = np.searchsorted(cells.start, start[mine], "right") - 1
            if (end[mine] > cells.end[found]).any():
                raise ValueError("the window cuts a cell in two")
            cell[mine] = found + offset[number]
        full = np.zeros((len(start), len(Key)), np.int64)
        full[:, _KEPT], full[:, Key.CELL] = keys, cell
        nothing = np.zeros(len(setting.machines), np.int64)
        return Rows(setting, until, self.texts, full, self.facts[here], nothing, nothing)
