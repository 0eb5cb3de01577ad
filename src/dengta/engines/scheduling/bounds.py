"""What no plan can beat: the longest chain, the most loaded machine, the work of all by the machines there are.

Where operations have alternatives, machines are weighed: with weights y that sum to 1, no plan is shorter than the sum
of what each operation costs on the machine where `y * time` is least, plus each machine's weighted least head and tail.
That is the dual of sharing the work out in fractions; weights on what is loaded most make it large, any make it true.

Small shops are asked more: a makespan is refuted when what must come last on a machine leaves some set no room.
"""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.kernels_bound import jackson
from dengta.engines.scheduling.kernels_edges import refuted
from dengta.engines.scheduling.kernels_layout import NEVER, WHOLE_RATE, Columns, Ints
from dengta.engines.scheduling.problem import Problem

_SMALL = 2_000_000  # pairs of operations on one machine, up to which edge finding is worth its time
_ROUNDS, _FEWEST, _EFFORT = 300, 5, 5_000_000  # of weighing: at most, at least, and ways looked at in all
_PUSH = 0.5  # how far a round moves the weights
_WHOLE = 1 << 20  # weights are rounded to this part


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
        if len(c.way_machine) > len(c.order):
            bound = max(bound, _weighed(c, head, rest))
    single = np.flatnonzero((np.diff(c.way_ptr) == 1) & (c.capacity[c.way_machine[c.way_ptr[:-1]]] == 0))
    machine = c.way_machine[c.way_ptr[single]]
    by_machine = single[np.lexsort((head[single], machine))]
    cuts = np.searchsorted(np.sort(machine), np.arange(len(c.machine_calendar) + 1))
    for first, last in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        if last > first:
            rows = by_machine[first:last]
            scratch = np.empty((2, len(rows)), np.int64)
            bound = max(bound, jackson(rows, head, least, rest, scratch[0], scratch[1]))
    if 0 < int((np.diff(cuts) ** 2).sum()) <= _SMALL:
        bound = _refuting(problem, by_machine, cuts, bound)
    return bound


def _refuting(problem: Problem, by_machine: Ints, cuts: Ints, bound: int) -> int:
    """The least makespan from `bound` on that edge finding cannot refute: steps that double, then halves."""
    head, tail = np.empty_like(problem.least), np.empty_like(problem.least)
    scratch = np.empty((2, len(by_machine)), np.int64)

    def impossible(target: int) -> bool:
        head[:], tail[:] = problem.before, problem.rest
        found = refuted(
            problem.columns, problem.topological, cuts, by_machine.copy(), by_machine.copy(), head, problem.least, tail,
            target, scratch[0], scratch[1],
        )  # fmt: skip
        return bool(found)

    low, step = bound, 1  # `low` is true; what is below `low + step` may be
    while impossible(low + step - 1):
        low, step = low + step, 2 * step
    high = low + step - 1
    while low < high:
        middle = (low + high) // 2
        if impossible(middle):
            low = middle + 1
        else:
            high = middle
    return low


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


def _weighed(c: Columns, head: Ints, rest: Ints) -> int:
    """The best bound by weights of machines that some rounds of multiplicative updates find, in exact integers."""
    ways, machines = len(c.way_machine), len(c.machine_calendar)
    outside = np.zeros(machines, np.int64)
    for edge in (head, rest):
        least = np.full(machines, NEVER, np.int64)
        np.minimum.at(least, c.way_machine, edge[c.way_operation])
        outside += np.where(least < NEVER, least, 0)
    used = np.bincount(c.way_machine, minlength=machines) > 0
    weight, best, found = used / used.sum(), -1.0, used / used.sum()
    first, time = c.way_ptr[:-1], c.way_time.astype(np.float64)
    for k in range(min(_ROUNDS, max(_FEWEST, _EFFORT // ways))):
        cost = weight[c.way_machine] * time
        cheapest = np.minimum.reduceat(cost, first)
        value = float(cheapest.sum() + weight @ outside)
        if value > best:
            best, found = value, weight
        taken = cost <= cheapest[c.way_operation] * (1 + 1e-9)
        share = time * taken / np.add.reduceat(taken.astype(np.float64), first)[c.way_operation]
        load = np.bincount(c.way_machine, share, machines) + outside
        weight = weight * np.exp(_PUSH / np.sqrt(k + 1) * (load / max(1.0, load.max()) - 1))
        weight /= weight.sum()
    scale = min(_WHOLE, 2**61 // max(1, int(c.way_time.max()) * len(first) + int(outside.sum())))
    exact = np.floor(found * scale).astype(np.int64)
    total = int(np.minimum.reduceat(exact[c.way_machine] * c.way_time, first).sum()) + int((exact * outside).sum())
    return -(-total // max(1, int(exact.sum())))
