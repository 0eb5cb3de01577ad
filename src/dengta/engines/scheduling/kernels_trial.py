"""When an operation could start on a machine, behind all that is planned there: setup, people, stock, calendars."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_buffer import room_behind
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, RUN, SETUP, Columns, Desk, Reals
from dengta.engines.scheduling.kernels_stock import available
from dengta.engines.scheduling.kernels_time import fit

END, SETUP_START, SETUP_END, CALENDARS = range(4)  # places in `Desk.fit`: what the last trial found


@njit(**COMPILED)
def changeover(a: Columns, before: int, after: int, machine: int) -> int:
    """Ticks to set `machine` up from one state to another."""
    matrix = a.machine_setups[machine]
    return int(a.setup[matrix, before, after]) if matrix >= 0 and before >= 0 and after >= 0 else 0


@njit(**COMPILED)
def alike(a: Columns, i: int, j: int) -> bool:
    """Whether two operations may share a batch: one key, one state, the same needs."""
    if a.key[i] < 0 or a.key[i] != a.key[j] or a.state[i] != a.state[j] or a.must_fit[i] != a.must_fit[j]:
        return False
    x, y = a.need_ptr[i], a.need_ptr[j]
    if a.need_ptr[i + 1] - x != a.need_ptr[j + 1] - y:
        return False
    for k in range(a.need_ptr[i + 1] - x):
        same = a.need_skill[x + k] == a.need_skill[y + k] and a.need_count[x + k] == a.need_count[y + k]
        if not same or a.need_when[x + k] != a.need_when[y + k]:
            return False
    return True


@njit(**COMPILED)
def busy(a: Columns, d: Desk, i: int, one: int, when: int) -> bool:
    """Whether resource `one` is chosen already for that part of operation i."""
    slot = a.slot_ptr[i]
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        for _ in range(a.need_count[need]):
            if d.pick[slot] == one and a.need_when[need] & when:
                return True
            slot += 1
    return False


@njit(**COMPILED)
def pick(a: Columns, d: Desk, i: int, when: int, at: int, work: int, whole: bool, thrifty: bool) -> int:
    """Choose who holds operation i's setup or run: each time the one with whom it ends first; NEVER if nobody can.

    `thrifty` takes who has the fewest skills instead. They go to `d.pick`, their calendars behind the machine's.
    """
    slot, calendars = a.slot_ptr[i], 1
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        skill = a.need_skill[need]
        for _ in range(a.need_count[need]):
            if a.need_when[need] & when:
                if d.pick[slot] < 0:
                    best, best_end = -1, NEVER
                    for k in range(a.skill_ptr[skill], a.skill_ptr[skill + 1]):
                        one = a.skill_resource[k]
                        if not busy(a, d, i, one, when):
                            d.calendars[calendars] = a.resource_calendar[one]
                            begin = max(at, d.resource_free[one])
                            begin = fit(a, d.calendars, calendars + 1, begin, work, whole, d.fit)
                            if begin < NEVER and d.fit[END] < best_end:
                                best, best_end = one, d.fit[END]
                                if thrifty:
                                    break
                    if best < 0:
                        return NEVER
                    d.pick[slot] = best
                    at = max(at, d.resource_free[best])
                d.calendars[calendars] = a.resource_calendar[d.pick[slot]]
                calendars += 1
            slot += 1
    d.fit[CALENDARS] = calendars
    return at


@njit(**COMPILED)
def set_up(a: Columns, d: Desk, i: int, machine: int, at: int, thrifty: bool) -> int:
    """Place the changeover to operation i, wanted at `at`; -> its end, or NEVER.

    It begins as soon as the machine is free; where it must wait for the operation or holds people to the end, as soon
    as the operation is there, for a pinned start as late as will do.
    """
    begin = max(d.free[machine], a.now[0])
    d.fit[SETUP_START] = d.fit[SETUP_END] = d.free[machine]
    if a.machine_setups[machine] < 0:
        return int(d.free[machine])
    time = changeover(a, d.state[machine], a.state[i], machine)
    if time == 0:
        return int(d.free[machine])
    waits = a.attached[a.machine_setups[machine]] == 1
    for need in range(a.need_ptr[i], a.need_ptr[i + 1]):
        waits = waits or a.need_when[need] == RUN | SETUP
    if waits and at == a.pin_start[i]:
        end = changed(a, d, i, max(begin, d.ready[i], at - time), time, thrifty)
        if end <= at:
            return int(end)
        at = d.ready[i]
    return int(changed(a, d, i, max(begin, at) if waits else begin, time, thrifty))


@njit(**COMPILED)
def changed(a: Columns, d: Desk, i: int, begin: int, time: int, thrifty: bool) -> int:
    """The end of a changeover of `time` ticks for operation i that begins at `begin` or later; or NEVER."""
    d.fit[CALENDARS] = 1
    if a.need_ptr[i + 1] > a.need_ptr[i]:
        for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
            d.pick[slot] = -1
        begin = pick(a, d, i, SETUP, begin, time, False, thrifty)
        if begin == NEVER:
            return NEVER
    begin = fit(a, d.calendars, d.fit[CALENDARS], begin, time, False, d.fit)
    if begin == NEVER:
        return NEVER
    d.fit[SETUP_START] = begin
    d.fit[SETUP_END] = d.fit[END]
    return int(d.fit[END])


@njit(**COMPILED)
def attempt(a: Columns, d: Desk, open_way: Reals, i: int, machine: int, at: int, work: int, thrifty: bool) -> int:
    """Earliest start of operation i there, not before `at`; NEVER where it cannot. The rest is in `d.fit`, `d.pick`.

    It ends no sooner than what follows it has a place to wait.
    """
    start = alone(a, d, i, machine, at, work, thrifty)
    if start == NEVER or d.leave.shape[0] == 0:
        return int(start)
    room = room_behind(a, d, open_way, i)
    if room == NEVER:
        return NEVER
    while start < NEVER and d.fit[END] < room:
        start = alone(a, d, i, machine, start + room - d.fit[END], work, thrifty)
    return int(start)


@njit(**COMPILED)
def alone(a: Columns, d: Desk, i: int, machine: int, at: int, work: int, thrifty: bool) -> int:
    """The same, wherever what follows it may wait."""
    needs = a.need_ptr[i + 1] > a.need_ptr[i]
    for slot in range(a.slot_ptr[i], a.slot_ptr[i + 1]):
        d.pick[slot] = -1
    d.calendars[0] = a.machine_calendar[machine]
    ends = set_up(a, d, i, machine, at, thrifty)
    if ends == NEVER:
        return NEVER
    begin = max(at, ends)
    for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
        if a.use_quantity[use] > 0:
            begin = max(begin, available(a, d, a.use_material[use], a.use_quantity[use], begin))
    if begin >= NEVER:
        return NEVER
    if not needs and a.machine_calendar[machine] < 0:
        d.fit[END] = begin + work
        return int(begin)
    d.fit[CALENDARS] = 1
    if needs:
        begin = pick(a, d, i, RUN, begin, work, a.must_fit[i] == 1, thrifty)
        if begin == NEVER:
            return NEVER
    return int(fit(a, d.calendars, d.fit[CALENDARS], begin, work, a.must_fit[i] == 1, d.fit))


@njit(**COMPILED)
def earliest(a: Columns, d: Desk, open_way: Reals, way: int, strict: bool) -> int:
    """`attempt` of a way, pins kept: its own start, and (when `strict`) the next pinned start on its machine."""
    i, machine = a.way_operation[way], a.way_machine[way]
    at = max(d.ready[i], a.now[0], a.pin_start[i])
    start = attempt(a, d, open_way, i, machine, at, a.way_time[way], False)
    if start == NEVER and a.need_ptr[i + 1] - a.need_ptr[i] > 1:
        start = attempt(a, d, open_way, i, machine, at, a.way_time[way], True)
    if start < NEVER and strict and not makes_room(a, d, i, machine, d.fit[END]):
        return NEVER
    return int(start)


@njit(**COMPILED)
def makes_room(a: Columns, d: Desk, i: int, machine: int, end: int) -> bool:
    """Whether what is pinned next on the machine can still start on time after operation i."""
    at = d.next_pin[machine]
    if at == d.pin_ptr[machine + 1] or d.pinned[at] == i:
        return True
    pinned = d.pinned[at]
    state = a.state[i] if a.state[i] >= 0 else d.state[machine]
    return bool(end + changeover(a, state, a.state[pinned], machine) <= a.pin_start[pinned])
