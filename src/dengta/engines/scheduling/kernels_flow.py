"""Heads, tails and the insertion of a job into a sequence that every machine of a line keeps.

Insertion with heads and tails after Taillard (1990), with setups after Rios-Mercado and Bard (1998). What is done for
each job is compiled into whoever does it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, NEVER, Ints, Reals

TARDINESS, LATE, MAKESPAN, FLOW, SETUPS, INVENTORY = range(6)  # places in `prices`
ENDLESS = 1e300


class Line(NamedTuple):
    """N jobs on a line of m stages."""

    time: Ints  # (N, m)
    release: Ints  # (N,)
    due: Ints
    weight: Ints
    width: Ints  # (m,) machines of each stage
    state: Ints  # (N, m), -1 none
    first_state: Ints  # (m,)
    matrix: Ints  # (m,) into `setup`, -1 none
    setup: Ints  # (matrices, states, states)
    now: Ints  # (1,)
    setups: Ints  # (1,) whether there are any


class Bench(NamedTuple):
    """What a search over sequences works with."""

    here: Ints  # (N,) the sequence the search stands at
    best: Ints
    trial: Ints
    removed: Ints
    order: Ints  # (N,) in which jobs are tried
    head: Ints  # (N + 1, m) ends of the jobs before each place
    tail: Ints  # (N + 1, m) from the start of each job to the end of all
    front: Ints  # (2, m)
    early: Ints  # (N + 1,) no plan ends before this, by the releases of the jobs from each place on
    paid: Reals  # (N + 1,) cost of the jobs before each place
    owed: Reals  # (N + 1,) least cost of those from each place on
    value: Reals  # (2,) of `here` and `best`
    visits: Ints  # (1,) operations looked at


@njit(**INLINED)
def changeover(line: Line, stage: int, before: int, after: int) -> int:
    """Setup of a stage from job to job; before -1: from how it stands at first."""
    if line.setups[0] == 0 or line.matrix[stage] < 0:
        return 0
    state = line.first_state[stage] if before < 0 else line.state[before, stage]
    if state < 0 or line.state[after, stage] < 0:
        return 0
    return int(line.setup[line.matrix[stage], state, line.state[after, stage]])


@njit(**INLINED)
def advance(line: Line, before: int, job: int, free: Ints, front: Ints) -> None:
    """Ends of `job` at every stage into `front`, behind `before`, whose ends are `free`."""
    end = line.release[job]
    if line.setups[0] == 0:
        for i in range(front.shape[0]):
            end = max(end, free[i]) + line.time[job, i]
            front[i] = end
        return
    for i in range(front.shape[0]):
        end = max(end, free[i] + changeover(line, i, before, job)) + line.time[job, i]
        front[i] = end


@njit(**INLINED)
def cost(line: Line, prices: Reals, before: int, job: int, done: int) -> float:
    """What a job adds to the priced goal (all but the makespan)."""
    total = prices[FLOW] * (done - line.release[job])
    if line.due[job] < NEVER:
        late = done - line.due[job]
        if late > 0:
            total += line.weight[job] * (prices[TARDINESS] * late + prices[LATE])
        else:
            total -= line.weight[job] * prices[INVENTORY] * late
    if prices[SETUPS] > 0.0:
        for i in range(line.time.shape[1]):
            total += prices[SETUPS] * changeover(line, i, before, job)
    return float(total)


@njit(**COMPILED)
def measure_line(line: Line, prices: Reals, b: Bench, n: int) -> float:
    """Heads and costs of the first n jobs of `b.trial` -> the value of that sequence."""
    m = line.time.shape[1]
    for i in range(m):
        b.head[0, i] = line.now[0]
    b.paid[0] = 0.0
    before = -1
    for k in range(n):
        job = b.trial[k]
        advance(line, before, job, b.head[k], b.head[k + 1])
        b.paid[k + 1] = b.paid[k] + cost(line, prices, before, job, b.head[k + 1, m - 1])
        before = job
    b.visits[0] += n * m
    return float(b.paid[n] + prices[MAKESPAN] * b.head[n, m - 1])


@njit(**COMPILED)
def tails(line: Line, b: Bench, n: int) -> None:
    """Tails of the first n jobs of `b.trial`, and what their releases say."""
    m = line.time.shape[1]
    for i in range(m):
        b.tail[n, i] = 0
    b.early[n] = 0
    for k in range(n - 1, -1, -1):
        job, rest = b.trial[k], 0
        for i in range(m - 1, -1, -1):
            behind = b.tail[k + 1, i]
            if k + 1 < n:
                behind += changeover(line, i, job, b.trial[k + 1])
            rest = max(rest, behind) + line.time[job, i]
            b.tail[k, i] = rest
        b.early[k] = max(b.early[k + 1], line.release[job] + rest)
    b.visits[0] += n * m


@njit(**COMPILED)
def shortest_place(line: Line, b: Bench, n: int, job: int, chance: NDArray[np.uint64]) -> tuple[int, int]:
    """(place, makespan) where `job` lengthens the first n jobs of `b.trial` least; chance among equals."""
    m, best, place, equals = line.time.shape[1], NEVER, 0, 0
    for k in range(n + 1):
        before = b.trial[k - 1] if k else -1
        after = b.trial[k] if k < n else -1
        end, longest = line.release[job], b.early[k]
        for i in range(m):
            end = max(end, b.head[k, i] + changeover(line, i, before, job)) + line.time[job, i]
            behind = b.tail[k, i]
            if after >= 0:
                behind += changeover(line, i, job, after)
            longest = max(longest, end + behind)
            if longest > best:
                break
        if longest < best:
            best, place, equals = longest, k, 1
        elif longest == best:
            equals += 1
            if draw(chance, equals) == 0:
                place = k
    b.visits[0] += (n + 1) * m
    return place, best


@njit(**COMPILED)
def cheapest_place(line: Line, prices: Reals, b: Bench, n: int, job: int, below: float) -> tuple[int, float]:
    """(place, value) where `job` costs least among the first n jobs of `b.trial`; (-1, `below`) if not below that.

    A place is given up when its cost so far and what the jobs behind cost without the new one are too much.
    """
    m, best, place = line.time.shape[1], below, -1
    sure = line.setups[0] == 0 and prices[INVENTORY] == 0.0  # then a job more never makes another cheaper
    for k in range(n + 1):
        b.owed[k] = b.paid[n] - b.paid[k] if sure else 0.0
    for k in range(n, -1, -1):
        before = b.trial[k - 1] if k else -1
        advance(line, before, job, b.head[k], b.front[0])
        total = b.paid[k] + cost(line, prices, before, job, b.front[0, m - 1])
        before, at = job, k
        while at < n and total + b.owed[at] < best:
            after = b.trial[at]
            advance(line, before, after, b.front[0], b.front[0])
            total += cost(line, prices, before, after, b.front[0, m - 1])
            before = after
            at += 1
        b.visits[0] += (at - k + 1) * m
        total += prices[MAKESPAN] * b.front[0, m - 1]
        if at == n and total < best:
            best, place = total, k
    return place, best
