"""Simulated annealing on the disjunctive graph, for every goal that counts when orders are done.

A trial takes an operation from the chain that holds an order up, or what blocks it there, and puts it on one of its
machines at about another time; the heads it changes are renewed, the plan is priced whole, and an unlucky trial undone.
"""

from __future__ import annotations

import math

from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_graph import (
    MANY,
    Graph,
    Net,
    changeover,
    link,
    new_head,
    reorder_later,
    reorder_sooner,
    unlink,
)
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Ints, Reals
from dengta.engines.scheduling.kernels_measure import FLOW, INVENTORY, LATE, MAKESPAN, SETUPS, TARDINESS

LEVELS = 4  # of a goal that are told apart; further ones count with the last


@njit(**COMPILED)
def price(a: Net, g: Graph, prices: Ints, done: Ints, setups: int, out: Ints) -> None:
    """Write the value of each level to `out`. prices (LEVELS, terms); done (orders,): scratch."""
    makespan = tardiness = late = flow = early = 0
    for o in range(done.shape[0]):
        done[o] = 0
    for k in range(g.ends.shape[0]):
        i = g.ends[k]
        o = a.order[i]
        done[o] = max(done[o], g.node[i].head + g.node[i].time)
    for o in range(done.shape[0]):
        makespan = max(makespan, done[o])
        flow += done[o] - a.release[o]
        if a.due[o] < NEVER:
            over = done[o] - a.due[o]
            if over > 0:
                tardiness += a.weight[o] * over
                late += a.weight[o]
            else:
                early -= a.weight[o] * over
    for k in range(LEVELS):
        p = prices[k]
        out[k] = p[TARDINESS] * tardiness + p[LATE] * late + p[MAKESPAN] * makespan
        out[k] += p[FLOW] * flow + p[SETUPS] * setups + p[INVENTORY] * early


@njit(**COMPILED)
def less(one: Ints, other: Ints) -> bool:
    """Whether a value is better, level by level."""
    for k in range(LEVELS):
        if one[k] != other[k]:
            return bool(one[k] < other[k])
    return False


@njit(**COMPILED)
def slot(a: Net, g: Graph, i: int, way: int, at: int) -> int:
    """Behind what i goes on `way`'s machine to be at about time `at`, where no ring can arise; -1: first.

    -2: there is no such place that is surely right.
    """
    machine = a.way_machine[way]
    ended, started, limit = -1, -1, NEVER
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        j = g.node[a.pred[e]]
        ended = max(ended, j.head)
        started = max(started, j.head) if j.machine == machine else started
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        j = g.node[a.succ[e]]
        limit = min(limit, j.head if j.machine == machine else j.head + j.time)
    before, x = -1, g.first[machine]
    while x >= 0:
        if x != i:
            one = g.node[x]
            must = one.head + one.time <= ended or one.head <= started
            if must and one.head >= limit:
                return -2
            if not must and (one.head >= at or one.head >= limit):
                break
            before = x
        x = g.node[x].after
        g.visits[0] += 1
    return int(before)


@njit(**COMPILED)
def put(a: Net, g: Graph, i: int, way: int, before: int) -> int:
    """Move i and renew heads (not tails); -> what changeovers have grown by."""
    was = g.node[i].before, g.node[i].after
    m = g.node[i].machine
    grown = 0
    if g.setups[0] == 1:
        grown -= changeover(a, g, m, was[0], i)
        if was[1] >= 0:
            grown += changeover(a, g, m, was[0], was[1]) - changeover(a, g, m, i, was[1])
    unlink(a, g, i)
    link(a, g, i, way, before)
    after = g.node[i].after
    if g.setups[0] == 1:
        m = g.node[i].machine
        grown += changeover(a, g, m, before, i)
        if after >= 0:
            grown += changeover(a, g, m, i, after) - changeover(a, g, m, before, after)
    if before >= 0 and g.node[before].place > g.node[i].place:
        reorder_later(a, g, i, g.node[before].place)
    elif after >= 0 and g.node[after].place < g.node[i].place:
        reorder_sooner(a, g, i, g.node[after].place)
    low, n = g.node[i].place, g.node.shape[0]
    if was[1] >= 0:
        low = min(low, g.node[was[1]].place)
    g.visits[0] += n - low
    for k in range(low, n):
        g.node[g.order[k]].head = new_head(a, g, g.order[k])
    return grown


