"""Annealing of the sequence that every machine of a line keeps, for goals that are sums over the jobs.

A trial is walked from the first place it changes, and given up as soon as it is sure to cost too much. Behind the last
place it changes the jobs are those of the accepted sequence, so the stages' delays there say what is the least to come.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_flow import INVENTORY, MAKESPAN, Bench, Line, advance, cost, measure_line
from dengta.engines.scheduling.kernels_greedy import copy
from dengta.engines.scheduling.kernels_hybrid import shift
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, Reals

_SCALE = 1 << 30


@njit(**INLINED)
def least_rest(line: Line, prices: Reals, b: Bench, k: int, alone: bool, enough: float) -> float:
    """No less than what the jobs from place k on cost, who are the same as in the accepted sequence.

    Nobody ends sooner than there by more than the most that a stage is free sooner now; where no release is waited for
    (`alone`), everybody ends later by the least that a stage is free later. `enough`: where to stop.
    """
    n, m = b.trial.shape[0], line.time.shape[1]
    sooner = b.tail[k, 0] - b.head[k, 0]
    for i in range(1, m):
        sooner = max(sooner, b.tail[k, i] - b.head[k, i])
    if not alone:
        sooner = max(0, sooner)
    total, at = prices[MAKESPAN] * (b.tail[n, m - 1] - sooner), k
    while at < n and total <= enough:
        total += cost(line, prices, b.trial[at - 1], b.trial[at], b.tail[at + 1, m - 1] - sooner)
        at += 1
    b.visits[0] += m + at - k
    return float(total)


@njit(**INLINED)
def value_since(line: Line, prices: Reals, b: Bench, since: int, until: int, alone: bool, limit: float) -> float:
    """Heads and costs of `b.trial`, which is the accepted sequence but for places since..until-1.

    -> its value, or one above `limit` as soon as that is sure.
    """
    n, m = b.trial.shape[0], line.time.shape[1]
    paid, same, sure = b.owed[since], until + line.setups[0], prices[INVENTORY] == 0.0
    for k in range(since, n):
        job = b.trial[k]
        before = b.trial[k - 1] if k else -1
        free = b.tail[k] if k == since else b.head[k]
        advance(line, before, job, free, b.head[k + 1])
        paid += cost(line, prices, before, job, b.head[k + 1, m - 1])
        b.paid[k + 1] = paid
        b.visits[0] += m
        if paid > limit:
            return float(paid)
        if sure and k + 1 >= same and (k + 1 - same) & 7 == 0:
            least = paid + least_rest(line, prices, b, k + 1, alone, limit - paid)
            if least > limit:
                return float(least)
    return float(paid + prices[MAKESPAN] * b.head[n, m - 1])


@njit(**INLINED)
def accept(line: Line, b: Bench, since: int) -> None:
    """Let heads and costs from place `since` on be those of the accepted sequence."""
    for k in range(since + 1, b.trial.shape[0] + 1):
        b.owed[k] = b.paid[k]
        for i in range(line.time.shape[1]):
            b.tail[k, i] = b.head[k, i]


@njit(**COMPILED)
def near(n: int, place: int, chance: NDArray[np.uint64]) -> int:
    """Another place, mostly close by: a sum over the jobs changes little there, so that more is accepted."""
    step = 1 + draw(chance, 1 + draw(chance, 1 + n // 5))
    other = place + step if draw(chance, 2) == 0 else place - step
    return other if 0 <= other < n else place


@njit(**COMPILED)
def cool(line: Line, prices: Reals, b: Bench, heat: float, tries: int, chance: NDArray[np.uint64]) -> bool:
    """So many jobs of `b.trial` moved or exchanged, worse taken by chance at `heat` -> whether `best` is new.

    Heads and costs of the accepted sequence are in `b.tail` and `b.owed`, the values in `b.value`.
    """
    n, gained, alone = b.trial.shape[0], False, True
    for job in range(n):
        alone = alone and line.release[job] <= line.now[0]
    b.value[0] = measure_line(line, prices, b, n)
    for i in range(line.time.shape[1]):
        b.tail[0, i] = b.head[0, i]
    b.owed[0] = 0.0
    accept(line, b, 0)
    for _ in range(tries):
        one, swap = draw(chance, n), draw(chance, 3) == 0
        other = near(n, one, chance) if draw(chance, 2) == 0 else draw(chance, n)
        if one == other:
            continue
        if swap:
            b.trial[one], b.trial[other] = b.trial[other], b.trial[one]
        else:
            shift(b.trial, one, other)
        limit = b.value[0] - heat * math.log((draw(chance, _SCALE) + 1.0) / _SCALE)
        since = min(one, other)
        value = value_since(line, prices, b, since, max(one, other) + 1, alone, limit)
        if value <= limit:
            b.value[0] = value
            accept(line, b, since)
            if value < b.value[1]:
                b.value[1], gained = value, True
                copy(b.trial, b.best)
        elif swap:
            b.trial[one], b.trial[other] = b.trial[other], b.trial[one]
        else:
            shift(b.trial, other, one)
    return gained
