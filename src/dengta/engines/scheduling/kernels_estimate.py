"""What a move would give, without making it: lower estimates of the longest path through what it moves.

Insertions inside a block after Balas and Vazacopoulos 1998; to another machine after Mastrolilli and Gambardella 2000.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_graph import MANY, Graph, Net, changeover
from dengta.engines.scheduling.kernels_layout import INLINED


@njit(**INLINED)
def head_behind(a: Net, g: Graph, machine: int, before: int, ready: int, i: int) -> int:
    """The head of i on `machine` right behind `before`, which ends at `ready` (-1: first)."""
    at = ready if before >= 0 else a.now[0]
    return int(max(g.node[i].job_head, at + changeover(a, g, machine, before, i)))


@njit(**INLINED)
def tail_before(a: Net, g: Graph, machine: int, i: int, after: int, behind: int) -> int:
    """The tail of i on `machine` right before `after`, which takes `behind` with its own tail (-1: last)."""
    return (
        int(max(g.node[i].job_tail, changeover(a, g, machine, i, after) + behind))
        if after >= 0
        else int(g.node[i].job_tail)
    )


@njit(**INLINED)
def leads(g: Graph, i: int, j: int) -> bool:
    """Whether a path may lead from i to j (-1 either: none does), or they are one: sure when False."""
    if i < 0 or j < 0 or g.node[j].head < g.node[i].head + g.node[i].time:
        return i == j and i >= 0
    return bool(i == j or g.node[i].tail >= g.node[j].time + g.node[j].tail)


@njit(**INLINED)
def may_go_behind(a: Net, g: Graph, i: int, v: int) -> bool:
    """Whether nothing that follows i in its order can lead to v: sure when True."""
    if g.node[i].succ != MANY:
        return not leads(g, g.node[i].succ, v)
    free = True
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        free = free and not leads(g, a.succ[e], v)
    return free


@njit(**INLINED)
def may_go_before(a: Net, g: Graph, i: int, u: int) -> bool:
    """Whether u can lead to nothing that goes before i in its order: sure when True."""
    if g.node[i].pred != MANY:
        return not leads(g, u, g.node[i].pred)
    free = True
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        free = free and not leads(g, u, a.pred[e])
    return free


@njit(**INLINED)
def later(a: Net, g: Graph, u: int, v: int, limit: int) -> int:
    """The longest path through u..v of one machine when u goes right behind v; where it is above `limit`, a part of it.

    Without setups nothing that stays before u comes to have a shorter tail: what is too long shows soon.
    """
    machine, sure = g.node[u].machine, g.setups[0] == 0
    before, x, k = g.node[u].before, g.node[u].after, 0
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    while True:
        head = head_behind(a, g, machine, before, ready, x)
        ready = head + g.node[x].time
        if sure and ready + g.node[x].tail > limit:
            return int(ready + g.node[x].tail)
        g.moved[k] = head
        before = x
        if x == v:
            break
        x = g.node[x].after
        k += 1
    after = g.node[v].after
    behind = g.node[after].time + g.node[after].tail if after >= 0 else 0
    head, tail = head_behind(a, g, machine, v, ready, u), tail_before(a, g, machine, u, after, behind)
    longest = head + g.node[u].time + tail
    behind, after = g.node[u].time + tail, u
    while k >= 0 and longest <= limit:
        tail = tail_before(a, g, machine, x, after, behind)
        longest = max(longest, g.moved[k] + g.node[x].time + tail)
        behind, after = g.node[x].time + tail, x
        x = g.node[x].before
        k -= 1
    return int(longest)


@njit(**INLINED)
def sooner(a: Net, g: Graph, u: int, v: int, limit: int) -> int:
    """The longest path through u..v of one machine when v goes right before u; where it is above `limit`, a part of it.

    Without setups nothing that stays behind v comes to have a smaller head.
    """
    machine, sure = g.node[u].machine, g.setups[0] == 0
    after, x, k = g.node[v].after, g.node[v].before, 0
    behind = g.node[after].time + g.node[after].tail if after >= 0 else 0
    while True:
        tail = tail_before(a, g, machine, x, after, behind)
        behind = tail + g.node[x].time
        if sure and g.node[x].head + behind > limit:
            return int(g.node[x].head + behind)
        g.moved[k] = tail
        after = x
        if x == u:
            break
        x = g.node[x].before
        k += 1
    before = g.node[u].before
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    head, tail = head_behind(a, g, machine, before, ready, v), tail_before(a, g, machine, v, u, behind)
    longest = head + g.node[v].time + tail
    ready, before = head + g.node[v].time, v
    while k >= 0 and longest <= limit:
        head = head_behind(a, g, machine, before, ready, x)
        ready = head + g.node[x].time
        longest = max(longest, ready + g.moved[k])
        before = x
        x = g.node[x].after
        k -= 1
    return int(longest)


@njit(**INLINED)
def between(a: Net, g: Graph, i: int, way: int, before: int, after: int) -> int:
    """The longest path through i when it takes `way` between two operations of that machine."""
    machine = a.way_machine[way]
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    behind = g.node[after].time + g.node[after].tail if after >= 0 else 0
    head, tail = head_behind(a, g, machine, before, ready, i), tail_before(a, g, machine, i, after, behind)
    return int(head + a.way_time[way] + tail)
