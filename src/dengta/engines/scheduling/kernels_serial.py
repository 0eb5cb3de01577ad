"""Serial schedule generation: the earliest start of an operation behind all that comes before it in the list.

What a change reaches is looked at again in the sequence of labels, each operation once, and noted so that an unlucky
move can be taken back.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, INLINED, NEVER, RUN, SETUP, Columns
from dengta.engines.scheduling.kernels_list import LOGGED, ORDERS, UNTILS, VISITS, WAITING, List, push, sooner
from dengta.engines.scheduling.kernels_measure import BROKEN, FLOW, INVENTORY, LATE, SETUPS, TARDINESS
from dengta.engines.scheduling.kernels_time import fit, opening
from dengta.engines.scheduling.kernels_trial import alike, changeover


@njit(**COMPILED)
def in_stock(a: Columns, b: List, use: int) -> int:
    """When all that is taken up to and with this use is there; NEVER where it never is.

    What is made counts in the sequence of the list, a maker once all makers before it are done.
    """
    k, i = a.use_material[use], b.use_operation[use]
    wanted, made, at, best = b.total[use], 0, 0, NEVER
    first, last = a.stock_ptr[k], a.stock_ptr[k] + a.stock_known[k]
    maker = b.make_first[k]
    while True:
        level, there = made, NEVER
        for e in range(first, last):
            level += a.stock_change[e]
            if level >= wanted:
                there = a.stock_at[e]
                break
        best = min(best, max(at, there))
        if best <= at or maker < 0 or not sooner(b, b.use_operation[maker], i):
            return int(best)
        at = max(at, b.node[b.use_operation[maker]].end)
        made -= a.use_quantity[maker]
        maker = b.use_after[maker]


@njit(**INLINED)
def arrives(a: Columns, b: List, i: int) -> int:
    """When operation i is there: released, all before it done."""
    at = max(a.release[a.order[i]], a.now[0])
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        at = max(at, b.node[a.pred[e]].end + a.lag[e])
    return int(at)


@njit(**INLINED)
def joins(a: Columns, b: List, i: int, ready: int, stocked: int) -> bool:
    """Whether i goes into the batch planned last on its machine, which it must not delay."""
    p, m = b.node[i].before, b.node[i].machine
    if p < 0 or a.capacity[m] == 0 or b.node[p].fixed or b.node[p].leader < 0:
        return False
    one = b.node[p]
    fits = one.room >= a.size[i] and a.way_time[b.node[i].way] <= one.work
    ready = max(ready, a.pin_start[i])
    if not fits or max(ready, stocked) > one.start or not alike(a, i, one.leader):
        return False
    lead = b.node[one.leader].before
    free = b.node[one.leader].setup_end if b.node[one.leader].setup > 0 else b.node[lead].free if lead >= 0 else 0
    since = max(free, min(one.soonest, ready), a.now[0])
    if a.machine_calendar[m] >= 0:
        since = max(since, a.open_start[opening(a, a.machine_calendar[m], since)])
    latest = max(one.latest, ready)
    if latest <= since + a.wait[m]:
        return True
    b.calendars[0] = a.machine_calendar[m]  # what held the leader anyway is no waiting for it
    begin = staffed(a, b, one.leader, RUN, max(since, ready))
    return bool(fit(a, b.calendars, b.fit[3], begin, one.work, a.must_fit[i] == 1, b.fit) >= latest)


@njit(**COMPILED)
def holds_before(b: List, slot: int) -> int:
    """The slot of the operation that holds the same person before, -1 none. One may set up and then run."""
    before = b.slot_before[slot]
    while before >= 0 and b.slot_operation[before] == b.slot_operation[slot]:
        before = b.slot_before[before]
    return int(before)


@njit(**COMPILED)
def free_since(b: List, slot: int) -> int:
    """When the person of a slot is free for it."""
    before = holds_before(b, slot)
    return int(b.until[before]) if before >= 0 else 0


@njit(**COMPILED)
def staffed(a: Columns, b: List, i: int, when: int, at: int) -> int:
    """When all who hold that part of i are free, from `at` on; their calendars go behind the machine's: fit[3]."""
    n = 1
    slot = a.slot_ptr[i]
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        for _ in range(a.need_count[need]):
            if a.need_when[need] & when:
                at = max(at, free_since(b, slot))
                b.calendars[n] = a.resource_calendar[b.who[slot]]
                n += 1
            slot += 1
    b.fit[3] = n
    return int(at)


