"""What is left of a plain shop after something has happened, as a plain shop of its own for the graph searches.

Each operation is ready when what is done before it, and what runs on its machine, lets it be. A machine that is closed
later is not seen here: what is found is timed again, by the right shift, in the problem as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dengta.core.budget import Budget
from dengta.engines.scheduling.check_time import Hours
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import NEVER, Ints, Sheet
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.part import part, with_ways
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.shifting import right_shifted
from dengta.engines.scheduling.team import search_for

_STEP = 5_000_000  # visits to operations between two looks whether there is a better plan


def searched(problem: Problem, present: Problem, plan: Sheet, goal: Goal, budget: Budget, seed: int) -> Iterator[Sheet]:
    """Ever better plans from `plan` on, found as if no machine were closed; their times are those of that shop.

    `problem`, a plain one, was the shop before the events; `present` is what it is now.
    """
    c = present.columns
    fixed = (plan.machine < 0) | (c.begun >= 0) | (c.pin_start >= 0)
    left = np.flatnonzero(~fixed).astype(np.int64)
    if not len(left):
        return
    free = _free(problem, present, plan, fixed)
    rest, ready = _rest(problem, present, plan, free, left)
    best = Incumbent(rest, goal, budget)
    columns = (column[left] for column in plan[:-1])
    best.offer(Sheet._make([*columns, plan.who[:0]]))
    found, search = best.value, search_for(rest, best, np.random.default_rng(seed), [best.plan], ready)
    while best.go_on():
        if best.value != found:
            found = best.value
            yield _timed(present, plan, left, best.plan)
        search.step(_STEP)
    if best.value != found:
        yield _timed(present, plan, left, best.plan)


def _free(problem: Problem, present: Problem, plan: Sheet, fixed: NDArray[np.bool_]) -> Ints:
    """(m,) when each machine is done with what is fixed there, and open."""
    c = present.columns
    free = np.full(len(c.machine_calendar), int(c.now[0]), np.int64)
    here = np.flatnonzero(fixed & (plan.machine >= 0))
    np.maximum.at(free, plan.machine[here], plan.end[here])
    hours = Hours(c)
    for m in np.flatnonzero(c.machine_calendar != problem.columns.machine_calendar).tolist():
        free[m] = next((max(p.start, int(free[m])) for p in hours.of(m, []) if p.end > free[m]), NEVER)
    return free


def _rest(problem: Problem, present: Problem, plan: Sheet, free: Ints, left: Ints) -> tuple[Problem, Ints]:
    """The shop of the operations `left`, and when each is ready."""
    c = present.columns
    target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
    ready = np.maximum(c.release[c.order], free[plan.machine])
    before = np.isin(c.pred, left, invert=True)
    np.maximum.at(ready, target[before], plan.end[c.pred[before]] + c.lag[before])
    columns = c._replace(machine_calendar=problem.columns.machine_calendar)
    here = c.way_machine == plan.machine[c.way_operation]
    columns = with_ways(columns, here | (free[c.way_machine] <= ready[c.way_operation]))
    return replace(present, columns=part(columns, left)), ready[left]


def _timed(present: Problem, plan: Sheet, left: Ints, found: Sheet) -> Sheet:
    """What was found of the rest, in the place of what the plan had, at the times that are possible."""
    machine, start = plan.machine.copy(), plan.start.copy()
    machine[left], start[left] = found.machine, found.start
    return right_shifted(present, plan._replace(machine=machine, start=start))
