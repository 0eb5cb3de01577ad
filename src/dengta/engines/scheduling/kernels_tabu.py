"""Tabu search for the makespan of a plain shop.

Neighbours: in each block of a critical path, an operation goes behind the last or before the first, the first or last
goes inside (N7: Zhang et al. 2007), or an operation goes to another machine. What a move undid is forbidden for a
while: the order of two operations on a machine, or an operation's way.
"""

from __future__ import annotations

from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_estimate import between, later, may_go_before, may_go_behind, sooner
from dengta.engines.scheduling.kernels_graph import Graph, Net, changeover, makespan, move
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, NEVER, Ints

VALUE, OPERATION, WAY, BEFORE, TIES, ANY_OPERATION, ANY_WAY, ANY_BEFORE, COUNT, PLACES = range(10)
"""Places in `pick`: the best allowed move, and one of all moves by lot for when none is allowed."""


@njit(**INLINED)
def key(taboo: Ints, i: int, j: int) -> int:
    """Where it is kept until when i may not go before j again."""
    return int(((i * 73856093) ^ (j * 19349663)) & (taboo.shape[0] - 1))


@njit(**INLINED)
def consider(pick: Ints, chance: NDArray, value: int, allowed: bool, i: int, way: int, before: int) -> None:
    """Keep a move if it is the best so far; ties by lot."""
    if allowed and value <= pick[VALUE]:
        pick[TIES] = pick[TIES] + 1 if value == pick[VALUE] else 1
        if draw(chance, pick[TIES]) == 0:
            pick[VALUE], pick[OPERATION], pick[WAY], pick[BEFORE] = value, i, way, before


@njit(**INLINED)
def any_of_all(pick: Ints, chance: NDArray, i: int, way: int, before: int) -> None:
    """Count a move, and keep one of all by lot."""
    pick[COUNT] += 1
    if draw(chance, pick[COUNT]) == 0:
        pick[ANY_OPERATION], pick[ANY_WAY], pick[ANY_BEFORE] = i, way, before


@njit(**INLINED)
def critical(a: Net, g: Graph, chance: NDArray, longest: int, path: Ints) -> int:
    """Write one longest path to `path`, its last operation first, by lot; -> its length."""
    ties, i, n = 0, -1, 0
    for k in range(g.ends.shape[0]):
        if g.node[g.ends[k]].head + g.node[g.ends[k]].time == longest:
            ties += 1
            if draw(chance, ties) == 0:
                i = g.ends[k]
    while i >= 0:
        path[n] = i
        n += 1
        found, ties = -1, 0
        for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
            j = a.pred[e]
            if g.node[j].head + g.node[j].time + a.lag[e] == g.node[i].head:
                ties += 1
                if draw(chance, ties) == 0:
                    found = j
        j = g.node[i].before
        if j >= 0 and g.node[i].job_head <= g.node[i].head and (found < 0 or draw(chance, 2) == 0):
            found = j if g.node[i].job_head < g.node[i].head or meets(a, g, j, i) else found
        i = found
    return n


@njit(**INLINED)
def meets(a: Net, g: Graph, j: int, i: int) -> bool:
    """Whether i starts as soon as its machine is free of j and set up."""
    return bool(g.node[j].head + g.node[j].time + changeover(a, g, g.node[i].machine, j, i) == g.node[i].head)


@njit(**COMPILED)
def inside(
    a: Net, g: Graph, path: Ints, n: int, free: bool, pick: Ints, taboo: Ints, clock: int, best: int, chance: NDArray
) -> None:
    """Moves in the blocks of path[:n], each path[high], ..., path[low] in order of time.

    free: the ends of the path are moved too. Of two neighbours that change places only one is moved.
    """
    low = 0
    while low < n:
        high = low
        while high + 1 < n and g.node[path[high + 1]].after == path[high]:
            high += 1
        first, last = path[high], path[low]
        head, tail = free or high < n - 1, free or low > 0
        for k in range(low, high + 1):
            u = path[k]
            if k > low and (tail or k == high):
                try_later(a, g, u, last, pick, taboo, clock, best, chance)
            if low < k < high - 1 and head:
                try_later(a, g, first, u, pick, taboo, clock, best, chance)
            if k < high and (head or k == low) and high > low + 1:
                try_sooner(a, g, first, u, pick, taboo, clock, best, chance)
            if low + 1 < k < high and tail:
                try_sooner(a, g, u, last, pick, taboo, clock, best, chance)
        low = high + 1


@njit(**INLINED)
def try_later(
    a: Net, g: Graph, u: int, v: int, pick: Ints, taboo: Ints, clock: int, best: int, chance: NDArray
) -> None:
    """Consider u right behind v."""
    if not may_go_behind(a, g, u, v):
        return
    any_of_all(pick, chance, u, g.node[u].way, v)
    g.visits[0] += 2
    value = later(a, g, u, v, pick[VALUE])
    if value > pick[VALUE]:
        return
    allowed, x = True, u
    while x != v and value >= best and allowed:
        x = g.node[x].after
        allowed = taboo[key(taboo, x, u)] <= clock
        g.visits[0] += 1
    consider(pick, chance, value, allowed, u, g.node[u].way, v)


