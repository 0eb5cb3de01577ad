"""Beam search over dispatching, compiled: many plans grow side by side, one operation at a time in order of time.

Orders are chains of operations with one machine each. Where several orders may go next on a machine, the plan goes on
with the one of highest index, and copies of it with others; after every so many operations the plans that least exceed
the target are kept. A width of one is dispatching as such. The idea: Sabuncuoglu and Bayiz (1999).
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_heap import rekey
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Ints, Reals

LOOK, HOLD, CROWD, STARVE = range(4)  # places in `rule`
LIVE, SPARE, NODES = range(3)  # places in `Front.size`
_FAR = 2.0  # mean times beyond which an idle machine is no hungrier


class Chains(NamedTuple):
    """A plain shop whose orders are chains. Nothing here changes."""

    machine: Ints  # (n,)
    time: Ints
    succ: Ints  # the next operation of the order, -1 none
    lag: Ints  # ticks between it and this one
    rest: Ints  # ticks of work behind this one
    earliest: Ints  # by release


class Front(NamedTuple):
    """The plans that grow: c members, m machines, N chains, each an order or several behind each other."""

    node: Ints  # (c,) what was planned last, a place in `parent`
    sign: Ints  # (c,) of what is planned: alike members are one
    done: Ints  # (c,) operations planned since the last choice
    cost: Ints  # (c,)
    free: Ints  # (c, m) end of the last operation
    key: Ints  # earliest next start
    heap: Ints
    place: Ints
    left: Ints  # work not planned
    queued: Ints  # work of the operations that come next
    first: Ints  # a chain whose next operation is there, -1 none
    behind: Ints  # (c, N) another such chain
    at: Ints  # next operation, -1 none
    ready: Ints  # its earliest start
    live: Ints  # (c,) members in use
    spare: Ints  # (c,) members not in use
    kept: Ints  # (c,) scratch
    size: Ints  # (3,)
    parent: NDArray  # (nodes,) int32: what was planned before, -1 nothing
    what: NDArray  # (nodes,) int32: the operation


@njit(**COMPILED)
def arrive(a: Chains, f: Front, b: int, o: int) -> None:
    """Let chain o wait for the machine of its next operation."""
    m = a.machine[f.at[b, o]]
    f.queued[b, m] += a.time[f.at[b, o]]
    f.behind[b, o] = f.first[b, m]
    f.first[b, m] = o
    start = max(f.free[b, m], f.ready[b, o])
    if start < f.key[b, m]:
        rekey(f.heap[b], f.place[b], f.key[b], m, start)


@njit(**COMPILED)
def plan_next(a: Chains, f: Front, signs: Ints, b: int, o: int) -> None:
    """Plan the next operation of chain o in member b, behind all on its machine."""
    i = f.at[b, o]
    m = a.machine[i]
    q = f.first[b, m]
    if q == o:
        f.first[b, m] = f.behind[b, o]
    else:
        while f.behind[b, q] != o:
            q = f.behind[b, q]
        f.behind[b, q] = f.behind[b, o]
    f.parent[f.size[NODES]], f.what[f.size[NODES]] = f.node[b], i
    f.node[b] = f.size[NODES]
    f.size[NODES] += 1
    f.sign[b] ^= signs[i]
    f.done[b] += 1
    end = max(f.free[b, m], f.ready[b, o]) + a.time[i]
    f.free[b, m] = end
    f.left[b, m] -= a.time[i]
    f.queued[b, m] -= a.time[i]
    soonest, q = NEVER, f.first[b, m]
    while q >= 0:
        soonest = min(soonest, f.ready[b, q])
        q = f.behind[b, q]
    rekey(f.heap[b], f.place[b], f.key[b], m, NEVER if soonest == NEVER else max(end, soonest))
    f.at[b, o], f.ready[b, o] = a.succ[i], end
    if a.succ[i] >= 0:
        f.ready[b, o] = max(end + a.lag[i], a.earliest[a.succ[i]])
        arrive(a, f, b, o)


@njit(**COMPILED)
def copy(f: Front, b: int, c: int) -> None:
    """Let member c be as member b is."""
    f.node[c], f.sign[c], f.done[c] = f.node[b], f.sign[b], f.done[b]
    for m in range(f.free.shape[1]):
        f.free[c, m], f.key[c, m], f.heap[c, m], f.place[c, m] = f.free[b, m], f.key[b, m], f.heap[b, m], f.place[b, m]
        f.left[c, m], f.queued[c, m], f.first[c, m] = f.left[b, m], f.queued[b, m], f.first[b, m]
    for o in range(f.at.shape[1]):
        f.behind[c, o], f.at[c, o], f.ready[c, o] = f.behind[b, o], f.at[b, o], f.ready[b, o]


@njit(**COMPILED)
def index(a: Chains, f: Front, b: int, o: int, start: int, priority: Reals, rule: Reals, mean: float) -> float:
    """How urgent chain o is on its machine, which could start at `start`; the prices of `rule` are for a mean time.

    HOLD: a machine held for an operation that is to come. CROWD: work before it on the chain's next machine when it
    gets there. STARVE: that machine idle by then.
    """
    i = f.at[b, o]
    value, at = priority[i], max(start, f.ready[b, o])
    value -= rule[HOLD] * (at - start) / mean
    n = a.succ[i]
    if n >= 0:
        m = a.machine[n]
        crowd = (f.free[b, m] + f.queued[b, m] - at - a.time[i] - a.lag[i]) / mean
        value -= rule[CROWD] * crowd if crowd > 0.0 else rule[STARVE] * max(crowd, -_FAR)
    return float(value)


@njit(**COMPILED)
def choose(
    a: Chains, f: Front, b: int, m: int, priority: Reals, rule: Reals, mean: float, below: float, not_o: int
) -> tuple[int, float]:
    """The chain of highest index on machine m among those with an index below `below`: (chain, index), -1 none.

    Chains count that could start now or, with a look ahead, before the first of them could end.
    """
    start = until = f.key[b, m]
    if rule[LOOK] > 0.0:
        first_end, q = NEVER, f.first[b, m]
        while q >= 0:
            first_end = min(first_end, max(f.ready[b, q], start) + a.time[f.at[b, q]])
            q = f.behind[b, q]
        until += int(rule[LOOK] * max(0, first_end - start - 1))
    best, highest, q = -1, 0.0, f.first[b, m]
    while q >= 0:
        if f.ready[b, q] <= until and q != not_o:
            value = index(a, f, b, q, start, priority, rule, mean)
            higher = best < 0 or value > highest or (value == highest and q < best)
            if value < below and higher:
                best, highest = q, value
        q = f.behind[b, q]
    return best, highest


@njit(**COMPILED)
def cost_of(a: Chains, f: Front, b: int, target: int) -> int:
    """By how much machines and chains together must exceed the target, as far as it can be told already."""
    soonest, total = NEVER, 0
    for o in range(f.at.shape[1]):
        i = f.at[b, o]
        if i >= 0:
            start = max(f.ready[b, o], f.free[b, a.machine[i]])
            soonest = min(soonest, start + a.time[i])
            total += max(0, start + a.time[i] + a.rest[i] - target)
    for m in range(f.free.shape[1]):
        if f.left[b, m] > 0:
            total += max(0, max(f.free[b, m], min(f.key[b, m], soonest)) + f.left[b, m] - target)
        else:
            total += max(0, f.free[b, m] - target)
    return int(total)


@njit(**COMPILED)
def grow(a: Chains, f: Front, signs: Ints, priority: Reals, rule: Reals, mean: float, steps: int, ways: int) -> None:
    """Plan `steps` more operations in every member; up to `ways` choices where there are several."""
    k = 0
    while k < f.size[LIVE]:
        b = f.live[k]
        while f.done[b] < steps:
            m = f.heap[b, 0]
            best, highest = choose(a, f, b, m, priority, rule, mean, 1e300, -1)
            other, made = best, 1
            while made < ways and f.size[SPARE] > 0:
                other, highest = choose(a, f, b, m, priority, rule, mean, highest, best)
                if other < 0:
                    break
                f.size[SPARE] -= 1
                c = f.spare[f.size[SPARE]]
                copy(f, b, c)
                plan_next(a, f, signs, c, other)
                f.live[f.size[LIVE]] = c
                f.size[LIVE] += 1
                made += 1
            plan_next(a, f, signs, b, best)
        k += 1


@njit(**COMPILED)
def keep(a: Chains, f: Front, width: int, target: int) -> None:
    """Keep the `width` members that cost least, each once."""
    kept = 0
    for k in range(f.size[LIVE]):
        b = f.live[k]
        f.done[b] = 0
        f.cost[b] = cost_of(a, f, b, target)
        p = kept
        while p > 0 and f.cost[f.kept[p - 1]] > f.cost[b]:
            p -= 1
        twin, q = False, p - 1
        while q >= 0 and f.cost[f.kept[q]] == f.cost[b]:
            twin = twin or f.sign[f.kept[q]] == f.sign[b]
            q -= 1
        gone = b
        if not twin and p < width:
            gone = f.kept[width - 1] if kept == width else -1
            kept = min(kept + 1, width)
            for q in range(kept - 1, p, -1):
                f.kept[q] = f.kept[q - 1]
            f.kept[p] = b
        if gone >= 0:
            f.spare[f.size[SPARE]] = gone
            f.size[SPARE] += 1
    for k in range(kept):
        f.live[k] = f.kept[k]
    f.size[LIVE] = kept


@njit(**COMPILED)
def beam(
    a: Chains, f: Front, signs: Ints, priority: Reals, rule: Reals, mean: float, planned: int, until: int, rhythm: int,
    width: int, ways: int, target: int,
) -> int:  # fmt: skip
    """Go on from `planned` operations in every member to `until`; -> how many are planned when nodes run out."""
    while planned < until:
        steps = min(rhythm, until - planned)
        if f.size[NODES] + steps * f.live.shape[0] > f.parent.shape[0]:
            break
        grow(a, f, signs, priority, rule, mean, steps, ways if width > 1 else 1)
        planned += steps
        keep(a, f, width, target)
    return planned


@njit(**COMPILED)
def begin(a: Chains, f: Front, heads: Ints) -> None:
    """One member with nothing planned. heads (N,): the first operation of each chain."""
    for k in range(f.live.shape[0]):
        f.spare[k] = f.live.shape[0] - 1 - k
    f.live[0] = f.sign[0] = f.done[0] = 0
    f.node[0] = -1
    f.size[LIVE], f.size[SPARE], f.size[NODES] = 1, f.live.shape[0] - 1, 0
    for m in range(f.free.shape[1]):
        f.free[0, m] = f.left[0, m] = f.queued[0, m] = 0
        f.key[0, m] = NEVER
        f.heap[0, m] = f.place[0, m] = m
        f.first[0, m] = -1
    for i in range(a.machine.shape[0]):
        f.left[0, a.machine[i]] += a.time[i]
    for o in range(heads.shape[0]):
        f.at[0, o], f.ready[0, o] = heads[o], a.earliest[heads[o]]
        arrive(a, f, 0, o)


@njit(**COMPILED)
def collect(f: Front, mark: NDArray) -> None:
    """Give back the nodes that no live member comes from. mark (nodes,) int32: scratch."""
    for k in range(f.size[NODES]):
        mark[k] = -1
    for k in range(f.size[LIVE]):
        at = f.node[f.live[k]]
        while at >= 0 and mark[at] < 0:
            mark[at] = 0
            at = f.parent[at]
    used = 0
    for k in range(f.size[NODES]):
        if mark[k] == 0:
            up = f.parent[k]
            f.parent[used], f.what[used] = (mark[up] if up >= 0 else -1), f.what[k]
            mark[k] = used
            used += 1
    for k in range(f.size[LIVE]):
        f.node[f.live[k]] = mark[f.node[f.live[k]]]
    f.size[NODES] = used


@njit(**COMPILED)
def starts(a: Chains, f: Front, b: int, order: Ints, start: Ints, free: Ints) -> None:
    """The start of every operation of a whole member. order (n,), free (m,): scratch."""
    n, at = a.machine.shape[0], f.node[b]
    for m in range(free.shape[0]):
        free[m] = 0
    for k in range(n - 1, -1, -1):
        start[k] = a.earliest[k]
        order[k] = f.what[at]
        at = f.parent[at]
    for k in range(n):
        i = order[k]
        start[i] = max(start[i], free[a.machine[i]])
        end = start[i] + a.time[i]
        free[a.machine[i]] = end
        if a.succ[i] >= 0:
            start[a.succ[i]] = max(start[a.succ[i]], end + a.lag[i])
