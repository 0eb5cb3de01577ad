"""The model plant for CP-SAT: its strongest sides in full, the rest relaxed in its favour.

In full: alternatives with own times, precedence with least and longest lags, releases, due dates, running and pinned
work, setups by state (a circuit for each machine), closed nights and Sundays over which work pauses, material with
receipts and making, people as numbers of a skill with their shifts. Relaxed: short breaks are worked through, the night
runs at full speed, an oven is a capacity, nobody is needed for a setup, places before machines are without number, a
pool does not tell its people apart. What it answers is decoded: its machines, its sequence of starts as priority.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

from dengta.engines.scheduling import Problem
from dengta.engines.scheduling.decoder import Decoder, Weights
from dengta.engines.scheduling.kernels_layout import NEVER, Sheet

_SHORT = 60  # ticks of a break that is worked through


def cp_sat_plan(problem: Problem, hint: Sheet, seconds: float, seed: int) -> tuple[Sheet, float | None]:
    """CP-SAT with one worker and so many seconds of processor: its plan decoded, and the tardiness it had in mind.

    The hint and None where it found nothing.
    """
    from ortools.sat.python import cp_model

    built = _Model(problem, hint, cp_model.CpModel())
    solver = cp_model.CpSolver()
    solver.parameters.random_seed, solver.parameters.num_workers = seed, 1
    over = threading.Event()
    until = time.process_time() + seconds
    clock = threading.Thread(target=_stop_at, args=(solver, until, over))
    clock.start()
    found = solver.solve(built.model)
    over.set()
    clock.join()
    if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return hint, None
    c = problem.columns
    start = np.array([solver.value(x) for x in built.start], np.float64)
    ways = np.array(
        [next(w for w in range(a, b) if solver.value(built.taken[w])) for a, b in pairwise(c.way_ptr.tolist())]
    )
    decoder = Decoder(problem)
    plans = [
        decoder.by_priority(-start[c.way_operation], Weights(look=look), ways.astype(np.int64)) for look in (0.0, 1.0)
    ]
    return min(plans, key=lambda sheet: problem.goal.value(_terms(problem, sheet))), solver.objective_value


def _stop_at(solver: Any, until: float, over: threading.Event) -> None:
    """Stop the solver once the processor has worked so long: on a busy machine the clock on the wall starves it."""
    while not over.wait(0.2):
        if time.process_time() >= until:
            solver.stop_search()
            return


def _terms(problem: Problem, sheet: Sheet) -> dict[str, int]:
    from dengta.engines.scheduling.objective import measured

    return measured(problem.columns, sheet)


class _Model:
    """Variables and constraints, group by group."""

    def __init__(self, problem: Problem, hint: Sheet, model: Any) -> None:
        self.c, self.model, self.hint = problem.columns, model, hint
        self.horizon = int(hint.end.max()) + 1440
        n = len(self.c.order)
        self.start = [model.new_int_var(0, self.horizon, "") for _ in range(n)]
        self.end = [model.new_int_var(0, self.horizon, "") for _ in range(n)]
        self.taken: list[Any] = []
        self.on: dict[int, list[tuple[int, Any, Any]]] = defaultdict(list)
        for i in range(n):
            self._ways(i)
            self._fixed(i)
        self._precedence()
        self._machines()
        self._people()
        self._material()
        self._goal()

    def _closures(self, calendar: int) -> list[tuple[int, int]]:
        if calendar < 0:
            return []
        c = self.c
        rows = range(c.open_ptr[calendar], c.open_ptr[calendar + 1])
        ends = [0, *(int(c.open_end[r]) for r in rows)]
        starts = [*(int(c.open_start[r]) for r in rows), self.horizon]
        return [
            (a, b)
            for a, b in zip(ends, starts, strict=True)
            if b - a >= _SHORT and a < self.horizon and b > int(c.now[0])
        ]

    def _ways(self, i: int) -> None:
        c, model = self.c, self.model
        own = []
        for w in range(c.way_ptr[i], c.way_ptr[i + 1]):
            m, time = int(c.way_machine[w]), int(c.way_time[w])
            taken = model.new_bool_var("")
            model.add_hint(taken, int(self.hint.machine[i] == m))
            own.append(taken)
            self.taken.append(taken)
            if c.begun[i] >= 0:
                self.on[m].append((i, taken, model.new_optional_interval_var(
                    self.start[i], int(self.hint.end[i] - self.hint.start[i]), self.end[i], taken, "")))  # fmt: skip
                continue
            pauses = []
            for a, b in self._closures(int(c.machine_calendar[m])):
                over, before = model.new_bool_var(""), model.new_bool_var("")
                model.add(self.start[i] < a).only_enforce_if(before, taken)
                model.add(self.start[i] >= b).only_enforce_if(before.negated(), taken)
                model.add(self.end[i] > b).only_enforce_if(over, taken)
                model.add(self.end[i] <= a).only_enforce_if(before, over.negated(), taken)
                model.add_implication(over, before)
                pauses.append((b - a) * over)
                if c.must_fit[i]:
                    model.add(over == 0)
            length = model.new_int_var(time, self.horizon, "")
            model.add(length == time + sum(pauses)).only_enforce_if(taken)
            self.on[m].append(
                (i, taken, model.new_optional_interval_var(self.start[i], length, self.end[i], taken, ""))
            )
        model.add_exactly_one(own)
        model.add_hint(self.start[i], int(self.hint.start[i]))
        model.add_hint(self.end[i], int(self.hint.end[i]))

    def _fixed(self, i: int) -> None:
        c, model = self.c, self.model
        if c.begun[i] >= 0:
            model.add(self.start[i] == int(self.hint.start[i]))
            model.add(self.end[i] == int(self.hint.end[i]))
        else:
            model.add(self.start[i] >= max(int(c.release[c.order[i]]), int(c.now[0])))
        if c.pin_start[i] >= 0:
            model.add(self.start[i] == int(c.pin_start[i]))
        if c.pin_machine[i] >= 0:
            for w in range(c.way_ptr[i], c.way_ptr[i + 1]):
                model.add(self.taken[w] == int(c.way_machine[w] == c.pin_machine[i]))

    def _precedence(self) -> None:
        c = self.c
        for i in range(len(c.order)):
            for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
                self.model.add(self.start[i] >= self.end[c.pred[e]] + int(c.lag[e]))
                if c.lag_most[e] < NEVER:
                    self.model.add(self.start[i] <= self.end[c.pred[e]] + int(c.lag_most[e]))

    def _machines(self) -> None:
        c, model = self.c, self.model
        for m, rows in self.on.items():
            fresh = [(i, taken, one) for i, taken, one in rows if c.begun[i] < 0 or c.remaining[i] > 0]
            if c.capacity[m] > 0:
                model.add_cumulative(
                    [one for *_, one in fresh], [int(c.size[i]) for i, *_ in fresh], int(c.capacity[m])
                )
                continue
            model.add_no_overlap([one for *_, one in fresh])
            if c.machine_setups[m] >= 0:
                self._circuit(m, [(i, taken) for i, taken, _ in fresh])

    def _circuit(self, m: int, rows: list[tuple[int, Any]]) -> None:
        """One sequence on the machine, a changeover between neighbours."""
        c, model, arcs = self.c, self.model, []
        matrix = c.setup[c.machine_setups[m]]

        def change(before: int, after: int) -> int:
            return int(matrix[before, after]) if before >= 0 and after >= 0 else 0

        arcs.append((0, 0, model.new_bool_var("")))
        for k, (i, taken) in enumerate(rows, 1):
            first, last = model.new_bool_var(""), model.new_bool_var("")
            arcs += [(0, k, first), (k, 0, last), (k, k, taken.negated())]
            if c.begun[i] < 0:
                least = int(c.now[0]) + change(int(c.machine_state[m]), int(c.state[i]))
                model.add(self.start[i] >= least).only_enforce_if(first)
            for other, (j, _) in enumerate(rows, 1):
                if other != k:
                    follows = model.new_bool_var("")
                    arcs.append((k, other, follows))
                    gap = change(int(c.state[i]), int(c.state[j]))
                    model.add(self.start[j] >= self.end[i] + gap).only_enforce_if(follows)
        model.add_circuit(arcs)

    def _people(self) -> None:
        """As many at once as have the skill and are there."""
        c, model = self.c, self.model
        users: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i in np.flatnonzero(c.begun < 0).tolist():
            for need in range(c.need_ptr[i], c.need_ptr[i + 1]):
                if c.need_when[need] & 1:
                    users[int(c.need_skill[need])].append((i, int(c.need_count[need])))
        for skill, rows in users.items():
            crew = c.skill_resource[c.skill_ptr[skill] : c.skill_ptr[skill + 1]].tolist()
            intervals, demands = [], []
            for i, count in rows:
                least = int(c.way_time[c.way_ptr[i] : c.way_ptr[i + 1]].min())
                begin = model.new_int_var(0, self.horizon, "")
                model.add(begin == self.start[i])
                intervals.append(model.new_fixed_size_interval_var(begin, least, ""))
                demands.append(count)
            closed = self._closures(int(c.machine_calendar[c.way_machine[c.way_ptr[rows[0][0]]]]))
            for who in crew:
                for a, b in _without(self._closures(int(c.resource_calendar[who])), closed):
                    intervals.append(model.new_fixed_size_interval_var(a, b - a, ""))
                    demands.append(1)
            if len(crew) == 1:
                continue  # pauses of the only one would need to stretch work: left out in favour of CP-SAT
            model.add_cumulative(intervals, demands, len(crew))

    def _material(self) -> None:
        c, model = self.c, self.model
        for k in range(len(c.stock_known)):
            times: list[Any] = []
            changes: list[int] = []
            for e in range(c.stock_ptr[k], c.stock_ptr[k] + c.stock_known[k]):
                times.append(max(0, int(c.stock_at[e])))
                changes.append(int(c.stock_change[e]))
            for i in range(len(c.order)):
                for use in range(c.use_ptr[i], c.use_ptr[i + 1]):
                    quantity = int(c.use_quantity[use])
                    if c.use_material[use] == k and not (c.begun[i] >= 0 and (quantity > 0 or c.remaining[i] == 0)):
                        times.append(self.start[i] if quantity > 0 else self.end[i])
                        changes.append(-quantity)
            model.add_reservoir_constraint(times, changes, 0, 2**40)

    def _goal(self) -> None:
        c, model, terms = self.c, self.model, []
        for o in np.flatnonzero(c.due < NEVER).tolist():
            late = model.new_int_var(0, self.horizon, "")
            for i in np.flatnonzero(c.order == o).tolist():
                model.add(late >= self.end[i] - int(c.due[o]))
            terms.append(int(c.weight[o]) * late)
        model.minimize(sum(terms))


def _without(spans: list[tuple[int, int]], holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans less holes."""
    for low, high in holes:
        spans = [
            (a, b) for first, last in spans for a, b in ((first, min(last, low)), (max(first, high), last)) if a < b
        ]
    return spans
