"""Iterated greedy on a line: take some jobs out, put each back where it does best, improve, accept or go back.

After Ruiz and Stuetzle (2007); improvement of the sequence without the jobs after Dubois-Lacoste et al. (2017).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_flow import (
    ENDLESS,
    MAKESPAN,
    Bench,
    Line,
    cheapest_place,
    measure_line,
    shortest_place,
    tails,
)
from dengta.engines.scheduling.kernels_layout import COMPILED, Ints, Reals

_SCALE = 1 << 30


@njit(**COMPILED)
def copy(one: Ints, other: Ints) -> None:
    """Let `other` be as `one` is."""
    for k in range(one.shape[0]):
        other[k] = one[k]


@njit(**COMPILED)
def take(sequence: Ints, n: int, place: int) -> int:
    """Remove what stands at `place` among the first n."""
    job = sequence[place]
    for k in range(place, n - 1):
        sequence[k] = sequence[k + 1]
    return int(job)


@njit(**COMPILED)
def give(sequence: Ints, n: int, place: int, job: int) -> None:
    """Insert `job` at `place` into the first n."""
    for k in range(n, place, -1):
        sequence[k] = sequence[k - 1]
    sequence[place] = job


@njit(**COMPILED)
def shuffle(order: Ints, n: int, chance: NDArray[np.uint64]) -> None:
    """The first n in any order."""
    for k in range(n - 1, 0, -1):
        other = draw(chance, k + 1)
        order[k], order[other] = order[other], order[k]


@njit(**COMPILED)
def put_back(
    line: Line, prices: Reals, b: Bench, n: int, job: int, only_length: bool, below: float, chance: NDArray[np.uint64]
) -> tuple[int, float]:
    """The best place of `job` in the first n of `b.trial` -> (place, value); place -1: none with a value below."""
    measure_line(line, prices, b, n)
    if only_length:
        tails(line, b, n)
        place, length = shortest_place(line, b, n, job, chance)
        return place, float(prices[MAKESPAN] * length)
    place, value = cheapest_place(line, prices, b, n, job, below)
    return place, value


@njit(**COMPILED)
def build(line: Line, prices: Reals, b: Bench, only_length: bool, chance: NDArray[np.uint64]) -> None:
    """NEH: the jobs in the sequence of `b.order`, each where it does best, into `here` and `best`."""
    n, value = b.order.shape[0], 0.0
    for k in range(n):
        place, value = put_back(line, prices, b, k, b.order[k], only_length, ENDLESS, chance)
        give(b.trial, k, place, b.order[k])
    copy(b.trial, b.here)
    copy(b.trial, b.best)
    b.value[0] = b.value[1] = value


@njit(**COMPILED)
def polish(
    line: Line, prices: Reals, b: Bench, n: int, value: float, most: int, only_length: bool, chance: NDArray[np.uint64]
) -> float:
    """Jobs of the first n in any order, each to its best place, until a round gains nothing or `most` were tried."""
    for k in range(n):
        b.order[k] = b.trial[k]
    shuffle(b.order, n, chance)
    tried, idle = 0, 0
    while idle < n and tried < most:
        job = b.order[tried % n]
        at = 0
        while b.trial[at] != job:
            at += 1
        take(b.trial, n, at)
        place, found = put_back(line, prices, b, n - 1, job, only_length, value, chance)
        if place >= 0 and found <= value:
            give(b.trial, n - 1, place, job)
            idle = 0 if found < value else idle + 1
            value = found
        else:
            give(b.trial, n - 1, at, job)
            idle += 1
        tried += 1
    return value


@njit(**COMPILED)
def greedy(
    line: Line,
    prices: Reals,
    b: Bench,
    only_length: bool,
    out: int,
    warmth: float,
    most: int,
    steps: int,
    chance: NDArray[np.uint64],
) -> bool:
    """`steps` times: `out` jobs out and back, accepted also worse by chance at `warmth` -> whether `best` is new."""
    n, gained = b.here.shape[0], False
    for _ in range(steps):
        copy(b.here, b.trial)
        for k in range(out):
            b.removed[k] = take(b.trial, n - k, draw(chance, n - k))
        value = 0.0
        if only_length and n > out:
            value = measure_line(line, prices, b, n - out)
            polish(line, prices, b, n - out, value, most, only_length, chance)
        for k in range(out):
            size = n - out + k
            place, value = put_back(line, prices, b, size, b.removed[k], only_length, ENDLESS, chance)
            give(b.trial, size, place, b.removed[k])
        value = polish(line, prices, b, n, value, most, only_length, chance)
        worse = value - b.value[0]
        if worse <= 0.0 or draw(chance, _SCALE) < _SCALE * math.exp(-worse / warmth):
            copy(b.trial, b.here)
            b.value[0] = value
            if value < b.value[1]:
                copy(b.trial, b.best)
                b.value[1] = value
                gained = True
    return gained
