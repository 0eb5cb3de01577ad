"""What the kernel works on: a few tables of records, handed to it as one `Plant`, and the numbers they use."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

COMPILED: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
"""How kernels are compiled. They allocate nothing, and counting references would double their time."""
NEVER = 2**62
EMPTY, SETUP, RUN, BLOCKED = 0, 1, 2, 3
OFF, BREAK = 0, -1  # crews of closed machines; open ones have 1 + the number of their shift

# States that are told; `arrays.STATES` gives their words in this order.
S_OFF, S_BREAK, S_IDLE, S_STARVED, S_BLOCKED, S_WAITING, S_RUNNING, S_SETUP, S_STOP = range(9)  # S_STOP + kind of stop

# Kinds of trace rows: what controllers tell, what the ordering system tells, then (from TAKE on) for the judge only.
STATE, COUNTER, START, END, GOOD, SCRAP, REWORK, MEASURE, ENERGY, LOGIN, LOGOUT, ORDER_OUT, LINE, SHIPPED = range(14)
TAKE, CYCLE, LEAVE, DONE = range(14, 18)

# Places in `Plant.clock`: times and pointers, the rhythm of telling, the tallies of the law of conservation.
NOW, METER_AT, ROWS, CALENDAR_AT, RELEASE_AT, TURN, METER, TELL_COUNT, PATIENCE = range(9)
IN, OUT, SCRAPPED, REMADE, QUEUED, GATED, CLOCKS = range(9, 16)


def _table(whole: str, real: str = "") -> np.dtype:
    return np.dtype([(name, np.int64) for name in whole.split()] + [(name, np.float64) for name in real.split()])


STATION = _table(
    "first end room waits by_family gathers is_source setup setup_pool setup_people run_pool run_people"
    " stops stops_end flaws flaws_end measures measures_end chance"
)
"""machines first..end; room NEVER: no limit; setup: its time, -1 none; pools -1: nobody; traits by kind; streams."""
TRAIT = _table("kind reason every lasts by_calendar pool people size", "share mean sd")
"""A stop (kind: told state), a flaw (kind: SCRAP, REWORK) or a measure (every, size; mean, sd in its last decimal)."""
OWN = _table("wear due left number chance")
"""Of one machine and trait: clock time to its next stop; its subgroup of samples; its streams."""
TOLD = _table("reason watts")
"""Of one station and told state."""
TIME = _table("kind", "a b c")
"""A distribution, kinds in the order of `model.DISTRIBUTIONS`."""
STEP = _table("station run item")
"""Every route, one after the other, each ended by station -1; `item` is whose route it is."""
MACHINE = _table(
    "station base crew duty stop held want since left stop_left slot part cycles family dirty"
    " job job_time count count_told count_at told told_reason told_at quiet wh rest"
)
"""duty: crew logged in; stop: trait or -1; held: has its people; want: since when it lacks them or is blocked; since:
its clocks are right up to here; cycles: pieces of the part in hand still to do; family: set up for; quiet: since when
it only waits; wh, rest: meter in Wh and W*us above them."""
PART = _table("order family start step size after turn")
"""start: first step of its route; size: pieces in hand together, 1 or all of a gathered order; after: next in line."""
ORDER = _table("release wave first end missing")
"""Its parts first..end; missing: how many are not yet gathered, or not yet done."""
QUEUE = _table("head tail")
OPENING = _table("at machine crew")
ROW = _table("at machine kind code who sample value")


class Plant(NamedTuple):
    """All of a run. The first seven tables are the model and never change; parts, orders and openings grow."""

    station: NDArray  # STATION (S,)
    trait: NDArray  # TRAIT (T,)
    told: NDArray  # TOLD (S, states)
    time: NDArray  # TIME (D,)
    step: NDArray  # STEP (R,)
    machine: NDArray  # MACHINE (M,)
    own: NDArray  # OWN (M, T)
    made: NDArray  # int64 (M, items), good pieces of the job in hand
    queue: NDArray  # QUEUE (S, families)
    free: NDArray  # int64 (pools,), people
    chance: NDArray  # uint64, one stream per station or machine and purpose
    clock: NDArray  # int64 (CLOCKS,)
    part: NDArray  # PART
    order: NDArray  # ORDER
    opening: NDArray  # OPENING, in order of time
    row: NDArray  # ROW: the trace since it was last emptied
