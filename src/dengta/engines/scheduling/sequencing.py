"""One sequence for all machines of a line.

Makespan: iterated greedy from the constructive start of NEH. Sums over the jobs, as tardiness: annealing from the same
start by due date; the cooling is repeated, each time twice as slow, since nobody knows how long there is.
"""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.flowshop import FlowShop, permutation_sheet
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_cooling import cool
from dengta.engines.scheduling.kernels_flow import INVENTORY, Bench, measure_line
from dengta.engines.scheduling.kernels_greedy import build, greedy
from dengta.engines.scheduling.kernels_layout import Ints, Reals, Sheet
from dengta.engines.scheduling.objective import KINDS, Goal

_SLICE = 2_000_000  # visits between two questions whether to stop
_OUT = 2  # jobs taken out at once
_WARM = 0.05  # in mean times, as Ruiz and Stuetzle have it
_HOT, _COLD = 5.0, 0.1  # the same of the annealing
_FIRST = 50  # slices of the first cooling
_MANY = 500  # jobs from which a start by insertion takes too long where every place must be evaluated


def priced(goal: Goal, most: float) -> Reals:
    """(6,) the levels of `goal` as one sum, each below one unit of the level before; most: above any sum of a level."""
    prices = np.zeros(INVENTORY + 1)
    for depth, level in enumerate(goal.levels):
        for term in level:
            prices[KINDS.index(term.kind) - 1] += term.price * most**-depth
    return prices


class Sequencing:
    """The search, which can be left and taken up again."""

    def __init__(self, shop: FlowShop, best: Incumbent, chance: np.random.Generator) -> None:
        jobs, stages = shop.line.time.shape
        self.shop, self.best = shop, best
        self.only_length = best.goal.kinds == {"makespan"}
        longest = float(shop.line.time.sum() + shop.line.setup.max(initial=0) * jobs * stages)
        self.prices = priced(best.goal, max(1e6, longest))
        self.bench = _bench(jobs, stages)
        self._chance = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._unit = max(1.0, float(shop.line.time.mean())) * float(self.prices.max())
        self._slices, self._whole = 0, _FIRST
        self._gained = self._idle = 0  # visits until the last gain, and since

    def begin(self) -> None:
        """The constructive start: the longest jobs first, or the most urgent ones where dates count."""
        line, b = self.shop.line, self.bench
        longest = -line.time.sum(axis=1)
        b.order[:] = np.lexsort((longest,) if self.only_length else (longest, line.due))
        if self.only_length or len(longest) <= _MANY:
            build(line, self.prices, b, self.only_length, self._chance)
        else:
            b.trial[:] = b.best[:] = b.here[:] = b.order
            b.value[:] = measure_line(line, self.prices, b, len(longest))
        self._spend()
        self._offer()

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations."""
        until = self.best.visits + visits
        while self.best.visits < until and self.best.go_on():
            self._run()

    def hear(self, sheet: Sheet) -> None:
        """The next cooling begins from another search's sequence, if that is the best."""
        before = self.best.value
        self.best.offer(sheet)
        if self.best.value < before:
            b, first, stood = self.bench, self.shop.operation[:, 0], self.bench.trial.copy()
            b.trial[:] = np.lexsort((sheet.end[first], sheet.start[first]))
            value = measure_line(self.shop.line, self.prices, b, len(first))
            if value < b.value[1]:
                b.best[:], b.value[1] = b.trial, value
                if self.only_length:
                    b.here[:], b.value[0] = b.trial, value
            b.trial[:] = stood

    def _run(self) -> None:
        """One slice."""
        before = self.best.visits
        gained = self._greedy() if self.only_length else self._cool()
        self._spend()
        self._idle += self.best.visits - before
        if gained:
            self._gained, self._idle = self._gained + self._idle, 0
            self._offer()

    @property
    def settled(self) -> bool:
        """Whether as much work as all the gains took, and some cooling, went by without another one."""
        return self._idle > max(_FIRST * _SLICE, self._gained)

    def _greedy(self) -> bool:
        line, b, gained = self.shop.line, self.bench, False
        jobs = len(line.release)
        while b.visits[0] < _SLICE and not gained:
            out, warmth = min(_OUT, jobs), _WARM * self._unit
            gained = greedy(line, self.prices, b, self.only_length, out, warmth, 20 * jobs, 1, self._chance)
        return gained

    def _cool(self) -> bool:
        line, b = self.shop.line, self.bench
        heat = _HOT * (_COLD / _HOT) ** (self._slices / self._whole) * self._unit
        if self._slices == 0:
            b.trial[:], b.value[0] = b.best, b.value[1]
        self._slices += 1
        if self._slices == self._whole:
            self._slices, self._whole = 0, 2 * self._whole
        return bool(cool(line, self.prices, b, heat, max(1, _SLICE // line.time.size), self._chance))

    def _spend(self) -> None:
        self.best.spend(int(self.bench.visits[0]))
        self.bench.visits[0] = 0

    def _offer(self) -> None:
        self.best.offer(permutation_sheet(self.shop, self.bench.best))


def _bench(jobs: int, stages: int) -> Bench:
    def column(*shape: int) -> Ints:
        return np.zeros(shape, np.int64)

    sequences = [column(jobs) for _ in range(5)]
    times = [column(jobs + 1, stages), column(jobs + 1, stages), column(2, stages), column(jobs + 1)]
    return Bench._make([*sequences, *times, np.zeros(jobs + 1), np.zeros(jobs + 1), np.zeros(2), column(1)])