@njit(**INLINED)
def held_throughout(a: Columns, i: int) -> bool:
    """Whether somebody stays from the setup to the end."""
    held = False
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        held = held or a.need_when[need] == RUN | SETUP
    return held


@njit(**INLINED)
def set_up(a: Columns, b: List, i: int, m: int, state: int, free: int, at: int) -> int:
    """Place the changeover to i, which is there at `at`; -> when the machine is ready for it, NEVER if it never is."""
    time = changeover(a, state, a.state[i], m)
    b.node[i].setup = time
    if time == 0:
        return free
    waits = a.attached[a.machine_setups[m]] == 1 or held_throughout(a, i)
    begin = max(free, a.now[0])
    if waits and at == a.pin_start[i]:  # for a pinned start as late as will do
        late = staffed(a, b, i, SETUP, max(begin, b.node[i].ready, at - time))
        late = fit(a, b.calendars, b.fit[3], late, time, False, b.fit)
        if late < NEVER and b.fit[0] <= at:
            b.node[i].setup_start, b.node[i].setup_end = late, b.fit[0]
            return int(b.fit[0])
        at = b.node[i].ready
    begin = staffed(a, b, i, SETUP, max(begin, at) if waits else begin)
    begin = fit(a, b.calendars, b.fit[3], begin, time, False, b.fit)
    b.node[i].setup_start, b.node[i].setup_end = begin, b.fit[0]
    return NEVER if begin == NEVER else int(b.fit[0])


@njit(**COMPILED)
def room_behind(a: Columns, b: List, i: int) -> int:
    """When i may end at the earliest, for all that it lets go to have a place; counts what finds none in `overfull`."""
    at = 0
    b.node[i].overfull = 0
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        j = a.succ[e]
        m = b.node[j].machine
        if m < 0 or a.buffer[m] < 0 or b.node[j].entry != i or b.node[j].fixed:
            continue
        spare, x = a.buffer[m], b.last[m]
        while x >= 0 and sooner(b, i, x):
            entry = b.node[x].entry
            if x != j and entry >= 0 and (sooner(b, entry, i) or (entry == i and x < j)):
                spare -= 1
            x = b.node[x].before
        if spare <= 0:
            b.node[i].overfull += 1
            continue
        while x >= 0:
            if b.node[x].entry >= 0 and not b.node[x].fixed:
                spare -= 1
                if spare == 0:
                    at = max(at, b.node[x].start)
                    break
            x = b.node[x].before
    return int(at)


@njit(**INLINED)
def entries_follow(a: Columns, b: List, i: int) -> None:
    """i starts at another time: whoever waits for the place it leaves is looked at again."""
    m = b.node[i].machine
    if a.buffer[m] < 0 or b.node[i].entry < 0:
        return
    high, x, steps = b.node[i].label, b.node[i].after, 0
    while x >= 0 and steps <= a.buffer[m]:
        high, steps, x = b.node[x].label, steps + (b.node[x].entry >= 0), b.node[x].after
    x = b.last[m]
    while x >= 0 and x != i:
        entry = b.node[x].entry
        if entry >= 0 and sooner(b, i, entry) and b.node[entry].label <= high:
            push(b, entry)
        x = b.node[x].before