@njit(**INLINED)
def try_sooner(
    a: Net, g: Graph, u: int, v: int, pick: Ints, taboo: Ints, clock: int, best: int, chance: NDArray
) -> None:
    """Consider v right before u."""
    if not may_go_before(a, g, v, u):
        return
    any_of_all(pick, chance, v, g.node[v].way, g.node[u].before)
    g.visits[0] += 2
    value = sooner(a, g, u, v, pick[VALUE])
    if value > pick[VALUE]:
        return
    allowed, x = True, v
    while x != u and value >= best and allowed:
        x = g.node[x].before
        allowed = taboo[key(taboo, v, x)] <= clock
        g.visits[0] += 1
    consider(pick, chance, value, allowed, v, g.node[v].way, g.node[u].before)


@njit(**INLINED)
def elsewhere(a: Net, g: Graph, i: int, pick: Ints, taboo: Ints, clock: int, best: int, chance: NDArray) -> None:
    """Consider i on each other machine it may take, wherever nothing can lead round in a ring.

    The later its place, the later its head: the places of a way are left when they are sure to be worse than the best.
    """
    for way in range(a.way_ptr[i], a.way_ptr[i + 1]):
        rest = a.way_time[way] + g.node[i].job_tail
        if way == g.node[i].way or g.node[i].job_head + rest > pick[VALUE]:
            continue
        machine = a.way_machine[way]
        ended, started, limit = -1, -1, NEVER  # what ends or starts by then goes before i; what starts later, behind it
        for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
            j = a.pred[e]
            ended = max(ended, g.node[j].head)
            started = max(started, g.node[j].head) if g.node[j].machine == machine else started
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            limit = min(limit, g.node[j].head if g.node[j].machine == machine else g.node[j].head + g.node[j].time)
        allowed = taboo[key(taboo, -1 - way, way)] <= clock
        before, after = -1, g.first[machine]
        while after >= 0 and (g.node[after].head + g.node[after].time <= ended or g.node[after].head <= started):
            before, after = after, g.node[after].after
        told = False
        while before < 0 or g.node[before].head < limit:
            g.visits[0] += 1
            if not told:
                any_of_all(pick, chance, i, way, before)
                told = True
            if before >= 0 and g.node[before].head + g.node[before].time + rest > pick[VALUE]:
                break
            value = between(a, g, i, way, before, after)
            if value <= pick[VALUE]:
                consider(pick, chance, value, allowed or value < best, i, way, before)
            if after < 0:
                break
            before, after = after, g.node[after].after


@njit(**INLINED)
def forbid(a: Net, g: Graph, i: int, way: int, before: int, taboo: Ints, until: int) -> None:
    """Forbid to undo the move that is about to be made."""
    if way != g.node[i].way:
        taboo[key(taboo, -1 - g.node[i].way, g.node[i].way)] = until
        return
    x = i
    if before >= 0 and g.node[before].place > g.node[i].place:
        while x != before:
            x = g.node[x].after
            taboo[key(taboo, i, x)] = until
        return
    while g.node[x].before != before:
        x = g.node[x].before
        taboo[key(taboo, x, i)] = until


@njit(**COMPILED)
def tabu(
    a: Net, g: Graph, pick: Ints, path: Ints, taboo: Ints, tenure: int, clock: Ints, moves: int, patience: int,
    best: int, best_way: Ints, best_order: Ints, chance: NDArray,
) -> int:  # fmt: skip
    """Make `moves` moves, or stop after `patience` without gain; -> the best makespan, below `best` if it gained.

    The best plan goes to best_way and best_order. clock (2,): moves made ever, and at the last gain.
    """
    free = g.setups[0] == 1
    for _ in range(moves):
        longest = makespan(g)
        if longest < best:
            best, clock[1] = longest, clock[0]
            for i in range(g.node.shape[0]):
                best_way[i], best_order[i] = g.node[i].way, g.order[i]
        if clock[0] - clock[1] > patience:
            break
        clock[0] += 1
        n = critical(a, g, chance, longest, path)
        pick[VALUE], pick[TIES], pick[COUNT], pick[OPERATION] = NEVER, 0, 0, -1
        inside(a, g, path, n, free, pick, taboo, clock[0], best, chance)
        for k in range(n):
            if a.way_ptr[path[k] + 1] - a.way_ptr[path[k]] > 1:
                elsewhere(a, g, path[k], pick, taboo, clock[0], best, chance)
        if pick[COUNT] == 0:
            break
        if pick[OPERATION] < 0:
            pick[OPERATION], pick[WAY], pick[BEFORE] = pick[ANY_OPERATION], pick[ANY_WAY], pick[ANY_BEFORE]
        i, way, before = pick[OPERATION], pick[WAY], pick[BEFORE]
        forbid(a, g, i, way, before, taboo, clock[0] + tenure + draw(chance, tenure))
        move(a, g, i, way, before)
    return best
