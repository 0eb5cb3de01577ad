"""The decoder for shops of nothing but precedence, alternatives and releases, where a rule's index is a constant.

It makes the plan of `kernels_decode.decode`, but does not look at all that wait for a machine at each turn: what could
start there by the time it is free lies in a heap by index, what comes later in another one by when it is there. Both
share the machine's part of `Desk.queue`, the one from its left, the other from its right.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_heap import rekey
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk, Ints, Reals, Sheet


@njit(**COMPILED)
def push_ranked(queue: Ints, base: int, count: int, priority: Reals, way: int) -> None:
    """Add a way to a heap of `count` from queue[base] on: the highest index first, ties to the lower way."""
    at, index = count, priority[way]
    while at > 0:
        parent = queue[base + ((at - 1) >> 1)]
        if priority[parent] > index or (priority[parent] == index and parent < way):
            break
        queue[base + at] = parent
        at = (at - 1) >> 1
    queue[base + at] = way


@njit(**COMPILED)
def drop_ranked(queue: Ints, base: int, count: int, priority: Reals) -> None:
    """Take the first away from a heap of `count`."""
    count -= 1
    way, at = queue[base + count], 0
    index = priority[way]
    while 2 * at + 1 < count:
        child = 2 * at + 1
        one = queue[base + child]
        if child + 1 < count:
            other = queue[base + child + 1]
            if priority[other] > priority[one] or (priority[other] == priority[one] and other < one):
                child, one = child + 1, other
        if index > priority[one] or (index == priority[one] and way < one):
            break
        queue[base + at] = one
        at = child
    queue[base + at] = way


@njit(**COMPILED)
def push_later(queue: Ints, found: Ints, last: int, count: int, way: int, ready: int) -> None:
    """Add a way, there at `ready`, to a heap of `count` from queue[last] downwards: the soonest first."""
    at = count
    while at > 0:
        parent = (at - 1) >> 1
        if found[last - parent] <= ready:
            break
        queue[last - at], found[last - at] = queue[last - parent], found[last - parent]
        at = parent
    queue[last - at], found[last - at] = way, ready


@njit(**COMPILED)
def drop_later(queue: Ints, found: Ints, last: int, count: int) -> None:
    """Take the first away from a heap of `count`."""
    count -= 1
    way, ready, at = queue[last - count], found[last - count], 0
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and found[last - child - 1] < found[last - child]:
            child += 1
        if ready <= found[last - child]:
            break
        queue[last - at], found[last - at] = queue[last - child], found[last - child]
        at = child
    queue[last - at], found[last - at] = way, ready


@njit(**COMPILED)
def line_up(a: Columns, d: Desk, later: Ints, open_way: Reals, priority: Reals, i: int) -> None:
    """Operation i may start: let it wait at each machine it may run on."""
    for way in range(a.way_ptr[i], a.way_ptr[i + 1]):
        if open_way[way] == 0.0:
            continue
        m, ready = a.way_machine[way], d.ready[i]
        if ready <= d.free[m]:
            push_ranked(d.queue, d.queue_ptr[m], d.waits[m], priority, way)
            d.waits[m] += 1
        else:
            push_later(d.queue, d.found_start, d.queue_ptr[m + 1] - 1, later[m], way, ready)
            later[m] += 1
        if max(ready, d.free[m]) < d.key[m]:
            rekey(d.heap, d.place, d.key, m, max(ready, d.free[m]))


@njit(**COMPILED)
def first_start(a: Columns, d: Desk, s: Sheet, later: Ints, priority: Reals, m: int) -> int:
    """The earliest start on machine m of what waits there. What has been planned elsewhere is dropped from the tops."""
    base, last = d.queue_ptr[m], d.queue_ptr[m + 1] - 1
    while later[m] > 0:
        planned = s.machine[a.way_operation[d.queue[last]]] >= 0
        if not planned and d.found_start[last] > d.free[m]:
            break
        way = d.queue[last]
        drop_later(d.queue, d.found_start, last, later[m])
        later[m] -= 1
        if not planned:
            push_ranked(d.queue, base, d.waits[m], priority, way)
            d.waits[m] += 1
    while d.waits[m] > 0:
        if s.machine[a.way_operation[d.queue[base]]] < 0:
            return int(d.free[m])
        drop_ranked(d.queue, base, d.waits[m], priority)
        d.waits[m] -= 1
    return int(d.found_start[last]) if later[m] > 0 else NEVER


@njit(**COMPILED)
def take(a: Columns, d: Desk, s: Sheet, later: Ints, priority: Reals, m: int, start: int) -> int:
    """The way of highest index among those that could start at `start`, the earliest start on machine m."""
    base, last = d.queue_ptr[m], d.queue_ptr[m + 1] - 1
    if start > d.free[m]:  # nobody comes sooner any more
        while later[m] > 0 and d.found_start[last] <= start:
            way = d.queue[last]
            drop_later(d.queue, d.found_start, last, later[m])
            later[m] -= 1
            if s.machine[a.way_operation[way]] < 0:
                push_ranked(d.queue, base, d.waits[m], priority, way)
                d.waits[m] += 1
    return int(d.queue[base])


@njit(**COMPILED)
def put_back(a: Columns, d: Desk, s: Sheet, later: Ints, m: int) -> None:
    """Machine m stays idle until something is there after all: what `take` let through comes later again."""
    while d.waits[m] > 0:
        d.waits[m] -= 1
        way = d.queue[d.queue_ptr[m] + d.waits[m]]
        i = a.way_operation[way]
        if s.machine[i] < 0:
            push_later(d.queue, d.found_start, d.queue_ptr[m + 1] - 1, later[m], way, d.ready[i])
            later[m] += 1


@njit(**COMPILED)
def soonest(a: Columns, d: Desk, open_way: Reals, way: int) -> int:
    """The way on which the operation of `way` would end first."""
    i = a.way_operation[way]
    best, best_end = way, NEVER
    for other in range(a.way_ptr[i], a.way_ptr[i + 1]):
        if open_way[other] > 0.0:
            end = max(d.ready[i], d.free[a.way_machine[other]]) + a.way_time[other]
            if end < best_end or (end == best_end and other == way):
                best, best_end = other, end
    return best


@njit(**COMPILED)
def decode_ranked(
    a: Columns, d: Desk, s: Sheet, later: Ints, open_way: Reals, priority: Reals, free_choice: bool
) -> None:
    """Fill the empty sheet `s`, as `decode` does. later (m,): zero.

    priority (w,): higher first; open_way (w,): 0 for ways not to take; free_choice: a chosen operation takes its
    earliest end.
    """
    for m in range(d.free.shape[0]):
        d.free[m] = a.now[0]
    for i in range(a.order.shape[0]):
        if a.pred_ptr[i + 1] == a.pred_ptr[i]:
            line_up(a, d, later, open_way, priority, i)
    while d.key[d.heap[0]] < NEVER:
        m = d.heap[0]
        start = first_start(a, d, s, later, priority, m)
        rekey(d.heap, d.place, d.key, m, start)
        if start == NEVER or d.heap[0] != m:
            continue
        way = take(a, d, s, later, priority, m, start)
        if free_choice:
            way = soonest(a, d, open_way, way)
        i, there = a.way_operation[way], a.way_machine[way]
        begin = max(d.ready[i], d.free[there])
        end = begin + a.way_time[way]
        s.machine[i], s.start[i], s.end[i] = there, begin, end
        s.setup_start[i] = s.setup_end[i] = begin
        d.free[there] = end
        if there == m:
            drop_ranked(d.queue, d.queue_ptr[m], d.waits[m], priority)
            d.waits[m] -= 1
            rekey(d.heap, d.place, d.key, m, end)
        elif start > d.free[m]:
            put_back(a, d, s, later, m)
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            d.ready[j] = max(d.ready[j], end + a.lag[a.succ_arc[e]])
            d.missing[j] -= 1
            if d.missing[j] == 0:
                line_up(a, d, later, open_way, priority, j)
