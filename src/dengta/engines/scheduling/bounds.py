"""What no plan can beat: the longest chain, the most loaded machine, the work of all by the machines there are."""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.kernels_bound import jackson
from dengta.engines.scheduling.kernels_layout import WHOLE_RATE, Ints
from dengta.engines.scheduling.problem import Problem


def makespan_bound(problem: Problem) -> int:
    """A lower bound of the makespan; 0 where work has begun or runs faster than it is stated."""
    c = problem.columns
    if (c.begun >= 0).any() or (c.open_rate > WHOLE_RATE).any():
        return 0
    head, rest, least = problem.before, problem.rest, problem.least
    bound = int((head + least + rest).max(initial=0))
    batching = bool((c.capacity > 0).any())
    if not batching:
        bound = max(bound, _shared(c.way_ptr, c.way_machine, head, least, rest))
    single = np.flatnonzero((np.diff(c.way_ptr) == 1) & (c.capacity[c.way_machine[c.way_ptr[:-1]]] == 0))
    machine = c.way_machine[c.way_ptr[single]]
    by_machine = single[np.lexsort((head[single], machine))]
    cuts = np.searchsorted(np.sort(machine), np.arange(len(c.machine_calendar) + 1))
    for first, last in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        if last > first:
            rows = by_machine[first:last]
            scratch = np.empty((2, len(rows)), np.int64)
            bound = max(bound, jackson(rows, head, least, rest, scratch[0], scratch[1]))
    return bound


def _shared(way_ptr: Ints, way_machine: Ints, head: Ints, least: Ints, rest: Ints) -> int:
    """Operations that share one set of machines: their least work on all, between the least heads and tails.

    A head and a tail for each machine (Santos, Hunsucker and Deal 1995) where operations are so many that none stands
    idle for good; else the least head and tail of all.
    """
    groups: dict[bytes, list[int]] = {}
    widths = np.diff(way_ptr)
    for i in np.flatnonzero(widths > 1).tolist():
        key = np.sort(way_machine[way_ptr[i] : way_ptr[i + 1]]).tobytes()
        groups.setdefault(key, []).append(i)
    bound = 0
    for rows in map(np.array, groups.values()):
        width, work = int(widths[rows[0]]), int(least[rows].sum())
        bound = max(bound, int(head[rows].min()) + -(-work // width) + int(rest[rows].min()))
        if 2 * width <= len(rows):
            ends = int(np.sort(head[rows])[:width].sum() + np.sort(rest[rows])[:width].sum())
            bound = max(bound, -(-(ends + work) // width))
    machines = len(np.unique(way_machine))
    return max(bound, int(head.min(initial=0)) + -(-int(least.sum()) // max(1, machines)))
