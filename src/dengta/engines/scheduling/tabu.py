"""Tabu search with an elite: runs from good plans, new starts on the way between two of them.

After TS/PR (Peng, Lu and Cheng 2015). The path between two plans is walked in time: each operation is put at a moment
between its starts in both, which respects every precedence, and takes the way it has in one of them. When the elite
breeds nothing better any more, another one is begun from plans by lot.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from dengta.engines.scheduling.elite import LAX, SIZE, Elite, Member
from dengta.engines.scheduling.graph import empty_graph, net_of, order_of, sheet_of, ways_of
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_graph import load
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.kernels_tabu import PLACES, tabu
from dengta.engines.scheduling.problem import Problem

_SLICE = 1_000_000  # visits between two questions whether to stop: some ten milliseconds
_PATIENCE = 12_000  # moves without gain before a run ends
_BARREN = 30  # children in a row that the elite does not keep before another one is begun
_STARTS = 20  # plans by lot to fill an elite with, at most
_SPREAD = 0.5  # of the best makespan, over which orders begin in a plan by lot
_PATH = 0.3  # no child is nearer than this to either parent


class Tabu:
    """One search with its own elite, which can be left after any slice and taken up again."""

    def __init__(
        self,
        problem: Problem,
        best: Incumbent,
        chance: np.random.Generator,
        starts: Sequence[Sheet],
        ready: Ints | None = None,
        near: float = LAX,
    ) -> None:
        """starts: plans to begin with. ready (n,): earliest starts; left out, by the releases. near: see `Elite`."""
        c, n = problem.columns, len(problem.columns.order)
        self.problem, self.best, self.chance = problem, best, chance
        self._elite = Elite(near)
        self._net = net_of(problem)
        self._rank = np.empty(n, np.int64)
        self._rank[problem.topological] = np.arange(n)
        self._graph, self._spare = empty_graph(problem, ready), empty_graph(problem, ready)
        self._pick, self._path = np.zeros(PLACES, np.int64), np.zeros(n, np.int64)
        self._taboo = np.zeros(1 << max(12, min(20, (8 * n).bit_length())), np.int64)
        self._clock = np.zeros(2, np.int64)
        self._way, self._order = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._state = self.chance.integers(1, 2**63, 1).astype(np.uint64)
        self._tenure = 10 + round(len(c.release) / max(1, len(np.unique(c.way_machine))))
        self._moves = max(1, _SLICE // (2 * n))
        self._slices = self._search(starts)

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations."""
        until = self.best.visits + visits
        while self.best.visits < until and self.best.go_on():
            next(self._slices)

    def hear(self, sheet: Sheet) -> None:
        """Take another search's plan into the elite."""
        order = order_of(self.problem, sheet.start, sheet.end)
        self._elite.keep(self._member(ways_of(self.problem, sheet), order))

    def _search(self, starts: Sequence[Sheet]) -> Generator[None, None, None]:
        """Everything, slice by slice: the given plans improved into an elite, then one elite after the other."""
        for sheet in starts:
            yield from self._improve(ways_of(self.problem, sheet), order_of(self.problem, sheet.start, sheet.end))
        wanted = 2
        while True:
            for _ in range(_STARTS):
                if len(self._elite.members) < wanted:
                    yield from self._improve(*self._by_lot())
            barren = 0
            while barren < _BARREN and len(self._elite.members) > 1:
                kept = yield from self._improve(*self._child())
                barren = 0 if kept else barren + 1
            self._elite, wanted = Elite(self._elite.near), SIZE

    def _by_lot(self) -> tuple[Ints, Ints]:
        """(way, order) of a plan in which orders begin at any time, each operation on a machine that is fast there."""
        c, problem = self.problem.columns, self.problem
        begin = self.chance.uniform(0.0, _SPREAD * self.best.plan.end.max(initial=0), len(c.release))
        cost = c.way_time * self.chance.random(len(c.way_time))
        way = np.lexsort((cost, c.way_operation))[c.way_ptr[:-1]]
        return way.astype(np.int64), np.lexsort((self._rank, problem.before + begin[c.order])).astype(np.int64)

    def _child(self) -> tuple[Ints, Ints]:
        """(way, order) of a plan on the path between two members."""
        one, other = self._elite.two(self.chance)
        share = float(self.chance.uniform(_PATH, 1.0 - _PATH))
        start, end = one.start + share * (other.start - one.start), one.end + share * (other.end - one.end)
        way = np.where(self.chance.random(len(end)) < share, other.way, one.way)
        return way, np.lexsort((self._rank, end, start)).astype(np.int64)

    def _improve(self, way: Ints, order: Ints) -> Generator[None, None, bool]:
        """Tabu search from one plan until it gains nothing for long -> whether the elite keeps the best plan met."""
        net, value = self._net, 2**60
        load(net, self._graph, way, order)
        self._taboo[:] = 0
        self._clock[:] = 0
        while True:
            value = tabu(
                net, self._graph, self._pick, self._path, self._taboo, self._tenure, self._clock, self._moves,
                _PATIENCE, value, self._way, self._order, self._state,
            )  # fmt: skip
            self.best.spend(int(self._graph.visits[0]))
            self._graph.visits[0] = 0
            over = self._clock[0] - self._clock[1] > _PATIENCE or self._clock[0] % self._moves > 0
            if over or value <= self.best.bound:
                break
            if value < self.best.makespan:
                self._member(self._way, self._order)
            yield
        kept = self._elite.keep(self._member(self._way, self._order))
        yield
        return kept

    def _member(self, way: Ints, order: Ints) -> Member:
        """A plan as the elite has it; offered as the best of all."""
        graph = self._spare
        load(self._net, graph, way, order)
        sheet = sheet_of(self.problem, graph)
        self.best.offer(sheet)
        return Member(int(sheet.end.max(initial=0)), way.copy(), sheet.start, sheet.end, graph.node["before"].copy())
