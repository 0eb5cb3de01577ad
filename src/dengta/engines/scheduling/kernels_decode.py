"""The decoder: priorities in, a plan out. Everything a factory has is handled here, once.

List scheduling in order of time. Each machine keeps the ways that wait for it and a lower bound of the next start
there. The machine with the least bound is scanned: its operations get their earliest start, and the best of those that
could start first (or, with a look ahead, before the first could end) is planned behind all that is planned there.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_buffer import room_behind, step_in, step_out
from dengta.engines.scheduling.kernels_heap import rekey
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, RUN, Columns, Desk, Reals, Sheet
from dengta.engines.scheduling.kernels_stock import available, change
from dengta.engines.scheduling.kernels_time import fit, opening
from dengta.engines.scheduling.kernels_trial import (
    CALENDARS,
    END,
    SETUP_END,
    SETUP_START,
    alike,
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
        m = a.way_machine[way]
        if open_way[way] > 0.0 and (d.route[i] < 0 or d.route[i] == m):
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
    made = step_out(a, d, i, m, start)
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
            step_in(a, d, j)
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
def scan(a: Columns, d: Desk, s: Sheet, open_way: Reals, m: int, look: float, strict: bool) -> tuple[int, int]:
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
            start = earliest(a, d, open_way, way, strict)
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
        if open_way[other] > 0.0 and (d.route[i] < 0 or d.route[i] == a.way_machine[other]):
            start = earliest(a, d, open_way, other, strict)
            if start < NEVER and (d.fit[END] < best_end or (d.fit[END] == best_end and other == way)):
                best, best_end = other, d.fit[END]
    return best


@njit(**COMPILED)
def together(a: Columns, d: Desk, open_way: Reals, i: int, m: int, at: int, work: int, strict: bool) -> int:
    """Earliest start of a batch that i leads, from `at` on; NEVER where it cannot, or a pinned one needs the room."""
    start = attempt(a, d, open_way, i, m, at, work, False)
    if start == NEVER and a.need_ptr[i + 1] - a.need_ptr[i] > 1:
        start = attempt(a, d, open_way, i, m, at, work, True)
    return NEVER if start == NEVER or (strict and not makes_room(a, d, i, m, d.fit[END])) else int(start)


@njit(**COMPILED)
def stocked(a: Columns, d: Desk, i: int, m: int, j: int, at: int) -> bool:
    """Whether at `at` there is material for j beside that of all who are in the batch of i already."""
    for use in range(a.use_ptr[j], a.use_ptr[j + 1]):
        k, wanted = a.use_material[use], a.use_quantity[use]
        if wanted < 0:
            continue
        for q in range(-1, d.waits[m]):
            if q < 0 or d.found_start[d.queue_ptr[m] + q] == 1:
                one = i if q < 0 else a.way_operation[d.queue[d.queue_ptr[m] + q]]
                for other in range(a.use_ptr[one], a.use_ptr[one + 1]):
                    if a.use_material[other] == k and a.use_quantity[other] > 0:
                        wanted += a.use_quantity[other]
        if available(a, d, k, wanted, at) > at:
            return False
    return True


@njit(**COMPILED)
def fill(a: Columns, d: Desk, s: Sheet, open_way: Reals, way: int, start: int, priority: Reals, strict: bool) -> None:
    """Plan `way` with what may share its batch: alike, by priority, there soon enough.

    Who joins is there at most the machine's `wait` after the first one is there and the machine is free and open, or
    before the batch can start without it.
    """
    i, m = a.way_operation[way], a.way_machine[way]
    base, room, at, work = d.queue_ptr[m], a.capacity[m] - a.size[i], start, a.way_time[way]
    for q in range(d.waits[m]):
        d.found_start[base + q] = 0
    free, joined = max(d.fit[SETUP_END], a.now[0]), 1
    soonest = latest = max(d.ready[i], a.pin_start[i], a.now[0])
    while True:
        best = -1
        for q in range(d.waits[m]):
            j = a.way_operation[d.queue[base + q]]
            fits = s.machine[j] < 0 and j != i and a.size[j] <= room and d.found_start[base + q] == 0
            if fits and alike(a, j, i) and (best < 0 or priority[d.queue[base + q]] > priority[d.queue[base + best]]):
                best = q
        if best < 0:
            break
        j = a.way_operation[d.queue[base + best]]
        there = max(d.ready[j], a.pin_start[j], a.now[0])
        d.found_start[base + best] = -1
        since = max(free, min(soonest, there))
        if a.machine_calendar[m] >= 0:
            since = max(since, a.open_start[opening(a, a.machine_calendar[m], since)])
        if max(latest, there) > since + a.wait[m] and not soonest <= there <= start:
            continue
        later, longer = max(at, there), max(work, a.way_time[d.queue[base + best]])
        begin = together(a, d, open_way, i, m, later, longer, strict)
        if begin < NEVER and stocked(a, d, i, m, j, begin):
            start = begin
            at, work, room = later, longer, room - a.size[j]
            soonest, latest = min(soonest, there), max(latest, there)
            d.found_start[base + best] = 1
            joined += 1
    start = together(a, d, open_way, i, m, at, work, False)
    n = d.waits[m]
    put(a, d, s, open_way, i, m, start, i if joined > 1 else -1)
    for q in range(n):
        if d.found_start[base + q] == 1:
            j = a.way_operation[d.queue[base + q]]
            for k in range(a.slot_ptr[i + 1] - a.slot_ptr[i]):
                d.pick[a.slot_ptr[j] + k] = d.pick[a.slot_ptr[i] + k]
            room_behind(a, d, open_way, j)
            put(a, d, s, open_way, j, m, start, i)


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
    room_behind(a, d, open_way, i)
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
            d.lenient[0] = 1
            wake(d)
            continue
        first_start, first_end = scan(a, d, s, open_way, m, rule[LOOK], strict)
        rekey(d.heap, d.place, d.key, m, first_start)
        if first_start == NEVER or d.heap[0] != m:
            continue
        until = first_start
        if rule[LOOK] > 0.0:
            until += int(rule[LOOK] * max(0, first_end - first_start - 1))
        way = choose(a, d, s, m, until, priority, rest, rule, chained)
        if rule[FREE_CHOICE] > 0.0:
            way = elsewhere(a, d, open_way, way, strict)
        start = earliest(a, d, open_way, way, strict)
        i, there = a.way_operation[way], a.way_machine[way]
        if a.capacity[there] > 0 and a.key[i] >= 0:
            fill(a, d, s, open_way, way, start, priority, strict)
        else:
            put(a, d, s, open_way, i, there, start, -1)
        rekey(d.heap, d.place, d.key, m, max(first_start, d.free[m]) if there == m else d.key[m])
        if not strict:
            strict = True
            d.lenient[0] = 0
    for i in range(n):
        planned += s.machine[i] >= 0
    return planned
