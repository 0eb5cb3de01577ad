"""Tabu search with an elite: runs from good plans, new starts on the way between two of them.

After TS/PR (Peng, Lu and Cheng 2015). The path between two plans is walked in time: each operation is put at a moment
between its starts in both, which respects every precedence, and takes the way it has in one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dengta.engines.scheduling.graph import empty_graph, order_of, sheet_of, ways_of
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_graph import load
from dengta.engines.scheduling.kernels_layout import Ints, Reals, Sheet
from dengta.engines.scheduling.kernels_tabu import PLACES, tabu
from dengta.engines.scheduling.problem import Problem

_SLICE = 1_000_000  # visits between two questions whether to stop: some ten milliseconds
_ELITE = 10
_PATIENCE = 12_000  # moves without gain before a run ends


class Member:
    """A plan of the elite."""

    def __init__(self, value: int, way: Ints, start: Ints, end: Ints) -> None:
        self.value, self.way, self.start, self.end = value, way, start, end

    def like(self, other: Member) -> bool:
        """Whether it is the same plan, as far as the elite cares."""
        return self.value == other.value and float((self.start == other.start).mean()) > 0.9


class Tabu:
    """The search, which can be left and taken up again."""

    def __init__(
        self, problem: Problem, best: Incumbent, chance: np.random.Generator, ready: Ints | None = None
    ) -> None:
        """ready (n,): earliest starts; left out, by the releases."""
        c, n = problem.columns, len(problem.columns.order)
        self.problem, self.best, self.chance = problem, best, chance
        self.elite: list[Member] = []
        self._graph = empty_graph(problem, ready)
        self._pick, self._path = np.zeros(PLACES, np.int64), np.zeros(n, np.int64)
        self._taboo = np.zeros(1 << max(12, min(20, (8 * n).bit_length())), np.int64)
        self._clock = np.zeros(2, np.int64)
        self._way, self._order = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._state = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._tenure = 10 + round(len(c.release) / max(1, len(np.unique(c.way_machine))))
        self._moves = max(1, _SLICE // (2 * n))

    def begin(self, sheets: Sequence[Sheet]) -> None:
        """Improve some plans into an elite, the best first."""
        for sheet in sheets[:_ELITE]:
            if self.best.go_on():
                order = order_of(self.problem, sheet.start, sheet.end)
                self._keep(self._search(ways_of(self.problem, sheet), order))

    def run(self) -> None:
        """One child of two members, improved, in place of the worst it is better than."""
        first, second = self.chance.choice(len(self.elite), 2, replace=len(self.elite) < 2).tolist()
        one, other = self.elite[first], self.elite[second]
        if one.like(other):
            share, end = 0.0, self._far(one)
        else:
            share = float(self.chance.uniform(0.3, 0.7))
            end = one.end + share * (other.end - one.end)
        way = np.where(self.chance.random(len(end)) < share, other.way, one.way)
        start = one.start + share * (other.start - one.start) if share else end
        rank = np.empty(len(end), np.int64)
        rank[self.problem.topological] = np.arange(len(end))
        self._keep(self._search(way, np.lexsort((rank, end, start)).astype(np.int64)))

    def _far(self, one: Member) -> Reals:
        """Moments at which a plan's operations could go if each order were a little earlier or later as a whole."""
        shift = self.chance.normal(0.0, 0.1 * one.value, len(self.problem.columns.release))
        return one.start + shift[self.problem.columns.order]

    def _search(self, way: Ints, order: Ints) -> Member:
        """Tabu search from one plan until it gains nothing for long -> the best plan met."""
        c = self.problem.columns
        load(c, self._graph, way, order)
        self._taboo[:] = 0
        self._clock[:] = 0
        value = 2**60
        while True:
            found = tabu(
                c, self._graph, self._pick, self._path, self._taboo, self._tenure, self._clock, self._moves, _PATIENCE,
                value, self._way, self._order, self._state,
            )  # fmt: skip
            self.best.spend(int(self._graph.visits[0]))
            self._graph.visits[0] = 0
            over = self._clock[0] - self._clock[1] > _PATIENCE or self._clock[0] % self._moves > 0
            value = found
            if over or not self.best.go_on() or value <= self.best.bound:
                break
        load(c, self._graph, self._way, self._order)
        sheet = sheet_of(self.problem, self._graph)
        self.best.offer(sheet)
        return Member(value, self._way.copy(), sheet.start, sheet.end)

    def _keep(self, child: Member) -> None:
        """Take a child into the elite unless it is like one there or worse than all."""
        if any(child.like(member) for member in self.elite):
            return
        self.elite.append(child)
        self.elite.sort(key=lambda member: member.value)
        del self.elite[_ELITE:]
