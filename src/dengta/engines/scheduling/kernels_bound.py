"""The preemptive one-machine bound: Jackson's schedule with heads and tails (Carlier 1982), one machine at a time."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, Ints


@njit(**COMPILED)
def jackson(rows: Ints, head: Ints, time: Ints, tail: Ints, heap: Ints, left: Ints) -> int:
    """Least makespan of the operations `rows`, in order of `head`, on one machine that may interrupt them.

    head: earliest start, tail: work behind the end, of all operations. heap, left: scratch, as long as `rows`.
    """
    n, size, at, bound, k = rows.shape[0], 0, 0, 0, 0
    while k < n or size > 0:
        if size == 0:
            at = max(at, head[rows[k]])
        while k < n and head[rows[k]] <= at:
            left[k] = time[rows[k]]
            child = size
            size += 1
            while child > 0 and tail[rows[heap[(child - 1) >> 1]]] < tail[rows[k]]:
                heap[child] = heap[(child - 1) >> 1]
                child = (child - 1) >> 1
            heap[child] = k
            k += 1
        top = heap[0]
        until = at + left[top]
        if k < n and head[rows[k]] < until:
            left[top] -= head[rows[k]] - at
            at = head[rows[k]]
            continue
        at = until
        bound = max(bound, at + tail[rows[top]])
        size -= 1
        last, hole = heap[size], 0
        while 2 * hole + 1 < size:
            child = 2 * hole + 1
            if child + 1 < size and tail[rows[heap[child + 1]]] > tail[rows[heap[child]]]:
                child += 1
            if tail[rows[heap[child]]] <= tail[rows[last]]:
                break
            heap[hole] = heap[child]
            hole = child
        heap[hole] = last
    return bound
