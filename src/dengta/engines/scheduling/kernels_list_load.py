"""An activity list from nothing: labels spread, every sequence linked, every operation placed in turn."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Ints, Sheet
from dengta.engines.scheduling.kernels_list import LABEL_STEP, List, enter, forget
from dengta.engines.scheduling.kernels_list_moves import last_end
from dengta.engines.scheduling.kernels_measure import BROKEN, MAKESPAN, SETUPS, TERMS
from dengta.engines.scheduling.kernels_serial import (
    close,
    free_since,
    last_of,
    place,
    release_people,
    value_order,
    wishes_broken,
)


@njit(**COMPILED)
def clear(b: List) -> None:
    """Nothing planned."""
    for i in range(b.node.shape[0]):
        b.node[i].machine = b.node[i].before = b.node[i].after = -1
        b.node[i].queued = 0
    for m in range(b.first.shape[0]):
        b.first[m] = b.last[m] = -1
    for slot in range(b.until.shape[0]):
        b.until[slot] = 0
        b.slot_before[slot] = b.slot_after[slot] = -1
    for who in range(b.who_first.shape[0]):
        b.who_first[who] = b.who_last[who] = -1
    for use in range(b.total.shape[0]):
        b.use_before[use] = b.use_after[use] = -1
    for k in range(b.take_first.shape[0]):
        b.take_first[k] = b.take_last[k] = b.make_first[k] = b.make_last[k] = -1
    forget(b)
    close(b)


@njit(**COMPILED)
def as_it_was(a: Columns, b: List, begun: Sheet, i: int) -> None:
    """Work that has begun stays as the plan says."""
    p = b.node[i].before
    b.node[i].setup = b.node[i].broken = b.node[i].overfull = 0
    b.node[i].setup_start = b.node[i].setup_end = b.node[i].start = begun.start[i]
    b.node[i].end, b.node[i].leader, b.node[i].ready = begun.end[i], -1, begun.start[i]
    b.node[i].free = max(begun.end[i], b.node[p].free if p >= 0 else 0)
    before = b.node[p].state if p >= 0 else a.machine_state[b.node[i].machine]
    b.node[i].state = a.state[i] if a.state[i] >= 0 else before
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        if b.who[slot] >= 0:
            b.until[slot] = max(free_since(b, slot), begun.end[i])


@njit(**COMPILED)
def load(a: Columns, b: List, begun: Sheet, sequence: Ints, way: Ints) -> bool:
    """Operations in `sequence` (planned,), each on way[i], with the people of `b.who`; False where one has no place."""
    clear(b)
    for k in range(sequence.shape[0]):
        i = sequence[k]
        b.node[i].label, b.node[i].way = (k + 1) * LABEL_STEP, way[i]
        if b.node[i].fixed:
            b.node[i].label -= NEVER  # nothing goes before it
        enter(a, b, i)
    for k in range(sequence.shape[0]):
        i = sequence[k]
        if b.node[i].fixed:
            as_it_was(a, b, begun, i)
            continue
        if not place(a, b, i):
            return False
        b.node[i].broken = wishes_broken(a, b, i)
        release_people(a, b, i, b.node[i].leader < 0 or b.node[i].leader == i)
        forget(b)
    price_all(a, b)
    return True


@njit(**COMPILED)
def price_all(a: Columns, b: List) -> None:
    """Every term of the present plan."""
    for k in range(TERMS):
        b.terms[k] = 0
    for o in range(b.done.shape[0]):
        b.done[o] = 0
    for i in range(b.node.shape[0]):
        if b.node[i].machine < 0:
            b.done[a.order[i]] = -1
        else:
            b.terms[SETUPS] += b.node[i].setup
            b.terms[BROKEN] += b.node[i].broken
    for o in range(b.done.shape[0]):
        if b.done[o] >= 0:
            b.done[o] = b.node[last_of(b, o)].end
            value_order(a, b, o, 1)
    b.terms[MAKESPAN] = last_end(b)
