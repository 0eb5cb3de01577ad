"""An activity list: every operation with its way and people, and in whose turn it comes at its machine, people, stock.

After the list representation of resource-constrained scheduling (Kolisch and Hartmann 1999). An operation's `label`
says when it comes; whoever shares a machine, a person or a material with it is linked to it in the sequence of labels,
so that a change reaches only those it concerns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, Columns, Ints

FIELDS = (
    "label", "way", "machine", "before", "after", "setup", "setup_start", "setup_end", "start", "end", "free", "state",
    "ready", "leader", "room", "soonest", "latest", "work", "broken", "fixed", "queued", "entry", "overfull",
)  # fmt: skip
NODE = np.dtype([(name, np.int64) for name in FIELDS])
"""One operation. machine -1: not planned. before, after: its neighbours there. free, state: of the machine once it is
done. leader: first member of its batch; room, soonest, latest, work: what that batch still takes, when its first and
last member were ready, its ticks of work. broken: wishes it breaks. fixed 1: has begun.
entry: the last of those before it in the list, with which it takes its place before its machine, -1 none; overfull:
places that are missing behind it."""
LABEL_STEP = 1 << 24
VISITS, LOGGED, UNTILS, WAITING, ORDERS = range(5)  # places in `List.tally`


class List(NamedTuple):
    """The search's state. Slots are rows of people, uses rows of material, as in `Columns`; -1 ends every chain."""

    node: NDArray  # (n,) of NODE
    first: Ints  # (m,)
    last: Ints
    who: Ints  # (slots,)
    until: Ints  # (slots,) when that person is free again
    slot_before: Ints
    slot_after: Ints
    slot_operation: Ints
    who_first: Ints  # (resources,) slots
    who_last: Ints
    total: Ints  # (uses,) all that is taken up to and with this use
    use_before: Ints
    use_after: Ints
    use_operation: Ints
    take_first: Ints  # (materials,) uses
    take_last: Ints
    make_first: Ints
    make_last: Ints
    heap: Ints  # (n,) operations to look at again, by label
    log_node: NDArray  # (n,) as they were before the move
    log_operation: Ints
    log_until: Ints
    log_order: Ints  # (N,)
    log_done: Ints
    end_ptr: Ints  # (N + 1,) operations that nothing of their order follows
    ends: Ints
    done: Ints  # (N,)
    terms: Ints  # (TERMS,) of the present plan
    tally: Ints
    calendars: Ints
    fit: Ints
    limited: Ints  # (1,) 1 where any machine has limited places before it


@njit(**COMPILED)
def sooner(b: List, i: int, j: int) -> bool:
    """Whether i comes before j in the list."""
    one, other = b.node[i].label, b.node[j].label
    return bool(one < other or (one == other and i < j))


@njit(**COMPILED)
def mark(b: List, i: int) -> None:
    """Note that i must be looked at again, if it is planned and has not begun. `gather` before the first `pop`."""
    if i >= 0 and not b.node[i].queued and not b.node[i].fixed and b.node[i].machine >= 0:
        b.node[i].queued = 1
        b.heap[b.tally[WAITING]] = i
        b.tally[WAITING] += 1


@njit(**COMPILED)
def push(b: List, i: int) -> None:
    """The same while others are looked at."""
    n = b.tally[WAITING]
    mark(b, i)
    if b.tally[WAITING] == n:
        return
    at = n
    while at > 0:
        parent = (at - 1) >> 1
        if not sooner(b, i, b.heap[parent]):
            break
        b.heap[at] = b.heap[parent]
        at = parent
    b.heap[at] = i


@njit(**COMPILED)
def sink(b: List, at: int, i: int) -> None:
    """Put i into the heap at place `at` or below."""
    n = b.tally[WAITING]
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and sooner(b, b.heap[child + 1], b.heap[child]):
            child += 1
        if not sooner(b, b.heap[child], i):
            break
        b.heap[at] = b.heap[child]
        at = child
    b.heap[at] = i


