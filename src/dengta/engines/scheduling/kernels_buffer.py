"""Limited places before machines: nothing ends before what follows it has one.

An operation takes its place when the last of what goes before it ends and leaves it when it starts. What is planned on
a machine leaves in that sequence, so a place is free once all but the last few have started.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk, Reals


@njit(**COMPILED)
def vacant(a: Columns, d: Desk, m: int, more: int) -> int:
    """From when on there is a place before machine m beside `more` new ones; NEVER while it is full."""
    if a.buffer[m] < 0:
        return 0
    spare = a.buffer[m] - d.held[m] - more
    if spare <= 0:
        return NEVER
    if d.left[m] < spare:
        return 0
    return int(d.leave[d.leave_ptr[m] + (d.left[m] - spare) % a.buffer[m]])


@njit(**COMPILED)
def choose_route(a: Columns, d: Desk, open_way: Reals, j: int, e: int, first: int) -> int:
    """Before which machine j will wait: where a place and the machine are free soonest; -> from when on.

    first..e: arcs whose successors are let go together with j and may want the same places.
    """
    limited = False
    d.route[j] = -1
    if a.begun[j] >= 0:
        return 0
    for way in range(a.way_ptr[j], a.way_ptr[j + 1]):
        limited = limited or a.buffer[a.way_machine[way]] >= 0
    if not limited:
        return 0
    best, best_at, best_end = -1, NEVER, NEVER
    for way in range(a.way_ptr[j], a.way_ptr[j + 1]):
        if open_way[way] > 0.0:
            m, more = a.way_machine[way], 0
            for other in range(first, e):
                if d.missing[a.succ[other]] == 1 and d.route[a.succ[other]] == m:
                    more += 1
            at = vacant(a, d, m, more)
            ends = min(NEVER, max(at, d.free[m]) + a.way_time[way])
            if best < 0 or ends < best_end:
                best, best_at, best_end = m, at, ends
    d.route[j] = best
    return best_at


@njit(**COMPILED)
def room_behind(a: Columns, d: Desk, open_way: Reals, i: int) -> int:
    """When i may end at the earliest, for all that it lets go to have a place; NEVER where there is none now."""
    at, first = 0, a.succ_ptr[i]
    for e in range(first, a.succ_ptr[i + 1]):
        j = a.succ[e]
        if d.missing[j] == 1:
            wanted = choose_route(a, d, open_way, j, e, first)
            if wanted == NEVER and d.lenient[0] == 1:
                wanted = 0
            at = max(at, wanted)
    return int(at)


@njit(**COMPILED)
def step_in(a: Columns, d: Desk, j: int) -> None:
    """j, let go by all before it, takes its place."""
    if d.route[j] >= 0 and a.buffer[d.route[j]] >= 0:
        d.held[d.route[j]] += 1


@njit(**COMPILED)
def step_out(a: Columns, d: Desk, i: int, m: int, start: int) -> bool:
    """i, which starts on machine m, leaves its place if it had one; -> whether it had."""
    if a.buffer[m] < 0 or d.route[i] != m or a.pred_ptr[i + 1] == a.pred_ptr[i]:
        return False
    d.held[m] -= 1
    d.leave[d.leave_ptr[m] + d.left[m] % a.buffer[m]] = start
    d.left[m] += 1
    return True
