"""What a move would give, without making it: lower estimates of the longest path through what it moves.

Insertions inside a block after Balas and Vazacopoulos 1998; to another machine after Mastrolilli and Gambardella 2000.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_graph import Graph, changeover
from dengta.engines.scheduling.kernels_layout import COMPILED, Columns


@njit(**COMPILED)
def head_behind(a: Columns, g: Graph, machine: int, before: int, ready: int, i: int) -> int:
    """The head of i on `machine` right behind `before`, which ends at `ready` (-1: first)."""
    at = ready if before >= 0 else a.now[0]
    return int(max(g.node[i].job_head, at + changeover(a, g, machine, before, i)))


@njit(**COMPILED)
def tail_before(a: Columns, g: Graph, machine: int, i: int, after: int, behind: int) -> int:
    """The tail of i on `machine` right before `after`, which takes `behind` with its own tail (-1: last)."""
    return (
        int(max(g.node[i].job_tail, changeover(a, g, machine, i, after) + behind))
        if after >= 0
        else int(g.node[i].job_tail)
    )


@njit(**COMPILED)
def may_go_behind(a: Columns, g: Graph, i: int, v: int) -> bool:
    """Whether nothing that follows i in its order can lead to v: sure when True."""
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        j = a.succ[e]
        if j == v or (
            g.node[v].head >= g.node[j].head + g.node[j].time and g.node[j].tail >= g.node[v].time + g.node[v].tail
        ):
            return False
    return True


@njit(**COMPILED)
def may_go_before(a: Columns, g: Graph, i: int, u: int) -> bool:
    """Whether u can lead to nothing that goes before i in its order: sure when True."""
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        j = a.pred[e]
        if j == u or (
            g.node[j].head >= g.node[u].head + g.node[u].time and g.node[u].tail >= g.node[j].time + g.node[j].tail
        ):
            return False
    return True


@njit(**COMPILED)
def later(a: Columns, g: Graph, u: int, v: int) -> int:
    """The longest path through u..v of one machine when u goes right behind v."""
    machine = g.node[u].machine
    before, x, k = g.node[u].before, g.node[u].after, 0
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    while True:
        g.moved[k] = head_behind(a, g, machine, before, ready, x)
        ready = g.moved[k] + g.node[x].time
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
    while k >= 0:
        tail = tail_before(a, g, machine, x, after, behind)
        longest = max(longest, g.moved[k] + g.node[x].time + tail)
        behind, after = g.node[x].time + tail, x
        x = g.node[x].before
        k -= 1
    return int(longest)


@njit(**COMPILED)
def sooner(a: Columns, g: Graph, u: int, v: int) -> int:
    """The longest path through u..v of one machine when v goes right before u."""
    machine = g.node[u].machine
    before = g.node[u].before
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    head = head_behind(a, g, machine, before, ready, v)
    x, before, ready, k = u, v, head + g.node[v].time, 0
    while x != v:
        g.moved[k] = head_behind(a, g, machine, before, ready, x)
        ready = g.moved[k] + g.node[x].time
        before = x
        x = g.node[x].after
        k += 1
    after = g.node[v].after
    behind = g.node[after].time + g.node[after].tail if after >= 0 else 0
    x, longest = g.node[v].before, 0
    while k > 0:
        k -= 1
        tail = tail_before(a, g, machine, x, after, behind)
        longest = max(longest, g.moved[k] + g.node[x].time + tail)
        behind, after = g.node[x].time + tail, x
        x = g.node[x].before
    return int(max(longest, head + g.node[v].time + tail_before(a, g, machine, v, after, behind)))


@njit(**COMPILED)
def between(a: Columns, g: Graph, i: int, way: int, before: int, after: int) -> int:
    """The longest path through i when it takes `way` between two operations of that machine."""
    machine = a.way_machine[way]
    ready = g.node[before].head + g.node[before].time if before >= 0 else 0
    behind = g.node[after].time + g.node[after].tail if after >= 0 else 0
    head, tail = head_behind(a, g, machine, before, ready, i), tail_before(a, g, machine, i, after, behind)
    return int(head + a.way_time[way] + tail)
