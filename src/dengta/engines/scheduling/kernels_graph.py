"""The disjunctive graph of a plain shop: a sequence on each machine, heads and tails kept as operations move.

Arcs weigh what the operation they leave takes, and the lag or setup behind it. `order` is a topological order that is
repaired inside the window a move disturbs; heads are renewed from there on, tails back from there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, Ints, Sheet

MANY = -2
SWEPT = 30_000
"""Up to so many operations all heads behind a move are renewed: going on costs less than asking what has changed."""

_FIELDS = "time head before pred pred_lag ready job_head machine tail after succ succ_lag job_tail place mark way"
NODE = np.dtype([(name, np.int64) for name in _FIELDS.split()])
"""An operation in a plan. before, after: on its machine; pred, succ: in its order (-1 none, MANY: see the arcs).

head: earliest start; tail: longest path behind its end; job_head, job_tail: the same by precedence alone; ready: not
before this; place: in the topological order. Two cache lines, what heads need in the first.
"""


class Net(NamedTuple):
    """What the kernels of the graph read of a problem's `Columns`: calls between kernels pass each column apart."""

    order: Ints
    release: Ints
    due: Ints
    weight: Ints
    state: Ints
    pred_ptr: Ints
    pred: Ints
    lag: Ints
    succ_ptr: Ints
    succ: Ints
    succ_arc: Ints
    way_ptr: Ints
    way_machine: Ints
    way_time: Ints
    machine_setups: Ints
    machine_state: Ints
    setup: Ints
    now: Ints


class Graph(NamedTuple):
    """A plan as a graph."""

    node: NDArray  # NODE (n,)
    first: Ints  # (m,) first operation on each machine, -1 none
    order: Ints  # (n,) topological
    noted: Ints  # (n,) places whose head or tail may change; zero between calls
    moved: Ints  # (n,) scratch
    ends: Ints  # operations nothing follows
    setups: Ints  # (1,) 1 where any machine has setups
    visits: Ints  # (1,) operations touched


@njit(**INLINED)
def changeover(a: Net, g: Graph, machine: int, i: int, j: int) -> int:
    """Setup between operations i (-1: as the machine stands at the start) and j on a machine."""
    if g.setups[0] == 0 or a.machine_setups[machine] < 0 or a.state[j] < 0:
        return 0
    state = a.machine_state[machine] if i < 0 else a.state[i]
    return 0 if state < 0 else int(a.setup[a.machine_setups[machine], state, a.state[j]])


@njit(**INLINED)
def new_head(a: Net, g: Graph, i: int) -> int:
    """The head of i from those before it; renews `job_head`."""
    one = g.node[i]
    best = one.ready
    if one.pred >= 0:
        best = max(best, g.node[one.pred].head + g.node[one.pred].time + one.pred_lag)
    elif one.pred == MANY:
        for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
            best = max(best, g.node[a.pred[e]].head + g.node[a.pred[e]].time + a.lag[e])
    one.job_head = best
    j = one.before
    if j >= 0:
        best = max(best, g.node[j].head + g.node[j].time + changeover(a, g, one.machine, j, i))
    elif g.setups[0] == 1:
        best = max(best, a.now[0] + changeover(a, g, one.machine, -1, i))
    return int(best)


@njit(**INLINED)
def new_tail(a: Net, g: Graph, i: int) -> int:
    """The tail of i from those behind it; renews `job_tail`."""
    one, best = g.node[i], 0
    if one.succ >= 0:
        best = one.succ_lag + g.node[one.succ].time + g.node[one.succ].tail
    elif one.succ == MANY:
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            best = max(best, a.lag[a.succ_arc[e]] + g.node[j].time + g.node[j].tail)
    one.job_tail = best
    j = one.after
    if j >= 0:
        best = max(best, changeover(a, g, one.machine, i, j) + g.node[j].time + g.node[j].tail)
    return int(best)