@njit(**COMPILED)
def gather(b: List) -> None:
    """Those that were marked, in the sequence of labels."""
    for at in range(b.tally[WAITING] // 2 - 1, -1, -1):
        sink(b, at, b.heap[at])


@njit(**COMPILED)
def pop(b: List) -> int:
    """The first of those to look at again."""
    found = b.heap[0]
    b.node[found].queued = 0
    b.tally[WAITING] -= 1
    if b.tally[WAITING]:
        sink(b, 0, b.heap[b.tally[WAITING]])
    return int(found)


@njit(**COMPILED)
def forget(b: List) -> None:
    """Look at nobody again."""
    for k in range(b.tally[WAITING]):
        b.node[b.heap[k]].queued = 0
    b.tally[WAITING] = 0


@njit(**COMPILED)
def link_machine(b: List, i: int, m: int) -> None:
    """Into the sequence of machine m, by label."""
    after, before = -1, b.last[m]
    while before >= 0 and sooner(b, i, before):
        after, before = before, b.node[before].before
    b.node[i].machine, b.node[i].before, b.node[i].after = m, before, after
    if before >= 0:
        b.node[before].after = i
    else:
        b.first[m] = i
    if after >= 0:
        b.node[after].before = i
    else:
        b.last[m] = i


@njit(**COMPILED)
def unlink_machine(b: List, i: int) -> None:
    """Out of its machine's sequence."""
    before, after, m = b.node[i].before, b.node[i].after, b.node[i].machine
    if before >= 0:
        b.node[before].after = after
    else:
        b.first[m] = after
    if after >= 0:
        b.node[after].before = before
    else:
        b.last[m] = before


@njit(**COMPILED)
def link(b: List, x: int, owner: Ints, before: Ints, after: Ints, first: Ints, last: Ints, k: int) -> None:
    """Slot or use x into chain k, by its owner's label."""
    left, right = last[k], -1
    while left >= 0 and sooner(b, owner[x], owner[left]):
        left, right = before[left], left
    before[x], after[x] = left, right
    if left >= 0:
        after[left] = x
    else:
        first[k] = x
    if right >= 0:
        before[right] = x
    else:
        last[k] = x


@njit(**COMPILED)
def unlink(x: int, before: Ints, after: Ints, first: Ints, last: Ints, k: int) -> None:
    """Slot or use x out of chain k."""
    left, right = before[x], after[x]
    if left >= 0:
        after[left] = right
    else:
        first[k] = right
    if right >= 0:
        before[right] = left
    else:
        last[k] = left


@njit(**COMPILED)
def counted(a: Columns, b: List, use: int) -> bool:
    """Whether the stock that is stated does not know of this use yet."""
    i = b.use_operation[use]
    return bool(a.begun[i] < 0 or (a.use_quantity[use] < 0 and a.remaining[i] > 0))


@njit(**COMPILED)
def find_entry(a: Columns, b: List, j: int) -> None:
    """The last in the list of those before j."""
    last = -1
    for e in range(a.pred_ptr[j], a.pred_ptr[j + 1]):
        if last < 0 or sooner(b, last, a.pred[e]):
            last = a.pred[e]
    b.node[j].entry = last


@njit(**COMPILED)
def mark_entries(a: Columns, b: List, m: int, low: int, high: int) -> None:
    """Whoever lets something go to the places before machine m, where labels in low..high have changed."""
    if a.buffer[m] < 0:
        return
    x, steps = b.last[m], 0
    while x >= 0 and b.node[x].label > high:
        x = b.node[x].before
    x = b.node[x].after if x >= 0 else b.first[m]
    while x >= 0 and steps <= a.buffer[m]:
        high, steps, x = b.node[x].label, steps + (b.node[x].entry >= 0), b.node[x].after
    x = b.last[m]
    while x >= 0:
        entry = b.node[x].entry
        if entry >= 0 and low <= b.node[entry].label <= high:
            mark(b, entry)
        x = b.node[x].before


@njit(**COMPILED)
def enter(a: Columns, b: List, i: int) -> None:
    """Operation i, whose way and label are set, into every sequence."""
    link_machine(b, i, a.way_machine[b.node[i].way])
    find_entry(a, b, i)
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        if b.who[slot] >= 0:
            link(b, slot, b.slot_operation, b.slot_before, b.slot_after, b.who_first, b.who_last, b.who[slot])
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        k, quantity = a.use_material[use], a.use_quantity[use]
        if not counted(a, b, use):
            continue
        if quantity < 0:
            link(b, use, b.use_operation, b.use_before, b.use_after, b.make_first, b.make_last, k)
            continue
        link(b, use, b.use_operation, b.use_before, b.use_after, b.take_first, b.take_last, k)
        left, x = b.use_before[use], b.use_after[use]
        b.total[use] = quantity + (b.total[left] if left >= 0 else 0)
        while x >= 0:
            b.total[x] += quantity
            x = b.use_after[x]


@njit(**COMPILED)
def move(a: Columns, b: List, i: int, way: int, label: int) -> None:
    """Operation i to another way and label; whom that concerns is marked."""
    mark(b, b.node[i].after)
    old, was = b.node[i].label, b.node[i].machine
    low, high = min(old, label), max(old, label)
    unlink_machine(b, i)
    b.node[i].label, b.node[i].way = label, way
    link_machine(b, i, a.way_machine[way])
    mark(b, b.node[i].after)
    mark(b, i)
    if b.limited[0] == 1:
        entry = b.node[i].entry
        mark(b, entry)
        since = min(low, b.node[entry].label) if entry >= 0 and was != a.way_machine[way] else low
        mark_entries(a, b, was, since, high)
        mark_entries(a, b, a.way_machine[way], since, high)
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            if b.node[j].machine >= 0 and a.buffer[b.node[j].machine] >= 0:
                mark(b, b.node[j].entry)
                find_entry(a, b, j)
                mark(b, b.node[j].entry)
                mark_entries(a, b, b.node[j].machine, low, high)
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        let_go(b, slot)  # all before any: one person may have two of them
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        take_up(b, slot)
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        k = a.use_material[use]
        if a.use_quantity[use] < 0:
            unlink(use, b.use_before, b.use_after, b.make_first, b.make_last, k)
            link(b, use, b.use_operation, b.use_before, b.use_after, b.make_first, b.make_last, k)
            x = b.take_last[k]
            while x >= 0 and b.node[b.use_operation[x]].label >= min(old, label):
                mark(b, b.use_operation[x])
                x = b.use_before[x]
        else:
            pass_by(b, use, k, a)


@njit(**COMPILED)
def hand_over(b: List, slot: int, who: int) -> None:
    """Slot to `who`; whom that concerns is marked."""
    let_go(b, slot)
    b.who[slot] = who
    take_up(b, slot)
    mark(b, b.slot_operation[slot])


@njit(**COMPILED)
def let_go(b: List, slot: int) -> None:
    """Slot out of its person's sequence; who comes after it is marked."""
    if b.slot_after[slot] >= 0:
        mark(b, b.slot_operation[b.slot_after[slot]])
    unlink(slot, b.slot_before, b.slot_after, b.who_first, b.who_last, b.who[slot])


@njit(**COMPILED)
def take_up(b: List, slot: int) -> None:
    """Slot into its person's sequence; who comes after it is marked."""
    link(b, slot, b.slot_operation, b.slot_before, b.slot_after, b.who_first, b.who_last, b.who[slot])
    if b.slot_after[slot] >= 0:
        mark(b, b.slot_operation[b.slot_after[slot]])


@njit(**COMPILED)
def pass_by(b: List, use: int, k: int, a: Columns) -> None:
    """Use of material k, whose operation has another label, to its place; totals of those it passes change."""
    i, quantity = b.use_operation[use], a.use_quantity[use]
    left, right = b.use_before[use], b.use_after[use]
    unlink(use, b.use_before, b.use_after, b.take_first, b.take_last, k)
    while right >= 0 and sooner(b, b.use_operation[right], i):
        b.total[right] -= quantity
        mark(b, b.use_operation[right])
        left, right = right, b.use_after[right]
    while left >= 0 and sooner(b, i, b.use_operation[left]):
        b.total[left] += quantity
        mark(b, b.use_operation[left])
        left, right = b.use_before[left], left
    b.use_before[use], b.use_after[use] = left, right
    if left >= 0:
        b.use_after[left] = use
    else:
        b.take_first[k] = use
    if right >= 0:
        b.use_before[right] = use
    else:
        b.take_last[k] = use
    b.total[use] = quantity + (b.total[left] if left >= 0 else 0)
