"""The fold as a thing to hold: begin, advance as often as events arrive, read the totals at any moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.reason import refuse_if
from dengta.core.time import Micros
from dengta.engines.kpi import check, kernels
from dengta.engines.kpi.model import Column, Ints, Points, Setting, Totals


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A fold under way. Its three arrays are all it knows: save them, and it goes on elsewhere."""

    setting: Setting
    memory: Ints
    counters: Ints
    cells: Ints
    edges: Ints
    modulus: Ints
    max_per_h: Ints

    def advance(self, points: Points) -> NDArray[np.bool_]:
        """Fold `points` (sorted by ts) into this fold. Returns shape (n,): True where one is older than what was folded
        of its machine; such a point is left out, and its machine must be folded again from the log.
        """
        late = np.zeros(len(points), np.bool_)
        kernels.fold(
            points.ts, points.machine, points.kind, points.value, points.which,
            self.edges, self.modulus, self.max_per_h, self.memory, self.counters, self.cells, late,
        )  # fmt: skip
        return late

    def totals(self, until: Micros) -> Totals:
        """The answer if nothing more happened up to `until`; the fold itself stays where it is.

        An `until` before the last point already folded becomes that point's instant, one after the window its end.
        """
        memory, cells = self.memory.copy(), self.cells.copy()
        seen = int(memory[:, kernels.LAST].max(initial=until))
        until = min(max(until, seen), int(self.edges[-1]))
        for m in range(len(self.setting.machines)):
            kernels.flush(memory, self.edges, cells, m, until)
        told = memory[:, kernels.TOLD] > 0
        answer = Totals(self.setting, until, cells, told, memory[:, kernels.FIRST], memory[:, kernels.LAST])
        refuse_if(check.laws(answer))
        return answer


def begin(setting: Setting) -> Fold:
    """A fold that has heard nothing."""
    n = len(setting.machines)
    edges = np.array(setting.edges, np.int64)
    return Fold(
        setting,
        kernels.empty_memory(n, setting.edges[0], Column.UNKNOWN),
        np.zeros((len(setting.counters), kernels.COUNTER_MEMORY), np.int64),
        np.zeros((n, len(edges) - 1, kernels.COLUMNS), np.int64),
        edges,
        np.array([c.modulus for c in setting.counters], np.int64),
        np.array([c.max_per_h for c in setting.counters], np.int64),
    )


def fold(setting: Setting, points: Points, until: Micros) -> Totals:
    """All of `points` at once, read at `until`."""
    running = begin(setting)
    running.advance(points)
    return running.totals(until)