@njit(**COMPILED)
def load(a: Net, g: Graph, way: Ints, order: Ints) -> int:
    """Make `g` the graph of the plan in which each takes its `way`, in `order` on every machine; -> its makespan."""
    n = order.shape[0]
    for m in range(g.first.shape[0]):
        g.first[m] = -1
    for k in range(n - 1, -1, -1):
        i = order[k]
        g.order[k], g.node[i].place = i, k
        machine = a.way_machine[way[i]]
        g.node[i].way, g.node[i].machine, g.node[i].time = way[i], machine, a.way_time[way[i]]
        g.node[i].after = g.first[machine]
        g.node[i].before = -1
        if g.first[machine] >= 0:
            g.node[g.first[machine]].before = i
        g.first[machine] = i
        g.node[i].mark = g.noted[k] = 0
    for k in range(n - 1, -1, -1):
        g.node[order[k]].tail = new_tail(a, g, order[k])
    for k in range(n):
        g.node[order[k]].head = new_head(a, g, order[k])
    g.visits[0] += 2 * n
    return int(makespan(g))


@njit(**COMPILED)
def makespan(g: Graph) -> int:
    """The last end."""
    best = 0
    for k in range(g.ends.shape[0]):
        best = max(best, g.node[g.ends[k]].head + g.node[g.ends[k]].time)
    return int(best)


@njit(**INLINED)
def unlink(a: Net, g: Graph, i: int) -> None:
    """Take i out of its machine's sequence."""
    if g.node[i].before >= 0:
        g.node[g.node[i].before].after = g.node[i].after
    else:
        g.first[g.node[i].machine] = g.node[i].after
    if g.node[i].after >= 0:
        g.node[g.node[i].after].before = g.node[i].before


@njit(**INLINED)
def link(a: Net, g: Graph, i: int, way: int, before: int) -> None:
    """Put i on `way`'s machine right behind `before` (-1: first)."""
    machine = a.way_machine[way]
    g.node[i].way, g.node[i].machine, g.node[i].time = way, machine, a.way_time[way]
    g.node[i].before = before
    g.node[i].after = g.node[before].after if before >= 0 else g.first[machine]
    if before >= 0:
        g.node[before].after = i
    else:
        g.first[machine] = i
    if g.node[i].after >= 0:
        g.node[g.node[i].after].before = i


@njit(**INLINED)
def reorder_later(a: Net, g: Graph, i: int, until: int) -> None:
    """Move i, and what in between follows from it, behind place `until`."""
    at, kept = g.node[i].place, 0
    low = at
    g.node[i].mark = 1
    for k in range(low, until + 1):
        j = g.order[k]
        one = g.node[j]
        late = one.mark == 1 or (one.before >= 0 and g.node[one.before].mark == 1)
        if one.pred >= 0:
            late = late or g.node[one.pred].mark == 1
        elif one.pred == MANY:
            for e in range(a.pred_ptr[j], a.pred_ptr[j + 1]):
                late = late or g.node[a.pred[e]].mark == 1
        if late:
            g.node[j].mark = 1
            g.moved[kept] = j
            kept += 1
        else:
            g.order[at], g.node[j].place = j, at
            at += 1
    g.visits[0] += until + 1 - low
    for k in range(kept):
        j = g.moved[k]
        g.node[j].mark = 0
        g.order[at], g.node[j].place = j, at
        at += 1


@njit(**INLINED)
def reorder_sooner(a: Net, g: Graph, i: int, since: int) -> None:
    """Move i, and what in between it follows from, before place `since`."""
    at, kept = g.node[i].place, 0
    high = at
    g.node[i].mark = 1
    for k in range(high, since - 1, -1):
        j = g.order[k]
        one = g.node[j]
        early = one.mark == 1 or (one.after >= 0 and g.node[one.after].mark == 1)
        if one.succ >= 0:
            early = early or g.node[one.succ].mark == 1
        elif one.succ == MANY:
            for e in range(a.succ_ptr[j], a.succ_ptr[j + 1]):
                early = early or g.node[a.succ[e]].mark == 1
        if early:
            g.node[j].mark = 1
            g.moved[kept] = j
            kept += 1
        else:
            g.order[at], g.node[j].place = j, at
            at -= 1
    g.visits[0] += high + 1 - since
    for k in range(kept):
        j = g.moved[k]
        g.node[j].mark = 0
        g.order[at], g.node[j].place = j, at
        at -= 1


