"""Hybrid flow shops: a sequence is decoded stage by stage, first come first served, and annealed.

The sequence counts at the first stage and among jobs that come at once; each takes the machine that is free first. A
sequence is given up as soon as the jobs that have come to a stage, by what must follow, prove it worse than allowed
(the bound of Santos, Hunsucker and Deal 1995, with the arrivals as they are).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_flow import MAKESPAN, Line, cost
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, Ints, Reals

_SCALE = 1 << 30


class Floor(NamedTuple):
    """What the annealing works with."""

    here: Ints  # (N,) the sequence
    best: Ints
    order: Ints  # (N,) the jobs in the order in which a stage takes them
    end: Ints  # (N,) of each job at the last stage decoded
    free: Ints  # (most machines of a stage,)
    value: Reals  # (2,) of `here` and `best`
    rest: Ints  # (N, m) least ticks of a job behind each stage
    load: Ints  # (m,) work of a stage, and the shortest rests behind it, one a machine


@njit(**INLINED)
def by_arrival(order: Ints, end: Ints) -> None:
    """Sort jobs by when they come, those that come at once as they stand."""
    for k in range(1, order.shape[0]):
        job = order[k]
        place = k
        while place > 0 and end[order[place - 1]] > end[job]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = job


@njit(**INLINED)
def serve(line: Line, f: Floor, stage: int, job: int) -> int:
    """Let `job` run at a stage on the machine that is free first -> the place of that machine; `end` moves on."""
    first = 0
    for k in range(1, line.width[stage]):
        if f.free[k] < f.free[first]:
            first = k
    f.end[job] = f.free[first] = max(f.end[job], f.free[first]) + line.time[job, stage]
    return first


@njit(**INLINED)
def begin_stage(line: Line, f: Floor, stage: int) -> None:
    """Who comes to a stage, in which order, when all its machines are free."""
    if stage == 0:
        for k in range(f.here.shape[0]):
            f.order[k] = f.here[k]
            f.end[k] = line.release[k]
    else:
        by_arrival(f.order, f.end)
    for k in range(line.width[stage]):
        f.free[k] = line.now[0]


@njit(**INLINED)
def least_length(line: Line, f: Floor, stage: int) -> int:
    """No plan of these arrivals at a stage, given in order of time, ends before this; 0 where jobs are few."""
    came, width = 0, line.width[stage]
    if 2 * width > f.order.shape[0]:  # then a machine may do best with nothing to do
        return 0
    for k in range(width):
        came += max(f.end[f.order[k]], line.now[0])
    return int(-(-(came + f.load[stage]) // width))


@njit(**COMPILED)
def value_of(line: Line, prices: Reals, f: Floor, limit: float) -> float:
    """The priced value of `f.here`, or one above `limit` as soon as it is sure to be above."""
    n = f.order.shape[0]
    for stage in range(line.time.shape[1]):
        begin_stage(line, f, stage)
        if stage > 0 and prices[MAKESPAN] * least_length(line, f, stage) > limit:
            return float(limit + prices[MAKESPAN])
        longest = 0
        for k in range(n):
            job = f.order[k]
            serve(line, f, stage, job)
            longest = max(longest, f.end[job] + f.rest[job, stage])
        if prices[MAKESPAN] * longest > limit:
            return float(limit + prices[MAKESPAN])
    last, total = 0, 0.0
    for job in range(n):
        last = max(last, f.end[job])
        total += cost(line, prices, -1, job, f.end[job])
    return float(total + prices[MAKESPAN] * last)


@njit(**INLINED)
def shift(sequence: Ints, source: int, target: int) -> None:
    """Move what stands at `source` to `target`."""
    job = sequence[source]
    step = 1 if target > source else -1
    while source != target:
        sequence[source] = sequence[source + step]
        source += step
    sequence[target] = job


@njit(**COMPILED)
def anneal_sequence(line: Line, prices: Reals, f: Floor, heat: float, tries: int, chance: NDArray[np.uint64]) -> bool:
    """So many jobs moved elsewhere, worse taken by chance at `heat` -> whether `best` is new."""
    n, gained = f.here.shape[0], False
    for _ in range(tries):
        source, target = draw(chance, n), draw(chance, n)
        if source == target:
            continue
        shift(f.here, source, target)
        limit = f.value[0] - heat * math.log((draw(chance, _SCALE) + 1.0) / _SCALE)
        value = value_of(line, prices, f, limit)
        if value <= limit:
            f.value[0] = value
            if value < f.value[1]:
                f.value[1], gained = value, True
                for k in range(n):
                    f.best[k] = f.here[k]
        else:
            shift(f.here, target, source)
    return gained


@njit(**COMPILED)
def places_of(line: Line, f: Floor, start: Ints, place: Ints) -> None:
    """Start and machine (its place in the stage) of every job at every stage, (N, m) each, in the sequence `here`."""
    for stage in range(line.time.shape[1]):
        begin_stage(line, f, stage)
        for k in range(f.order.shape[0]):
            job = f.order[k]
            place[job, stage] = serve(line, f, stage, job)
            start[job, stage] = f.end[job] - line.time[job, stage]
