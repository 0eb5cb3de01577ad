"""Flow shops in which every machine takes the orders in one sequence: iterated greedy from the NEH sequence.

Ruiz and Stutzle 2007, 2008 (setups). For other goals than the makespan the first sequence is by due date.
"""

from __future__ import annotations

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import NEVER, Ints, Sheet
from dengta.engines.scheduling.kernels_permutation import ends, greedy, iterated_greedy
from dengta.engines.scheduling.problem import Problem

_KINDS = ("tardiness", "late", "makespan", "flow")
_SLICE = 3_000_000  # operations placed between two questions whether to stop
_TAKEN_OUT = 4
_HEAT = 0.04  # in mean times, as Ruiz and Stutzle have it for the makespan
_HOT, _COLD = 8.0, 0.1  # the same where a sum over orders is the goal: it cools down, again and again
_FIRST = 200  # runs of the first cooling; each is twice as long as the last


class Permutation:
    """The search, which can be left and taken up again."""

    def __init__(self, problem: Problem, best: Incumbent, chance: np.random.Generator) -> None:
        c = problem.columns
        orders, stages = len(c.release), len(c.machine_calendar)
        in_turn = np.array_equal(c.way_machine, np.tile(np.arange(stages), orders))
        whole = in_turn and np.array_equal(c.order, np.repeat(np.arange(orders), stages))
        if not (problem.plain and whole and not best.goal.kinds - set(_KINDS) and len(best.goal.levels) == 1):
            raise Refusal(Reason("scheduling.not_yet_permutation"))
        self.problem, self.best = problem, best
        self._time = c.way_time.reshape(orders, stages)
        self._prices = np.array([sum(t.price for t in best.goal.levels[0] if t.kind == k) for k in _KINDS], np.int64)
        self._end = np.zeros((orders + 1, stages), np.int64)
        self._end[0] = c.now[0]
        self._state = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._unit = max(1.0, float(self._time.mean() * self._prices.max()))
        self._runs, self._whole = 0, _FIRST

    def begin(self) -> None:
        """The first sequence."""
        c = self.problem.columns
        by_due = bool((c.due < NEVER).any()) and self._prices[:2].any()
        self._sequence = np.argsort(c.due if by_due else -self._time.sum(axis=1), kind="stable").astype(np.int64)
        self._value = greedy(c, self._time, self._prices, self._sequence, self._end, self._state)
        self._kept = self._sequence.copy()
        self.best.spend(len(self._sequence) * self._time.size // 2)
        self.best.offer(self._sheet(self._sequence))

    def _heat(self) -> float:
        """How much worse a sequence may be taken, by the present place in the cooling."""
        if not self._prices[[0, 1, 3]].any():
            return _HEAT * self._unit
        return float(_HOT * (_COLD / _HOT) ** (self._runs / self._whole) * self._unit)

    def run(self) -> None:
        """Some rounds."""
        orders = len(self._sequence)
        removed = np.zeros(min(_TAKEN_OUT, orders), np.int64)
        cost = (len(removed) + 3) * self._time.size * max(1, orders // 2)
        rounds, best = max(1, _SLICE // cost), self._sequence.copy()
        known = self.best.value[1]
        self._value, found = iterated_greedy(
            self.problem.columns, self._time, self._prices, self._sequence, self._value, best, known, self._kept,
            removed, self._heat(), rounds, self._end, self._state,
        )  # fmt: skip
        self.best.spend(rounds * cost)
        self._runs += 1
        if self._runs == self._whole:
            self._runs, self._whole = 0, 2 * self._whole
        if found < known:
            self.best.offer(self._sheet(best))

    def _sheet(self, sequence: Ints) -> Sheet:
        """The plan of a sequence, everything as early as it can be."""
        c, sheet = self.problem.columns, empty_sheet(self.problem)
        orders, stages = self._time.shape
        ends(c, self._time, sequence, orders, 0, self._end)
        rows = (sequence[:, None] * stages + np.arange(stages)).ravel()
        free = self._end[:-1].ravel()
        sheet.machine[rows] = np.tile(np.arange(stages), orders)
        sheet.end[rows] = self._end[1:].ravel()
        sheet.start[rows] = sheet.end[rows] - self._time[sequence].ravel()
        before = np.concatenate([c.machine_state, c.state[rows[:-stages]]])
        matrix = np.tile(c.machine_setups, orders)
        known = (matrix >= 0) & (before >= 0) & (c.state[rows] >= 0)
        sheet.setup[rows] = np.where(known, c.setup[matrix, before, c.state[rows]], 0)
        sheet.setup_start[rows] = np.where(sheet.setup[rows] > 0, free, sheet.start[rows])
        sheet.setup_end[rows] = sheet.setup_start[rows] + sheet.setup[rows]
        return sheet
