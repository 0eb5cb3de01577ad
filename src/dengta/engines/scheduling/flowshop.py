"""Flow shops: problems in which every order visits the same stages in the same sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.kernels_flow import Line, advance
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.problem import Problem


@dataclass(frozen=True, eq=False)
class FlowShop:
    """A problem seen as jobs on a line. operation (N, m): by job and stage; machine: those of each stage."""

    problem: Problem
    operation: Ints
    machine: tuple[Ints, ...]
    line: Line

    @property
    def hybrid(self) -> bool:
        """Whether a stage has more than one machine."""
        return any(len(stage) > 1 for stage in self.machine)


def flowshop(problem: Problem) -> FlowShop | None:
    """`problem` as a flow shop; None where it is not one, or has what a line does not know (calendars, people...).

    The machines of a stage are alike; setups only where each stage has one machine.
    """
    c = problem.columns
    n, jobs = len(c.order), len(c.release)
    if not problem.plain or n % jobs or not (np.bincount(c.order, minlength=jobs) == n // jobs).all():
        return None
    operation = np.argsort(c.order, kind="stable").astype(np.int64).reshape(jobs, n // jobs)
    if not _in_turn(problem, operation):
        return None
    machine = _stages(problem, operation)
    if machine is None:
        return None
    setups = bool((c.machine_setups[np.concatenate(machine)] >= 0).any())
    if setups and len(machine) < sum(map(len, machine)):
        return None
    first = np.array([stage[0] for stage in machine], np.int64)
    line = Line(
        time=problem.least[operation],
        release=np.maximum(c.release, c.now[0]),
        due=c.due,
        weight=c.weight,
        width=np.array([len(stage) for stage in machine], np.int64),
        state=np.ascontiguousarray(c.state[operation]),
        first_state=c.machine_state[first],
        matrix=c.machine_setups[first],
        setup=c.setup,
        now=c.now,
        setups=np.array([setups], np.int64),
    )
    return FlowShop(problem, operation, machine, line)


def _in_turn(problem: Problem, operation: Ints) -> bool:
    """Whether each operation follows the one before it in its order, at once, and nothing else."""
    c = problem.columns
    before = np.full(operation.shape, -1, np.int64)
    before[:, 1:] = operation[:, :-1]
    wanted = np.empty(operation.size, np.int64)
    wanted[operation.ravel()] = before.ravel()
    count = np.diff(c.pred_ptr)
    return bool((count == (wanted >= 0)).all()) and bool((c.pred == wanted[wanted >= 0]).all()) and not c.lag.any()


def _stages(problem: Problem, operation: Ints) -> tuple[Ints, ...] | None:
    """The machines of each stage: of all jobs the same ones and of one speed; stages share none."""
    c, found = problem.columns, []
    for stage in operation.T:
        widths = np.diff(c.way_ptr)[stage]
        if (widths != widths[0]).any():
            return None
        ways = c.way_ptr[stage][:, None] + np.arange(widths[0])
        machines, times = np.sort(c.way_machine[ways]), c.way_time[ways]
        if (machines != machines[0]).any() or (times != times[:, :1]).any():
            return None
        found.append(machines[0])
    every = np.concatenate(found)
    return tuple(found) if len(np.unique(every)) == len(every) else None


def permutation_sheet(shop: FlowShop, sequence: Ints) -> Sheet:
    """The plan in which every machine takes the jobs in `sequence`, each as soon as it can."""
    sheet, line = empty_sheet(shop.problem), shop.line
    stages = line.time.shape[1]
    free, state = np.full(stages, line.now[0], np.int64), line.first_state
    front, places = free.copy(), np.arange(stages)
    for place, job in enumerate(sequence.tolist()):
        before = int(sequence[place - 1]) if place else -1
        advance(line, before, job, free, front)
        known = (line.matrix >= 0) & (state >= 0) & (line.state[job] >= 0)
        setup = np.where(known, line.setup[line.matrix, state, line.state[job]], 0)
        own = shop.operation[job]
        sheet.machine[own] = [int(stage[0]) for stage in shop.machine]
        sheet.end[own], sheet.start[own] = front, front - line.time[job]
        sheet.setup[own] = setup
        sheet.setup_start[own] = np.where(setup > 0, free, sheet.start[own])
        sheet.setup_end[own] = np.where(setup > 0, free + setup, sheet.start[own])
        free, state = front.copy(), line.state[job, places]
    return sheet
