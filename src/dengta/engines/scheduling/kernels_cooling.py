"""Annealing of the sequence that every machine of a line keeps, for goals that are sums over the jobs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_flow import MAKESPAN, Bench, Line, advance, cost
from dengta.engines.scheduling.kernels_greedy import copy
from dengta.engines.scheduling.kernels_hybrid import shift
from dengta.engines.scheduling.kernels_layout import COMPILED, Reals

_SCALE = 1 << 30


@njit(**COMPILED)
def value_since(line: Line, prices: Reals, b: Bench, since: int, limit: float) -> float:
    """Heads and costs of `b.trial` from place `since` on -> its value, or one above `limit` as soon as that is sure."""
    n, m = b.trial.shape[0], line.time.shape[1]
    for k in range(since, n):
        job = b.trial[k]
        before = b.trial[k - 1] if k else -1
        advance(line, before, job, b.head[k], b.head[k + 1])
        b.paid[k + 1] = b.paid[k] + cost(line, prices, before, job, b.head[k + 1, m - 1])
        b.visits[0] += m
        if b.paid[k + 1] > limit:
            return float(b.paid[k + 1])
    return float(b.paid[n] + prices[MAKESPAN] * b.head[n, m - 1])


@njit(**COMPILED)
def near(n: int, place: int, chance: NDArray[np.uint64]) -> int:
    """Another place, mostly close by: a sum over the jobs changes little there, so that more is accepted."""
    step = 1 + draw(chance, 1 + draw(chance, 1 + n // 5))
    other = place + step if draw(chance, 2) == 0 else place - step
    return other if 0 <= other < n else place


@njit(**COMPILED)
def cool(line: Line, prices: Reals, b: Bench, heat: float, tries: int, chance: NDArray[np.uint64]) -> bool:
    """So many jobs of `b.trial` moved or exchanged, worse taken by chance at `heat` -> whether `best` is new."""
    n, gained, right = b.trial.shape[0], False, 0  # heads are right up to place `right`
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
        value = value_since(line, prices, b, min(since, right), limit)
        if value <= limit:
            b.value[0], right = value, n
            if value < b.value[1]:
                b.value[1], gained = value, True
                copy(b.trial, b.best)
        else:
            right = since
            if swap:
                b.trial[one], b.trial[other] = b.trial[other], b.trial[one]
            else:
                shift(b.trial, other, one)
    return gained
