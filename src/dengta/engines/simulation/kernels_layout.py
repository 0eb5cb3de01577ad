"""What the kernel works on: constants, the model's arrays, the state's arrays, the work in hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 2**62
EMPTY, SETUP, RUN, BLOCKED = 0, 1, 2, 3
OFF, BREAK = 0, -1  # crews of closed machines; open ones have 1 + the number of their shift

# States that are told; `arrays.STATES` gives their words in this order.
S_OFF, S_BREAK, S_IDLE, S_STARVED, S_BLOCKED, S_WAITING, S_RUNNING, S_SETUP, S_STOP = range(9)  # S_STOP + kind of stop

# Kinds of trace rows: what a controller tells, then what only the judge is told.
STATE, COUNTER, START, END, GOOD, SCRAP, REWORK, MEASURE, ENERGY, LOGIN, LOGOUT = range(11)
TAKE, CYCLE, LEAVE, DONE = 11, 12, 13, 14

# Scalars in `State.clock`, and the tallies of the law of conservation in `State.tally`.
NOW, METER_AT, ROWS, CALENDAR_AT, RELEASE_AT, TURN = range(6)
IN, OUT, SCRAPPED, REMADE, QUEUED, GATED = range(6)


class Plant(NamedTuple):
    """The model; nothing changes here. M machines, S stations, K kinds of stops, F flaws, Q measures, D times."""

    station: NDArray[np.int32]  # (M,)
    first: NDArray[np.int32]  # (S+1,) machines of a station
    room: NDArray[np.int64]  # (S,) NEVER: no limit
    by_family: NDArray[np.bool_]  # (S,)
    gathers: NDArray[np.bool_]  # (S,)
    is_source: NDArray[np.bool_]  # (S,) a route begins here
    pool: NDArray[np.int32]  # (S, 2) for setup, run; -1: nobody
    people: NDArray[np.int32]  # (S, 2)
    setup: NDArray[np.int32]  # (S,) distribution, -1: none
    reason: NDArray[np.int32]  # (S, 9) text of each told state
    stop_first: NDArray[np.int32]  # (S+1,)
    stops: NDArray[np.int32]  # (K, 7) told state, reason, clock is open, every, lasts, pool, people
    flaw_first: NDArray[np.int32]  # (S+1,)
    flaws: NDArray[np.int32]  # (F, 2) SCRAP or REWORK, reason
    flaw_share: NDArray[np.float64]  # (F,)
    measure_first: NDArray[np.int32]  # (S+1,)
    measures: NDArray[np.int64]  # (Q, 2) every, size
    normal: NDArray[np.float64]  # (Q, 2) mean, sd in units of the last decimal
    power: NDArray[np.int64]  # (S, 12) watts in each told state
    step_station: NDArray[np.int32]  # (R+1,) every route, one after the other, each ended by -1
    step_run: NDArray[np.int32]  # (R+1,) distribution
    kind: NDArray[np.int32]  # (D,)
    number: NDArray[np.float64]  # (D, 4)
    rhythm: NDArray[np.int64]  # (3,) meter, counter, patience


class State(NamedTuple):
    """Everything that changes, but for parts and orders, which grow."""

    clock: NDArray[np.int64]  # (6,)
    tally: NDArray[np.int64]  # (6,)
    chance: NDArray[np.uint64]  # (4 S + 2 K*,) one stream per station or machine and purpose
    base: NDArray[np.int32]  # (M,)
    crew: NDArray[np.int32]  # (M,)
    duty: NDArray[np.int32]  # (M,) the crew that is logged in
    stop: NDArray[np.int32]  # (M,) -1: not stopped
    held: NDArray[np.bool_]  # (M,) has the people its activity needs
    want: NDArray[np.int64]  # (M,) since when it lacks them, or since when it is blocked
    since: NDArray[np.int64]  # (M,) its clocks are right up to here
    left: NDArray[np.int64]  # (M, 2) of the base activity, of the stop
    wear: NDArray[np.int64]  # (M, most stops of a station) clock time to its next stop of each kind
    slot: NDArray[np.int64]  # (M,) its next event
    part: NDArray[np.int32]  # (M,) -1: none
    cycles: NDArray[np.int32]  # (M,) pieces of the part in hand still to do
    family: NDArray[np.int32]  # (M,) set up for; -1: nothing
    job: NDArray[np.int64]  # (M, 3) order or -1, running time, good pieces
    counts: NDArray[np.int64]  # (M, 3) cycles, cycles told, told at
    told: NDArray[np.int64]  # (M, 4) state, reason, since, quiet since (NEVER: not quiet)
    energy: NDArray[np.int64]  # (M, 2) Wh, W*us above them
    group: NDArray[np.int64]  # (M, most measures, 3) due at, left of the subgroup, number of the subgroup
    dirty: NDArray[np.bool_]  # (M,)
    head: NDArray[np.int32]  # (S, families) first part that waits, -1: none
    tail: NDArray[np.int32]
    waits: NDArray[np.int64]  # (S,) parts that wait
    free: NDArray[np.int64]  # (pools,)


class Work(NamedTuple):
    """Parts and orders (they grow, so they are handed over anew each time), the calendar and the trace."""

    order: NDArray[np.int32]  # (parts,)
    family: NDArray[np.int32]
    start: NDArray[np.int32]  # first step of its route
    step: NDArray[np.int32]  # where it is
    size: NDArray[np.int32]  # pieces in hand together: 1, or all of a gathered order
    after: NDArray[np.int32]  # next in its queue
    turn: NDArray[np.int64]  # its place in line
    release: NDArray[np.int64]  # (orders,) when
    wave: NDArray[np.int32]  # (orders,)
    parts: NDArray[np.int32]  # (orders+1,) its parts, contiguous
    missing: NDArray[np.int32]  # (orders,) parts not gathered, or not done
    calendar_at: NDArray[np.int64]
    calendar_machine: NDArray[np.int32]
    calendar_crew: NDArray[np.int32]
    row_at: NDArray[np.int64]
    row: NDArray[np.int32]  # (rows, 5) machine, kind, code, who (order or part), running number of a sample
    row_value: NDArray[np.int64]
