"""Flow shops in one sequence: what a sequence is worth, and iterated greedy over sequences (Ruiz and Stutzle 2007)."""

from __future__ import annotations

import math

from numba import njit
from numpy.typing import NDArray

from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Ints


@njit(**COMPILED)
def ends(a: Columns, time: Ints, sequence: Ints, n: int, since: int, end: Ints) -> None:
    """end[k, m]: when the k-th order of `sequence` leaves stage m, for k from `since` to n; row 0 stands before all.

    time (orders, stages). Row k + 1 is the k-th order's.
    """
    stages = time.shape[1]
    for k in range(since, n):
        o = sequence[k]
        ready = max(a.release[o], a.now[0])
        for m in range(stages):
            free = end[k, m]
            matrix = a.machine_setups[m]
            if matrix >= 0:
                before = a.machine_state[m] if k == 0 else a.state[sequence[k - 1] * stages + m]
                after = a.state[o * stages + m]
                if before >= 0 and after >= 0:
                    free += a.setup[matrix, before, after]
            ready = max(ready, free) + time[o, m]
            end[k + 1, m] = ready


@njit(**COMPILED)
def worth(a: Columns, prices: Ints, sequence: Ints, n: int, end: Ints) -> int:
    """The price of the first n orders. prices: of tardiness, late, makespan, flow."""
    last, total = end.shape[1] - 1, prices[2] * end[n, end.shape[1] - 1]
    for k in range(n):
        o = sequence[k]
        done = end[k + 1, last]
        total += prices[3] * (done - a.release[o])
        if done > a.due[o]:
            total += a.weight[o] * (prices[0] * (done - a.due[o]) + prices[1])
    return int(total)


@njit(**COMPILED)
def insert_best(
    a: Columns, time: Ints, prices: Ints, sequence: Ints, n: int, order: int, end: Ints, chance: NDArray
) -> int:
    """Put `order` where it costs least among the first n of `sequence`, ties by lot; -> what the n + 1 then cost."""
    best, place, ties = NEVER, n, 0
    sequence[n] = order
    for k in range(n, -1, -1):
        ends(a, time, sequence, n + 1, k, end)
        value = worth(a, prices, sequence, n + 1, end)
        if value <= best:
            ties = ties + 1 if value == best else 1
            if draw(chance, ties) == 0:
                best, place = value, k
        if k > 0:
            sequence[k], sequence[k - 1] = sequence[k - 1], sequence[k]
    for k in range(place):
        sequence[k], sequence[k + 1] = sequence[k + 1], sequence[k]
    ends(a, time, sequence, n + 1, 0, end)
    return best


@njit(**COMPILED)
def copy(one: Ints, other: Ints) -> None:
    """Let `other` be as `one` is."""
    for k in range(one.shape[0]):
        other[k] = one[k]


@njit(**COMPILED)
def take(sequence: Ints, n: int, place: int) -> int:
    """Take the order at `place` out of the first n."""
    order = sequence[place]
    for k in range(place, n - 1):
        sequence[k] = sequence[k + 1]
    return int(order)


@njit(**COMPILED)
def greedy(a: Columns, time: Ints, prices: Ints, sequence: Ints, end: Ints, chance: NDArray) -> int:
    """Build the sequence anew, its orders in their present order each where it costs least (NEH); -> its price."""
    value = 0
    for n in range(sequence.shape[0]):
        value = insert_best(a, time, prices, sequence, n, sequence[n], end, chance)
    return value


@njit(**COMPILED)
def iterated_greedy(
    a: Columns, time: Ints, prices: Ints, sequence: Ints, value: int, best: Ints, best_value: int, kept: Ints,
    removed: Ints, heat: float, rounds: int, end: Ints, chance: NDArray,
) -> tuple[int, int]:  # fmt: skip
    """Take out as many orders as `removed` holds, put each back where it costs least, improve; `rounds` times.

    kept: scratch. -> (price of `sequence`, price of the best, in `best`). Worse ones are taken at that heat.
    """
    n, here = sequence.shape[0], value
    for _ in range(rounds):
        copy(sequence, kept)
        for k in range(removed.shape[0]):
            removed[k] = take(sequence, n - k, draw(chance, n - k))
        for k in range(removed.shape[0]):
            size = n - removed.shape[0] + k
            ends(a, time, sequence, size, 0, end)
            value = insert_best(a, time, prices, sequence, size, removed[k], end, chance)
        for _ in range(3):
            order = take(sequence, n, draw(chance, n))
            ends(a, time, sequence, n - 1, 0, end)
            value = insert_best(a, time, prices, sequence, n - 1, order, end, chance)
        if value <= here or draw(chance, 1 << 30) < math.exp((here - value) / heat) * (1 << 30):
            here = value
            if value < best_value:
                best_value = value
                copy(sequence, best)
        else:
            copy(kept, sequence)
    return here, best_value
