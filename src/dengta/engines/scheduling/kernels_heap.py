"""A binary heap of machines by key; ties go to the lower number, so that the same input gives the same plan."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, Ints


@njit(**COMPILED)
def before(key: Ints, a: int, b: int) -> bool:
    """Whether machine a goes before b."""
    return bool(key[a] < key[b] or (key[a] == key[b] and a < b))


@njit(**COMPILED)
def up(heap: Ints, place: Ints, key: Ints, i: int) -> None:
    """Machine `i`'s key became less."""
    at = place[i]
    while at > 0:
        parent = heap[(at - 1) >> 1]
        if not before(key, i, parent):
            break
        heap[at] = parent
        place[parent] = at
        at = (at - 1) >> 1
    heap[at] = i
    place[i] = at


@njit(**COMPILED)
def down(heap: Ints, place: Ints, key: Ints, i: int) -> None:
    """Machine `i`'s key became greater."""
    n, at = heap.shape[0], place[i]
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and before(key, heap[child + 1], heap[child]):
            child += 1
        if not before(key, heap[child], i):
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = i
    place[i] = at


@njit(**COMPILED)
def rekey(heap: Ints, place: Ints, key: Ints, i: int, value: int) -> None:
    """Give machine `i` the key `value`."""
    old = key[i]
    key[i] = value
    if value < old:
        up(heap, place, key, i)
    elif value > old:
        down(heap, place, key, i)
