"""Moves on an activity list, aimed at what holds late orders up: the annealing of any shop for any goal.

A trial walks back from the end of an order along what each operation waited for, takes one that waited for a machine,
a person or a material, and lets it or what held it change places, machine or people. What must come before or after
goes along.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_chance import draw
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Ints, Reals
from dengta.engines.scheduling.kernels_list import LABEL_STEP, VISITS, List, forget, gather, hand_over, move, pop
from dengta.engines.scheduling.kernels_measure import MAKESPAN, TERMS
from dengta.engines.scheduling.kernels_serial import (
    close,
    free_since,
    holds_before,
    in_stock,
    last_of,
    renew,
    take_back,
    waiting,
)

MOST_MOVED, MOST_HANDED = 32, 8
_CHAIN = 40  # operations looked at behind the end of an order
_SCALE = 1 << 30
MOVED, HANDED, LATE, SAVED_AT, FRESH, TAKEN = range(6)  # places in `Trial.tally`


class Trial(NamedTuple):
    """A move that may be taken back, and the best list so far."""

    moved: Ints  # (MOST_MOVED, 3) operation, its way and label before
    handed: Ints  # (MOST_HANDED, 2) slot, who it was
    late: Ints  # (N,) late orders, renewed now and then
    was: Ints  # (TERMS,)
    found: Ints  # (2,) operation and what held it
    best_way: Ints
    best_label: Ints
    best_who: Ints
    best_cost: Reals  # (1,)
    tally: Ints


@njit(**COMPILED)
def shift(a: Columns, b: List, t: Trial, i: int, way: int, label: int) -> bool:
    """Move i and remember where it was; False where too many move."""
    k = t.tally[MOVED]
    if k == MOST_MOVED:
        return False
    t.moved[k, 0], t.moved[k, 1], t.moved[k, 2] = i, b.node[i].way, b.node[i].label
    t.tally[MOVED] += 1
    move(a, b, i, way, label)
    return True


@njit(**COMPILED)
def relocate(a: Columns, b: List, t: Trial, i: int, way: int, label: int, chance: NDArray) -> bool:
    """Move i; what goes before it and comes later in the list is pulled along, what follows it pushed."""
    at = t.tally[MOVED]
    if b.node[i].fixed or not shift(a, b, t, i, way, label):
        return False
    while at < t.tally[MOVED]:
        j = t.moved[at, 0]
        limit = b.node[j].label
        for e in range(a.pred_ptr[j], a.pred_ptr[j + 1]):
            p = a.pred[e]
            if b.node[p].label >= limit and (
                b.node[p].fixed or not shift(a, b, t, p, b.node[p].way, limit - 1 - draw(chance, 4096))
            ):
                return False
        for e in range(a.succ_ptr[j], a.succ_ptr[j + 1]):
            s = a.succ[e]
            late = b.node[s].machine >= 0 and b.node[s].label <= limit
            if late and not shift(a, b, t, s, b.node[s].way, limit + 1 + draw(chance, 4096)):
                return False
        at += 1
    return True


@njit(**COMPILED)
def beside(a: Columns, b: List, t: Trial, i: int, way: int, x: int, ahead: bool, chance: NDArray) -> bool:
    """Move i to `way`, just ahead of or behind x in the list; as close as what is planned on its machine asks."""
    label = b.node[x].label
    if ahead:
        other = b.node[x].before
        other = b.node[other].before if other == i else other
        gap = label - b.node[other].label if other >= 0 else LABEL_STEP
        gap = min(max(gap, 2), LABEL_STEP)
        return bool(relocate(a, b, t, i, way, label - 1 - draw(chance, gap - 1), chance))
    other = b.node[x].after
    other = b.node[other].after if other == i else other
    gap = b.node[other].label - label if other >= 0 else LABEL_STEP
    gap = min(max(gap, 2), LABEL_STEP)
    return bool(relocate(a, b, t, i, way, label + 1 + draw(chance, gap - 1), chance))


@njit(**COMPILED)
def withdraw(a: Columns, b: List, t: Trial) -> None:
    """Everything as it was before the move."""
    forget(b)
    take_back(a, b)
    for k in range(t.tally[HANDED] - 1, -1, -1):
        hand_over(b, t.handed[k, 0], t.handed[k, 1])
    for k in range(t.tally[MOVED] - 1, -1, -1):
        move(a, b, t.moved[k, 0], t.moved[k, 1], t.moved[k, 2])
    forget(b)
    for k in range(TERMS):
        b.terms[k] = t.was[k]


@njit(**COMPILED)
def holder(a: Columns, b: List, i: int) -> tuple[int, bool]:
    """Whose end operation i waited for longest (-1: nobody's), and whether by precedence alone."""
    one = b.node[i]
    latest, who, chained = -1, -1, True
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        until = b.node[a.pred[e]].end + a.lag[e]
        if until >= latest:
            latest, who = until, a.pred[e]
    if one.ready > latest:
        latest, who = one.ready, -1
    if one.before >= 0:
        until = one.setup_end if one.setup > 0 else b.node[one.before].free
        if until > latest:
            latest, who, chained = until, one.before, False
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        until = free_since(b, slot)
        if until > latest:
            latest, who, chained = until, b.slot_operation[holds_before(b, slot)], False
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        if a.use_quantity[use] > 0 and b.use_before[use] >= 0:
            until = in_stock(a, b, use)
            if until > latest:
                latest, who, chained = until, b.use_operation[b.use_before[use]], False
    return who, chained


@njit(**COMPILED)
def held_up(a: Columns, b: List, t: Trial, i: int, chance: NDArray) -> bool:
    """By lot one operation of the chain that leads to i and waited for more than its turn; False where none did."""
    ties = 0
    for _ in range(_CHAIN):
        lead = b.node[i].leader
        if lead >= 0 and lead != i:
            i = lead
        if b.node[i].fixed:
            break
        who, chained = holder(a, b, i)
        if who < 0:
            break
        if not chained:
            ties += 1
            if draw(chance, ties) == 0:
                t.found[0], t.found[1] = i, who
        i = who
    return ties > 0


@njit(**COMPILED)
def list_late(a: Columns, b: List, t: Trial) -> None:
    """Renew the list of late orders."""
    n = 0
    for o in range(b.done.shape[0]):
        if b.done[o] > min(a.due[o], a.deadline[o]):
            t.late[n] = o
            n += 1
    t.tally[LATE] = n


@njit(**COMPILED)
def target(a: Columns, b: List, t: Trial, chance: NDArray) -> int:
    """The operation to begin at: the last one of a late order, the costlier the likelier, or of any."""
    n, lot = t.tally[LATE], draw(chance, 100)
    best, worst = -1, -1
    if n > 0 and lot < 85:
        for _ in range(1 + lot % 3):
            o = t.late[draw(chance, n)]
            cost = a.weight[o] * (b.done[o] - a.due[o]) if a.due[o] < NEVER else 0
            if cost > worst:
                best, worst = o, cost
    elif lot < 95:
        for m in range(b.last.shape[0]):
            if b.last[m] >= 0 and b.node[b.last[m]].end > worst:
                best, worst = a.order[b.last[m]], b.node[b.last[m]].end
    if best < 0 or b.done[best] < 0:
        i = draw(chance, b.node.shape[0])
        return int(i) if b.node[i].machine >= 0 else -1
    return int(last_of(b, best))


@njit(**COMPILED)
def another_way(a: Columns, b: List, t: Trial, i: int, chance: NDArray) -> bool:
    """Operation i to one of its ways, in the turn of its arrival there."""
    ways = a.way_ptr[i + 1] - a.way_ptr[i]
    way = a.way_ptr[i] + draw(chance, ways)
    if way == b.node[i].way and ways > 1:
        way = a.way_ptr[i] + (way - a.way_ptr[i] + 1 + draw(chance, ways - 1)) % ways
    m = a.way_machine[way]
    if a.pin_machine[i] >= 0 and a.pin_machine[i] != m:
        return False
    ready = b.node[i].ready
    x = b.last[m]
    behind = draw(chance, 3)
    while x >= 0 and b.node[x].start >= ready and not b.node[x].fixed:
        x = b.node[x].before
    for _ in range(behind):
        if x >= 0 and b.node[x].after >= 0:
            x = b.node[x].after
    if x < 0 or x == i:
        return bool(relocate(a, b, t, i, way, b.node[i].label, chance))
    return bool(beside(a, b, t, i, way, x, False, chance))


@njit(**COMPILED)
def to_its_kind(a: Columns, b: List, t: Trial, i: int, chance: NDArray) -> bool:
    """Operation i next to one of the same state on its machine, a few places off."""
    x, steps, forward = i, 2 + draw(chance, 30), draw(chance, 3) == 0
    for _ in range(steps):
        x = b.node[x].after if forward else b.node[x].before
        if x < 0 or b.node[x].fixed:
            return False
        if a.state[x] == a.state[i] and x != b.node[i].before and x != b.node[i].after:
            return bool(beside(a, b, t, i, b.node[i].way, x, forward, chance))
    return False


@njit(**COMPILED)
def other_people(a: Columns, b: List, t: Trial, i: int, chance: NDArray) -> bool:
    """One of those who hold operation i, by lot, becomes another one who can."""
    slots = a.slot_ptr[i + 1] - a.slot_ptr[i]
    if slots == 0:
        return False
    chosen = a.slot_ptr[i] + draw(chance, slots)
    slot, skill = a.slot_ptr[i], -1
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        if slot <= chosen < slot + a.need_count[need]:
            skill = a.need_skill[need]
        slot += a.need_count[need]
    who = a.skill_resource[a.skill_ptr[skill] + draw(chance, a.skill_ptr[skill + 1] - a.skill_ptr[skill])]
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        if b.who[slot] == who:
            return False
    t.handed[0, 0], t.handed[0, 1] = chosen, b.who[chosen]
    t.tally[HANDED] = 1
    hand_over(b, chosen, who)
    return True


@njit(**COMPILED)
def propose(a: Columns, b: List, t: Trial, chance: NDArray) -> bool:
    """Make a move; False where there is none."""
    end, lot = target(a, b, t, chance), draw(chance, 100)
    if end < 0:
        return False
    if not held_up(a, b, t, end, chance):
        t.found[0], t.found[1] = end, b.node[end].before
    u, x = t.found[0], t.found[1]
    if b.node[u].fixed:
        return False
    if lot < 30 and x >= 0:  # before what held it, or what stands some places before that
        for _ in range(draw(chance, 1 + draw(chance, 8))):
            if b.node[x].before >= 0 and not b.node[x].fixed:
                x = b.node[x].before
        return not b.node[x].fixed and beside(a, b, t, u, b.node[u].way, x, True, chance)
    if lot < 50 and x >= 0:  # what held it behind it, or later
        i = u
        for _ in range(draw(chance, 1 + draw(chance, 8))):
            if b.node[i].after >= 0:
                i = b.node[i].after
        return bool(i != x and beside(a, b, t, x, b.node[x].way, i, False, chance))
    if lot < 65:
        return bool(another_way(a, b, t, u, chance))
    if lot < 75 and x >= 0:
        return not b.node[x].fixed and another_way(a, b, t, x, chance)
    if lot < 85:
        return bool(to_its_kind(a, b, t, u, chance))
    if lot < 90 and x >= 0:
        return not b.node[x].fixed and to_its_kind(a, b, t, x, chance)
    if lot < 95:
        return bool(other_people(a, b, t, u, chance))
    i = draw(chance, b.node.shape[0])
    return b.node[i].machine >= 0 and not b.node[i].fixed and another_way(a, b, t, i, chance)


@njit(**COMPILED)
def cost_of(terms: Ints, weight: Reals) -> float:
    """What a plan costs, all levels as one number."""
    cost = 0.0
    for k in range(TERMS):
        cost += weight[k] * terms[k]
    return cost


@njit(**COMPILED)
def last_end(b: List) -> int:
    """The last end on any machine."""
    latest = 0
    for m in range(b.last.shape[0]):
        if b.last[m] >= 0:
            latest = max(latest, b.node[b.last[m]].end)
    return int(latest)


@njit(**COMPILED)
def keep(b: List, t: Trial) -> None:
    """Write the present list down as the best."""
    for i in range(b.node.shape[0]):
        t.best_way[i], t.best_label[i] = b.node[i].way, b.node[i].label
    for slot in range(b.who.shape[0]):
        t.best_who[slot] = b.who[slot]
    t.tally[FRESH] = 0


@njit(**COMPILED)
def reach(a: Columns, b: List, t: Trial, weight: Reals, cost: float, hopeless: float) -> bool:
    """Look at everybody the move concerns; False where one cannot be placed, or nothing good will come of it."""
    seen = 0
    while waiting(b):
        if not renew(a, b, pop(b)):
            return False
        seen += 1
        if seen % 64 == 0 and cost_of(b.terms, weight) - cost > hopeless:
            return False
    return True


@njit(**COMPILED)
def cool(
    a: Columns, b: List, t: Trial, weight: Reals, hot: float, cold: float, patience: float, at: int, trials: int,
    whole: int, chance: NDArray,
) -> None:  # fmt: skip
    """Trials number `at` to `at + trials` of `whole`, cooling from `hot` to `cold`; the best list is kept in `t`.

    weight (TERMS,): what a unit of each term costs; patience: heats a move may cost on the way before it is given up.
    """
    cost, gap = cost_of(b.terms, weight), b.node.shape[0] // 8
    close(b)
    for k in range(at, at + trials):
        heat = hot * (cold / hot) ** (k / whole)
        if k % 128 == 0 or k == at:
            list_late(a, b, t)
        for term in range(TERMS):
            t.was[term] = b.terms[term]
        t.tally[MOVED] = t.tally[HANDED] = 0
        b.tally[VISITS] += 1
        good, there = propose(a, b, t, chance), 0.0
        if good:
            gather(b)
            good = reach(a, b, t, weight, cost, patience * heat)
        if good:
            b.terms[MAKESPAN] = last_end(b)
            there = cost_of(b.terms, weight)
            worse = there - cost
            good = worse <= 0.0 or draw(chance, _SCALE) < math.exp(-worse / heat) * _SCALE
            if good and worse > 0.0 and t.tally[FRESH] and k - t.tally[SAVED_AT] >= gap:
                withdraw(a, b, t)
                keep(b, t)
                t.tally[SAVED_AT] = k
                continue
        if not good:
            withdraw(a, b, t)
            continue
        close(b)
        cost = there
        t.tally[TAKEN] += 1
        if cost < t.best_cost[0]:
            t.best_cost[0] = cost
            t.tally[FRESH] = 1
        elif cost > t.best_cost[0]:
            t.tally[FRESH] = 0
    if t.tally[FRESH]:
        keep(b, t)