@njit(**INLINED)
def touch(g: Graph, i: int, pending: int) -> int:
    """Note that i's head or tail may change; -> how many are noted."""
    if i < 0 or g.noted[g.node[i].place] == 1:
        return pending
    g.noted[g.node[i].place] = 1
    return pending + 1


@njit(**COMPILED)
def touch_behind(a: Net, g: Graph, i: int, pending: int) -> int:
    """Note what follows i in its order."""
    if g.node[i].succ != MANY:
        return int(touch(g, g.node[i].succ, pending))
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        pending = touch(g, a.succ[e], pending)
    return pending


@njit(**COMPILED)
def touch_ahead(a: Net, g: Graph, i: int, pending: int) -> int:
    """Note what goes before i in its order."""
    if g.node[i].pred != MANY:
        return int(touch(g, g.node[i].pred, pending))
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        pending = touch(g, a.pred[e], pending)
    return pending


@njit(**COMPILED)
def renew_heads(a: Net, g: Graph, at: int, pending: int) -> None:
    """Renew the heads of the `pending` noted operations, the first at place `at`, and all that changes with them."""
    while pending > 0:
        if g.noted[at] == 1:
            g.noted[at] = 0
            pending -= 1
            g.visits[0] += 1
            i = g.order[at]
            head = new_head(a, g, i)
            if head != g.node[i].head:
                g.node[i].head = head
                pending = touch_behind(a, g, i, touch(g, g.node[i].after, pending))
        at += 1


@njit(**COMPILED)
def renew_tails(a: Net, g: Graph, at: int, pending: int) -> None:
    """Renew the tails of the `pending` noted operations, the last at place `at`, and all that changes with them."""
    while pending > 0:
        if g.noted[at] == 1:
            g.noted[at] = 0
            pending -= 1
            g.visits[0] += 1
            i = g.order[at]
            tail = new_tail(a, g, i)
            if tail != g.node[i].tail:
                g.node[i].tail = tail
                pending = touch_ahead(a, g, i, touch(g, g.node[i].before, pending))
        at -= 1


@njit(**COMPILED)
def move(a: Net, g: Graph, i: int, way: int, before: int) -> None:
    """Let i take `way`, right behind `before` on its machine (-1: first). The new graph must have no cycle."""
    n, old_before, old_after = g.node.shape[0], g.node[i].before, g.node[i].after
    unlink(a, g, i)
    link(a, g, i, way, before)
    after = g.node[i].after
    if before >= 0 and g.node[before].place > g.node[i].place:
        reorder_later(a, g, i, g.node[before].place)
    elif after >= 0 and g.node[after].place < g.node[i].place:
        reorder_sooner(a, g, i, g.node[after].place)
    low = high = g.node[i].place
    if old_after >= 0:
        low = min(low, g.node[old_after].place)
    if old_before >= 0:
        high = max(high, g.node[old_before].place)
    if n <= SWEPT:
        g.visits[0] += n - low + high
        for k in range(low, n):
            g.node[g.order[k]].head = new_head(a, g, g.order[k])
        for k in range(high, -1, -1):
            g.node[g.order[k]].tail = new_tail(a, g, g.order[k])
        return
    pending = touch(g, old_after, touch(g, after, touch(g, i, 0)))
    renew_heads(a, g, low, touch_behind(a, g, i, pending))
    pending = touch(g, old_before, touch(g, before, touch(g, i, 0)))
    renew_tails(a, g, high, touch_ahead(a, g, i, pending))


@njit(**COMPILED)
def write(a: Net, g: Graph, s: Sheet) -> None:
    """The plan of the graph, everything as early as it can be."""
    for i in range(g.node.shape[0]):
        machine, j = g.node[i].machine, g.node[i].before
        s.machine[i], s.start[i], s.end[i], s.batch[i] = machine, g.node[i].head, g.node[i].head + g.node[i].time, -1
        s.setup[i] = changeover(a, g, machine, j, i)
        free = g.node[j].head + g.node[j].time if j >= 0 else a.now[0]
        s.setup_start[i] = free if s.setup[i] > 0 else g.node[i].head
        s.setup_end[i] = s.setup_start[i] + s.setup[i]
