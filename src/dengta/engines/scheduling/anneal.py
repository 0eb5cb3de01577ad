"""Simulated annealing of a plain shop for any goal: rounds from the best plan on, each twice as long as the last.

A longer round can afford to begin hotter; how hot is counted in the price of a mean operation's time.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from dengta.engines.scheduling.graph import empty_graph, net_of, order_of, sheet_of, ways_of
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_anneal import LEVELS, anneal
from dengta.engines.scheduling.kernels_graph import load
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.kernels_measure import TERMS
from dengta.engines.scheduling.objective import KINDS, Goal
from dengta.engines.scheduling.problem import Problem

_SLICE = 1_000_000  # visits between two questions whether to stop
_FIRST = 100_000  # trials of the first round
_HOT, _HOTTEST, _COLD = 0.5, 8.0, 0.01
_NEXT = 0.02  # what a unit of a level costs beside one of the level before


class Anneal:
    """The search, which can be left after any slice and taken up again."""

    def __init__(
        self, problem: Problem, best: Incumbent, chance: np.random.Generator, ready: Ints | None = None
    ) -> None:
        """ready (n,): earliest starts; left out, by the releases."""
        n = len(problem.columns.order)
        self.problem, self.best = problem, best
        self._graph, self._spare = empty_graph(problem, ready), empty_graph(problem, ready)
        self._prices = _prices(best.goal)
        self._scale = _NEXT ** np.arange(LEVELS, dtype=np.float64)
        self._values = np.zeros((4, LEVELS), np.int64)
        self._done = np.zeros(len(problem.columns.release), np.int64)
        self._way, self._order = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._state = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._trials, self._heat = _FIRST, _HOT
        c = problem.columns
        self._unit = max(1.0, float(problem.least.mean() * c.weight.mean() * self._prices[0].max()))
        self._slices = self._rounds()

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations."""
        until = self.best.visits + visits
        while self.best.visits < until and self.best.go_on():
            next(self._slices)
        self._offer()

    def hear(self, sheet: Sheet) -> None:
        """The next round begins from another search's plan if that is the best."""
        self.best.offer(sheet)

    def _rounds(self) -> Generator[None, None, None]:
        """Everything, slice by slice: round after round from the best plan there is."""
        net = net_of(self.problem)
        while True:
            sheet = self.best.plan
            order = order_of(self.problem, sheet.start, sheet.end)
            load(net, self._graph, ways_of(self.problem, sheet), order)
            self._values[0] = 2**60
            setups, at = int(sheet.setup.sum()), 0
            hot, cold = self._heat * self._unit, self._heat * self._unit * _COLD
            while at < self._trials:
                step = min(max(1, _SLICE // len(order)), self._trials - at)
                setups = anneal(
                    net, self._graph, self._prices, self._scale, hot, cold, at, step, self._trials, setups,
                    self._values, self._done, self._way, self._order, self._state,
                )  # fmt: skip
                at += step
                self.best.spend(int(self._graph.visits[0]))
                self._graph.visits[0] = 0
                yield
            self._trials, self._heat = 2 * self._trials, min(_HOTTEST, 2 * self._heat)
            self._offer()

    def _offer(self) -> None:
        """The best plan of this round."""
        if self._values[0, 0] < 2**60:
            load(net_of(self.problem), self._spare, self._way, self._order)
            self.best.offer(sheet_of(self.problem, self._spare))


def _prices(goal: Goal) -> Ints:
    """(LEVELS, TERMS): what a unit of each term costs in each level."""
    prices = np.zeros((LEVELS, TERMS), np.int64)
    for k, level in enumerate(goal.levels):
        for term in level:
            prices[min(k, LEVELS - 1), KINDS.index(term.kind)] += term.price
    return prices
