"""The decoder: priorities in, a plan out. Everything a factory has is handled here, once.

List scheduling in order of time. Each machine keeps the ways that wait for it and a lower bound of the next start
there. The machine with the least bound is scanned: its operations get their earliest start, and the best of those that
could start first (or, with a look ahead, before the first could end) is planned behind all that is planned there.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_heap import rekey
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, RUN, Columns, Desk, Reals, Sheet
from dengta.engines.scheduling.kernels_stock import change
from dengta.engines.scheduling.kernels_time import fit
from dengta.engines.scheduling.kernels_trial import (
    CALENDARS,
    END,
    SETUP_END,
    SETUP_START,
    attempt,
    changeover,
    earliest,
    makes_room,
    pick,
)

LOOK, SLACK, CHANGEOVER, FREE_CHOICE = range(4)  # places in `rule`


@njit(**COMPILED)
def enqueue(a: Columns, d: Desk, open_way: Reals, i: int) -> None:
    """Operation i may start: let it wait at each machine it may run on."""
    for way in range(a.way_ptr[i], a.way_ptr[i + 1]):
        if open_way[way] > 0.0:
            m = a.way_machine[way]
            d.queue[d.queue_ptr[m] + d.waits[m]] = way
            d.waits[m] += 1
            least = max(d.ready[i], d.free[m])
            if least < d.key[m]:
                rekey(d.heap, d.place, d.key, m, least)


@njit(**COMPILED)
def put(a: Columns, d: Desk, s: Sheet, open_way: Reals, i: int, m: int, start: int, batch: int) -> None:
    """Write operation i down as the last trial found it, and let go what waited for it."""
    end = d.fit[END]
    s.machine[i], s.start[i], s.end[i], s.batch[i] = m, start, end, batch
    joins = batch >= 0 and batch != i
    s.setup[i] = 0 if joins or a.begun[i] >= 0 else changeover(a, d.state[m], a.state[i], m)
    s.setup_start[i] = d.fit[SETUP_START] if s.setup[i] > 0 else start
    s.setup_end[i] = d.fit[SETUP_END] if s.setup[i] > 0 else start
    d.free[m] = max(d.free[m], end) if a.begun[i] >= 0 else end
    if a.state[i] >= 0:
        d.state[m] = a.state[i]
    slot = a.slot_ptr[i]
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        for _ in range(a.need_count[need]):
            s.who[slot] = d.pick[slot]
            if d.pick[slot] >= 0:
                until = end if a.need_when[need] & RUN else d.fit[SETUP_END]
                d.resource_free[d.pick[slot]] = max(d.resource_free[d.pick[slot]], until)
            slot += 1
    made = False
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        quantity = a.use_quantity[use]
        if a.begun[i] >= 0 and (quantity > 0 or a.remaining[i] == 0):
            continue  # the stock that is stated knows of it
        change(a, d, a.use_material[use], start if quantity > 0 else end, -quantity)
        made = made or quantity < 0
    while d.next_pin[m] < d.pin_ptr[m + 1] and s.machine[d.pinned[d.next_pin[m]]] >= 0:
        d.next_pin[m] += 1
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        j = a.succ[e]
        d.ready[j] = max(d.ready[j], end + a.lag[a.succ_arc[e]])
        d.missing[j] -= 1
        if d.missing[j] == 0 and s.machine[j] < 0:
            enqueue(a, d, open_way, j)
    if made:
        wake(d)


@njit(**COMPILED)
def wake(d: Desk) -> None:
    """Look again at every machine that had given up: what it lacked may be there now."""
    for m in range(d.free.shape[0]):
        if d.waits[m] > 0 and d.key[m] == NEVER:
            rekey(d.heap, d.place, d.key, m, d.free[m])


@njit(**COMPILED)
def scan(a: Columns, d: Desk, s: Sheet, m: int, look: float, strict: bool) -> tuple[int, int]:
    """Earliest starts of all that waits for machine m, as far as they matter: (first start, first end)."""
    base, n, q = d.queue_ptr[m], d.waits[m], 0
    first_start, first_end = NEVER, NEVER
    while q < n:
        way = d.queue[base + q]
        i = a.way_operation[way]
        if s.machine[i] >= 0:
            n -= 1
            d.queue[base + q] = d.queue[base + n]
            continue
        d.found_start[base + q] = NEVER
        least = max(d.ready[i], d.free[m], a.now[0])
        if a.machine_setups[m] >= 0:
            least = max(least, max(d.free[m], a.now[0]) + changeover(a, d.state[m], a.state[i], m))
        if d.simple[way] == 1:
            d.found_start[base + q] = least
            first_start, first_end = min(first_start, least), min(first_end, least + a.way_time[way])
        elif least <= first_start or (look > 0.0 and least < first_end):
            start = earliest(a, d, way, strict)
            d.found_start[base + q] = start
            if start < NEVER:
                first_start, first_end = min(first_start, start), min(first_end, d.fit[END])
        q += 1
    d.waits[m] = n
    return first_start, first_end


@njit(**COMPILED)
def urgency(a: Columns, s: Sheet, i: int) -> float:
    """Above every other priority where a longest lag runs out, the sooner the more."""
    latest = NEVER
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        if a.lag_most[e] < NEVER:
            latest = min(latest, s.end[a.pred[e]] + a.lag_most[e])
    return 0.0 if latest == NEVER else 1e18 - latest


@njit(**COMPILED)
def choose(
    a: Columns, d: Desk, s: Sheet, m: int, until: int, priority: Reals, rest: Reals, rule: Reals, chained: bool
) -> int:
    """The way of highest index among those on machine m that could start by `until`."""
    base, best, best_index = d.queue_ptr[m], -1, 0.0
    for q in range(d.waits[m]):
        way = d.queue[base + q]
        if d.found_start[base + q] > until:
            continue
        i = a.way_operation[way]
        index = priority[way]
        if rule[CHANGEOVER] > 0.0 and a.machine_setups[m] >= 0:
            index -= rule[CHANGEOVER] * changeover(a, d.state[m], a.state[i], m)
        if rule[SLACK] > 0.0 and a.due[a.order[i]] < NEVER:
            slack = a.due[a.order[i]] - rest[i] - a.way_time[way] - max(d.free[m], d.ready[i])
            index -= rule[SLACK] * max(0.0, slack)
        if chained:
            index += urgency(a, s, i)
        if best < 0 or index > best_index or (index == best_index and way < best):
            best, best_index = way, index
    return best


@njit(**COMPILED)
def elsewhere(a: Columns, d: Desk, open_way: Reals, way: int, strict: bool) -> int:
    """The way on which the operation of `way` would end first, behind what is planned."""
    i = a.way_operation[way]
    best, best_end = way, NEVER
    for other in range(a.way_ptr[i], a.way_ptr[i + 1]):
        if open_way[other] > 0.0:
            start = earliest(a, d, other, strict)
            if start < NEVER and (d.fit[END] < best_end or (d.fit[END] == best_end and other == way)):
                best, best_end = other, d.fit[END]
    return best


@njit(**COMPILED)
def fill(a: Columns, d: Desk, s: Sheet, open_way: Reals, way: int, start: int, priority: Reals, strict: bool) -> None:
    """Plan `way` with what may share its batch: same key and state, there within the wait, by priority."""
    i, m = a.way_operation[way], a.way_machine[way]
    base, room, at, work = d.queue_ptr[m], a.capacity[m] - a.size[i], start, a.way_time[way]
    latest = start + a.wait[m]
    for q in range(d.waits[m]):
        d.found_start[base + q] = 0
    joined = 1
    while True:
        best = -1
        for q in range(d.waits[m]):
            j = a.way_operation[d.queue[base + q]]
            alike = a.key[j] == a.key[i] and a.state[j] == a.state[i] and a.must_fit[j] == a.must_fit[i]
            fits = s.machine[j] < 0 and alike and a.size[j] <= room
            fits = fits and j != i and d.found_start[base + q] == 0 and max(d.ready[j], a.pin_start[j]) <= latest
            if fits and (best < 0 or priority[d.queue[base + q]] > priority[d.queue[base + best]]):
                best = q
        if best < 0:
            break
        j = a.way_operation[d.queue[base + best]]
        later = max(at, d.ready[j], a.pin_start[j])
        longer = max(work, a.way_time[d.queue[base + best]])
        d.found_start[base + best] = -1
        if attempt(a, d, i, m, later, longer, False) <= latest and (not strict or makes_room(a, d, i, m, d.fit[END])):
            at, work, room = later, longer, room - a.size[j]
            d.found_start[base + best] = 1
            joined += 1
    start = attempt(a, d, i, m, at, work, False)
    n = d.waits[m]
    put(a, d, s, open_way, i, m, start, i if joined > 1 else -1)
    for q in range(n):
        if d.found_start[base + q] == 1:
            put(a, d, s, open_way, a.way_operation[d.queue[base + q]], m, start, i)


@njit(**COMPILED)
def go_on(a: Columns, d: Desk, s: Sheet, open_way: Reals, i: int) -> None:
    """Work that has begun: what remains goes on now, where it is."""
    m = a.pin_machine[i]
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        d.pick[slot] = -1
    d.fit[END] = a.now[0] if a.ended[i] < 0 else a.ended[i]
    if a.remaining[i] > 0:
        d.calendars[0] = a.machine_calendar[m]
        at = pick(a, d, i, RUN, a.now[0], a.remaining[i], False, False)
        if at == NEVER or fit(a, d.calendars, d.fit[CALENDARS], at, a.remaining[i], False, d.fit) == NEVER:
            return
    put(a, d, s, open_way, i, m, a.begun[i], -1)


@njit(**COMPILED)
def decode(a: Columns, d: Desk, s: Sheet, open_way: Reals, priority: Reals, rest: Reals, rule: Reals) -> int:
    """Fill the empty sheet `s`; -> how many operations are planned.

    priority (w,): higher first; open_way (w,): 0 for ways not to take; rest (n,): work that follows in the order; rule:
    look ahead 0..1, price of a tick of slack and of changeover, whether a chosen operation takes its earliest end.
    """
    n, planned, strict = a.order.shape[0], 0, True
    chained = False
    for e in range(a.pred.shape[0]):
        chained = chained or a.lag_most[e] < NEVER
    for k in range(d.history.shape[0]):
        go_on(a, d, s, open_way, d.history[k])
    for i in range(n):
        if s.machine[i] < 0 and a.pred_ptr[i + 1] == a.pred_ptr[i]:
            enqueue(a, d, open_way, i)
    while True:
        m = d.heap[0]
        if d.key[m] == NEVER:
            if not strict:
                break
            strict = False
            wake(d)
            continue
        first_start, first_end = scan(a, d, s, m, rule[LOOK], strict)
        rekey(d.heap, d.place, d.key, m, first_start)
        if first_start == NEVER or d.heap[0] != m:
            continue
        until = first_start
        if rule[LOOK] > 0.0:
            until += int(rule[LOOK] * max(0, first_end - first_start - 1))
        way = choose(a, d, s, m, until, priority, rest, rule, chained)
        if rule[FREE_CHOICE] > 0.0:
            way = elsewhere(a, d, open_way, way, strict)
        start = earliest(a, d, way, strict)
        i, there = a.way_operation[way], a.way_machine[way]
        if a.capacity[there] > 0 and a.key[i] >= 0:
            fill(a, d, s, open_way, way, start, priority, strict)
        else:
            put(a, d, s, open_way, i, there, start, -1)
        rekey(d.heap, d.place, d.key, m, max(first_start, d.free[m]) if there == m else d.key[m])
    for i in range(n):
        planned += s.machine[i] >= 0
    return planned