@njit(**COMPILED)
def held_up(a: Net, g: Graph, i: int, chance: NDArray) -> int:
    """By lot one operation of the chain that leads to i and waits for its machine there; -1 where none does."""
    found, ties = -1, 0
    while i >= 0:
        one = g.node[i]
        if one.before >= 0 and one.job_head < one.head:
            ties += 1
            if draw(chance, ties) == 0:
                found = i
            i = one.before
            continue
        follows = one.pred
        if follows == MANY:
            follows = -1
            for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
                j = a.pred[e]
                if g.node[j].head + g.node[j].time + a.lag[e] == one.head:
                    follows = j
        elif follows >= 0 and g.node[follows].head + g.node[follows].time + one.pred_lag < one.head:
            follows = -1
        i = follows
    return found


@njit(**COMPILED)
def target(a: Net, g: Graph, done: Ints, prices: Ints, chance: NDArray) -> int:
    """The end of an order worth hurrying: by lot a late one, or the last one, or any."""
    lot = draw(chance, 100)
    if lot < 10:
        return int(draw(chance, g.node.shape[0]))
    found, ties, latest = -1, 0, -1
    for k in range(g.ends.shape[0]):
        i = g.ends[k]
        o, end = a.order[i], g.node[i].head + g.node[i].time
        if lot < 80 and end > a.due[o]:
            ties += a.weight[o]
            if draw(chance, max(1, ties)) < a.weight[o]:
                found = i
        elif lot >= 80 and end > latest:
            found, latest = i, end
    return found if found >= 0 else int(g.ends[draw(chance, g.ends.shape[0])])


@njit(**COMPILED)
def propose(a: Net, g: Graph, u: int, chance: NDArray, out: Ints) -> None:
    """Write a move to `out`: operation, way, before (-2: none)."""
    i, at, lot = u, 0, draw(chance, 100)
    b, one = g.node[u].before, g.node[u]
    if lot < 25 or b < 0:  # u sooner
        at = one.job_head + draw(chance, max(1, one.head - one.job_head + 1))
    elif lot < 45:  # u just before what blocks it
        at = g.node[b].head
    elif lot < 65:  # what blocks it, later
        i, at = b, one.head + 1 + draw(chance, max(1, 3 * one.time))
    elif lot < 85:
        at = one.job_head + draw(chance, max(1, one.time))
    else:
        i, at = b, g.node[b].job_head + draw(chance, max(1, 2 * g.node[b].time))
    way = g.node[i].way
    ways = a.way_ptr[i + 1] - a.way_ptr[i]
    if ways > 1 and (lot >= 65 or b < 0):
        way = a.way_ptr[i] + draw(chance, ways)
    out[0], out[1], out[2] = i, way, slot(a, g, i, way, at)


@njit(**COMPILED)
def anneal(
    a: Net, g: Graph, prices: Ints, scale: Reals, hot: float, cold: float, at: int, trials: int, whole: int,
    setups: int, values: Ints, done: Ints, best_way: Ints, best_order: Ints, chance: NDArray,
) -> int:  # fmt: skip
    """Trials number `at` to `at + trials` of `whole`, cooling from `hot` to `cold`; -> ticks of changeover at the end.

    scale (LEVELS,): what a unit of each level costs. values (4, LEVELS): the best value, the present one, scratch, and
    the move tried. The best plan goes to best_way and best_order.
    """
    best, here, there, tried = values[0], values[1], values[2], values[3]
    price(a, g, prices, done, setups, here)
    for k in range(at, at + trials):
        heat = hot * (cold / hot) ** (k / whole)
        u = held_up(a, g, target(a, g, done, prices, chance), chance)
        if u < 0:
            u = draw(chance, g.node.shape[0])
        propose(a, g, u, chance, tried)
        i, way, before = tried[0], tried[1], tried[2]
        old_way, old_before = g.node[i].way, g.node[i].before
        if before == -2 or (way == old_way and before == old_before):
            continue
        grown = put(a, g, i, way, before)
        price(a, g, prices, done, setups + grown, there)
        worse = 0.0
        for level in range(LEVELS):
            worse += scale[level] * (there[level] - here[level])
        if worse <= 0.0 or draw(chance, 1 << 30) < math.exp(-worse / heat) * (1 << 30):
            setups += grown
            for level in range(LEVELS):
                here[level] = there[level]
            if less(here, best):
                for level in range(LEVELS):
                    best[level] = here[level]
                for j in range(g.node.shape[0]):
                    best_way[j], best_order[j] = g.node[j].way, g.order[j]
        else:
            put(a, g, i, old_way, old_before)
    return setups