@njit(**INLINED)
def place(a: Columns, b: List, i: int) -> bool:
    """Start i as early as it can; False where it cannot."""
    p, m, way = b.node[i].before, b.node[i].machine, b.node[i].way
    free, state = (b.node[p].free, b.node[p].state) if p >= 0 else (0, a.machine_state[m])
    ready = arrives(a, b, i)
    b.node[i].ready = ready
    b.node[i].state = a.state[i] if a.state[i] >= 0 else state
    stocked = 0
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        if a.use_quantity[use] > 0:
            stocked = max(stocked, in_stock(a, b, use))
    if stocked >= NEVER:
        return False
    if joins(a, b, i, ready, stocked):
        one = b.node[p]
        b.node[i].setup, b.node[i].leader, b.node[i].work = 0, one.leader, one.work
        b.node[i].setup_start = b.node[i].setup_end = b.node[i].start = one.start
        b.node[i].end, b.node[i].free, b.node[i].room = one.end, one.free, one.room - a.size[i]
        at = max(ready, a.pin_start[i])
        b.node[i].soonest, b.node[i].latest = min(one.soonest, at), max(one.latest, at)
        if b.limited[0] == 1 and room_behind(a, b, i) > one.end:
            b.node[i].overfull += 1
        return True
    at = max(ready, a.pin_start[i])
    b.calendars[0] = a.machine_calendar[m]
    begin = set_up(a, b, i, m, state, free, at)
    if begin == NEVER:
        return False
    work, whole = a.way_time[way], a.must_fit[i] == 1
    begin = staffed(a, b, i, RUN, max(begin, at, stocked))
    if b.fit[3] > 1 or a.machine_calendar[m] >= 0:
        begin = fit(a, b.calendars, b.fit[3], begin, work, whole, b.fit)
        if begin == NEVER:
            return False
    else:
        b.fit[0] = begin + work
    if b.limited[0] == 1:
        room = room_behind(a, b, i)
        while b.fit[0] < room:
            begin += room - b.fit[0]
            if b.fit[3] > 1 or a.machine_calendar[m] >= 0:
                begin = fit(a, b.calendars, b.fit[3], begin, work, whole, b.fit)
                if begin == NEVER:
                    return False
            else:
                b.fit[0] = begin + work
    b.node[i].start, b.node[i].end = begin, b.fit[0]
    b.node[i].free = b.fit[0]
    if b.node[i].setup == 0:
        b.node[i].setup_start = b.node[i].setup_end = begin
    b.node[i].leader = i if a.capacity[m] > 0 and a.key[i] >= 0 else -1
    b.node[i].room, b.node[i].work = a.capacity[m] - a.size[i], work
    b.node[i].soonest = b.node[i].latest = at
    return True


@njit(**COMPILED)
def wishes_broken(a: Columns, b: List, i: int) -> int:
    """Longest lags that run out before i, places missing behind it, and whether it is not where it is pinned."""
    broken = b.node[i].overfull
    if a.pin_start[i] >= 0 and b.node[i].start != a.pin_start[i]:
        broken += 1
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        if b.node[i].start - b.node[a.pred[e]].end > a.lag_most[e]:
            broken += 1
    return int(broken)


@njit(**INLINED)
def note(a: Columns, b: List, i: int) -> None:
    """Write down how i was."""
    k = b.tally[LOGGED]
    b.log_operation[k] = i
    b.log_node[k] = b.node[i]
    b.tally[LOGGED] += 1
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        b.log_until[b.tally[UNTILS]] = b.until[slot]
        b.tally[UNTILS] += 1


@njit(**COMPILED)
def value_order(a: Columns, b: List, o: int, sign: int) -> None:
    """Add (or take away) what order o is worth."""
    done = b.done[o]
    b.terms[FLOW] += sign * (done - a.release[o])
    if done > a.deadline[o]:
        b.terms[BROKEN] += sign
    if a.due[o] < NEVER:
        if done > a.due[o]:
            b.terms[TARDINESS] += sign * a.weight[o] * (done - a.due[o])
            b.terms[LATE] += sign * a.weight[o]
        else:
            b.terms[INVENTORY] += sign * a.weight[o] * (a.due[o] - done)


@njit(**COMPILED)
def last_of(b: List, o: int) -> int:
    """The operation of order o that ends last."""
    found = b.ends[b.end_ptr[o]]
    for e in range(b.end_ptr[o] + 1, b.end_ptr[o + 1]):
        if b.node[b.ends[e]].end > b.node[found].end:
            found = b.ends[e]
    return int(found)


