"""Flow shops with alike machines at a stage: annealing over the sequence in which jobs enter.

The cooling is repeated, each time twice as slow, since nobody knows beforehand how long there is.
"""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.flowshop import FlowShop
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_hybrid import Floor, anneal_sequence, places_of, value_of
from dengta.engines.scheduling.kernels_layout import Sheet
from dengta.engines.scheduling.sequencing import priced

_SLICE = 1_000_000  # visits between two questions whether to stop
_HOT, _COLD = 0.5, 0.02  # in mean times
_FIRST = 50  # slices of the first cooling


class Hybrid:
    """The search, which can be left and taken up again."""

    def __init__(self, shop: FlowShop, best: Incumbent, chance: np.random.Generator) -> None:
        line, jobs = shop.line, len(shop.line.release)
        self.shop, self.best = shop, best
        self.prices = priced(best.goal, max(1e6, float(line.time.sum())))
        widest = int(line.width.max())
        columns = (np.zeros(size, np.int64) for size in (jobs, jobs, jobs, jobs, widest))
        self.floor = Floor._make([*columns, np.zeros(2)])
        self._chance = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._unit = max(1.0, float(line.time.mean())) * float(self.prices.max())
        self._tries = max(1, _SLICE // (2 * line.time.size))
        self._slices, self._whole = 0, _FIRST
        self._gained, self.settled = False, False  # in this cooling; whether a whole one gained nothing

    def begin(self) -> None:
        """The best of three sequences: the longest work first, the shortest first, the most urgent first."""
        line, f = self.shop.line, self.floor
        work = line.time.sum(axis=1)
        found = []
        for key in (-work, work, line.due):
            f.here[:] = np.argsort(key, kind="stable")
            found.append((value_of(line, self.prices, f), f.here.copy()))
        f.value[:], first = min(found, key=lambda one: one[0])
        f.here[:] = f.best[:] = first
        self._offer()

    def run(self) -> None:
        """One slice of the cooling."""
        heat = _HOT * (_COLD / _HOT) ** (self._slices / self._whole) * self._unit
        if anneal_sequence(self.shop.line, self.prices, self.floor, heat, self._tries, self._chance):
            self._gained = True
            self._offer()
        self.best.spend(2 * self._tries * self.shop.line.time.size)
        self._slices += 1
        if self._slices == self._whole:
            self.settled, self._gained = not self._gained, False
            self._slices, self._whole = 0, 2 * self._whole
            self.floor.here[:], self.floor.value[0] = self.floor.best, self.floor.value[1]

    def _offer(self) -> None:
        """Hand over the plan of the best sequence."""
        shop, f = self.shop, self.floor
        here = f.here.copy()
        f.here[:] = f.best
        start, place = np.empty_like(shop.line.time), np.empty_like(shop.line.time)
        places_of(shop.line, f, start, place)
        f.here[:] = here
        self.best.offer(self._sheet(start, place))

    def _sheet(self, start: np.ndarray, place: np.ndarray) -> Sheet:
        sheet, shop = empty_sheet(self.shop.problem), self.shop
        for stage, machines in enumerate(shop.machine):
            rows = shop.operation[:, stage]
            sheet.machine[rows] = machines[place[:, stage]]
            sheet.start[rows] = start[:, stage]
        rows = shop.operation
        sheet.end[rows] = start + shop.line.time
        sheet.setup[:] = 0
        sheet.setup_start[:] = sheet.setup_end[:] = sheet.start
        return sheet
