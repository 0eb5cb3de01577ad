"""What the kernels work on: the problem, a plan and the decoder's desk, each a tuple of int64 columns.

n operations, w ways (operation and machine that may run it), m machines, N orders; ``x_ptr`` (len + 1,) cuts ``x``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

COMPILED: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
"""How kernels are compiled. They allocate nothing; counting references would cost more than some of them do."""
INLINED: dict[str, Any] = COMPILED | {"forceinline": True}
"""For small kernels that others call all the time: a call passes some two hundred words for a tuple of columns."""
NEVER = 2**60
RUN, SETUP = 1, 2  # bits of `need_when`
WHOLE_RATE = 1000

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


class Columns(NamedTuple):
    """A problem. Nothing here changes while a plan is made."""

    # orders (N,): due, deadline NEVER where there is none
    release: Ints
    due: Ints
    deadline: Ints
    weight: Ints
    # operations (n,): state -1 none; key -1 none
    order: Ints
    state: Ints
    size: Ints
    key: Ints
    must_fit: Ints
    pred_ptr: Ints
    pred: Ints
    lag: Ints
    lag_most: Ints
    succ_ptr: Ints
    succ: Ints
    succ_arc: Ints  # place of the arc in `pred`
    way_ptr: Ints
    way_operation: Ints
    way_machine: Ints
    way_time: Ints
    need_ptr: Ints
    need_skill: Ints
    need_count: Ints
    need_when: Ints
    slot_ptr: Ints  # (n + 1,): one slot for each resource an operation needs
    use_ptr: Ints
    use_material: Ints
    use_quantity: Ints  # used at the start; negative: made at the end
    pin_machine: Ints  # -1 free
    pin_start: Ints  # -1 free
    begun: Ints  # start of work that has begun, -1 not
    remaining: Ints
    ended: Ints  # when work that is done was done, -1 unknown: by now
    # machines (m,): calendar -1 always open; setups -1 none; capacity 0: one at a time
    machine_calendar: Ints
    machine_setups: Ints
    machine_state: Ints
    capacity: Ints
    wait: Ints
    buffer: Ints  # places before it, -1 any number
    setup: Ints  # (matrices, states, states)
    attached: Ints
    open_ptr: Ints
    open_start: Ints
    open_end: Ints
    open_rate: Ints
    resource_calendar: Ints
    skill_ptr: Ints
    skill_resource: Ints
    stock_ptr: Ints  # per material: room for every event of a plan
    stock_known: Ints  # (materials,): events there are before anything is planned
    stock_at: Ints
    stock_change: Ints
    now: Ints  # (1,)


class Sheet(NamedTuple):
    """A plan as the kernels write it. machine -1: not planned; a batch is named by its first member, -1: none."""

    machine: Ints
    setup: Ints  # ticks of changeover work before it
    setup_start: Ints  # both at `start` where there is none
    setup_end: Ints
    start: Ints
    end: Ints
    batch: Ints
    who: Ints  # one resource a slot, -1 none


class Desk(NamedTuple):
    """The decoder's state."""

    simple: Ints  # (w,) 1: always open, needs nobody and nothing, nothing pinned there
    ready: Ints  # (n,) earliest start by release and predecessors
    missing: Ints  # (n,) predecessors not planned
    queue_ptr: Ints  # (m + 1,)
    queue: Ints  # (w,) ways waiting, by machine
    waits: Ints  # (m,)
    found_start: Ints  # (w,) earliest starts of the last scan, by place in `queue`
    heap: Ints  # (m,) machines by key
    place: Ints
    key: Ints
    free: Ints
    state: Ints
    history: Ints  # work that has begun, in order of time
    next_pin: Ints  # (m,) into `pinned`
    pinned: Ints
    pin_ptr: Ints
    resource_free: Ints
    pick: Ints  # slots of the operation being tried
    calendars: Ints
    stock_events: Ints  # (materials,)
    stock_at: Ints
    stock_change: Ints
    fit: Ints  # (4,): what the last trial found, see `kernels_trial`
    route: Ints  # (n,) before which machine it waits or will, -1 open
    held: Ints  # (m,) operations that have a place before it and are not planned yet
    left: Ints  # (m,) operations that have left such a place
    leave_ptr: Ints  # (m + 1,)
    leave: Ints  # the last starts of such operations on each machine, as a ring
    lenient: Ints  # (1,) 1: where there is no place, nothing waits for one