@njit(**INLINED)
def end_changed(a: Columns, b: List, i: int) -> None:
    """Whoever waits for the end of i is looked at again, and its order is priced."""
    for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
        push(b, a.succ[e])
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        if a.use_quantity[use] < 0:
            x = b.take_last[a.use_material[use]]
            while x >= 0 and sooner(b, i, b.use_operation[x]):
                push(b, b.use_operation[x])
                x = b.use_before[x]
    o = a.order[i]
    if b.done[o] < 0:
        return
    done = b.node[last_of(b, o)].end
    if done != b.done[o]:
        b.log_order[b.tally[ORDERS]], b.log_done[b.tally[ORDERS]] = o, b.done[o]
        b.tally[ORDERS] += 1
        value_order(a, b, o, -1)
        b.done[o] = done
        value_order(a, b, o, 1)


@njit(**COMPILED)
def held_until(a: Columns, b: List, i: int, who: int) -> int:
    """When operation i needs `who` no more, in any of its slots; 0 where it does not."""
    until, slot = 0, a.slot_ptr[i]
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        for _ in range(a.need_count[need]):
            if b.who[slot] == who and a.need_when[need] & RUN:
                until = max(until, b.node[i].end)
            elif b.who[slot] == who and b.node[i].setup > 0:
                until = max(until, b.node[i].setup_end)
            slot += 1
    return int(until)


@njit(**COMPILED)
def release_people(a: Columns, b: List, i: int, leads: bool) -> None:
    """When each who holds i is free again; who waits for them is looked at again."""
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        until = free_since(b, slot)
        if leads:
            until = max(until, held_until(a, b, i, b.who[slot]))
        if until != b.until[slot]:
            b.until[slot] = until
            after = b.slot_after[slot]
            if after >= 0 and b.slot_operation[after] != i:
                push(b, b.slot_operation[after])


@njit(**INLINED)
def renew(a: Columns, b: List, i: int) -> bool:
    """Look at i again; False where it cannot be placed."""
    note(a, b, i)
    was = b.log_node[b.tally[LOGGED] - 1]
    old_setup, old_end, old_free, old_state, old_broken = was.setup, was.end, was.free, was.state, was.broken
    old_leader, old_room, old_start, old_latest = was.leader, was.room, was.start, was.latest
    old_soonest, old_setup_end = was.soonest, was.setup_end
    b.tally[VISITS] += 1
    if not place(a, b, i):
        return False
    one = b.node[i]
    b.node[i].broken = wishes_broken(a, b, i)
    b.terms[BROKEN] += b.node[i].broken - old_broken
    b.terms[SETUPS] += one.setup - old_setup
    release_people(a, b, i, one.leader < 0 or one.leader == i)
    if one.free != old_free or one.state != old_state:
        push(b, one.after)
    elif one.leader >= 0 or old_leader >= 0:
        same = one.leader == old_leader and one.room == old_room and one.start == old_start
        if not same or one.latest != old_latest or one.soonest != old_soonest or one.setup_end != old_setup_end:
            push(b, one.after)
    if one.end != old_end:
        end_changed(a, b, i)
    if b.limited[0] == 1 and one.start != old_start:
        entries_follow(a, b, i)
    return True


@njit(**COMPILED)
def take_back(a: Columns, b: List) -> None:
    """Every operation and order as it was when the log began. Labels and ways are not touched."""
    slots = b.tally[UNTILS]
    for k in range(b.tally[LOGGED] - 1, -1, -1):
        i = b.log_operation[k]
        for slot in range(a.slot_ptr[i + 1] - 1, a.slot_ptr[i] - 1, -1):
            slots -= 1
            b.until[slot] = b.log_until[slots]
        was = b.log_node[k]
        label, way, machine = b.node[i].label, b.node[i].way, b.node[i].machine
        before, after, entry = b.node[i].before, b.node[i].after, b.node[i].entry
        b.node[i] = was
        b.node[i].label, b.node[i].way, b.node[i].machine = label, way, machine
        b.node[i].before, b.node[i].after, b.node[i].queued, b.node[i].entry = before, after, 0, entry
    for k in range(b.tally[ORDERS] - 1, -1, -1):
        b.done[b.log_order[k]] = b.log_done[k]
    close(b)


@njit(**COMPILED)
def close(b: List) -> None:
    """Begin a new log."""
    b.tally[LOGGED] = b.tally[UNTILS] = b.tally[ORDERS] = 0


@njit(**COMPILED)
def waiting(b: List) -> bool:
    """Whether somebody must be looked at again."""
    return bool(b.tally[WAITING] > 0)
