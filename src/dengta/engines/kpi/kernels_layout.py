"""What the compiled fold is given and what it remembers: tuples of arrays, and the columns of its memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dengta.engines.kpi.kernels_table import Table
from dengta.engines.kpi.model import Codes, Ints

NEVER = int(np.iinfo(np.int64).max)

# What the fold remembers of a machine (columns of `Held.memory`), eight to a cache line, what is looked at together in
# one. At every event: the last one's instant and cell, the first one's instant, the cell of SINCE, how many meters were
# read, and the row of its last count, to find it quickly.
LAST, AT_CELL, FIRST, CELL, METERS, COUNT_ROW, COUNT_CODE, COUNT_OWN = range(8)
# At every state and operation: its state (reason and code), and how well told; since when; the instant of its first
# state; the row of its time; whether its state named an order (OWN), which order and operation those are, and how many
# operations are under way.
STATE, GRADE, SINCE, TOLD_AT, TIME_ROW, OWN, OWN_WHO, OPEN = range(8, 16)
# Then the operations under way (from OPENED on), order and operation in one.
OPENED, MOST_OPEN = 16, 8
# Then the last mark of what went on since its meters were read; events unread; marks to be used again; the last piece
# of its union of reports; the last event's key.
MARK, UNREAD, SPARE, HEAD, STREAM, EPOCH, SEQ = range(24, 31)
# ... then of each of its meters: which one, its last good reading in mWh, when, and how well told, and the row to which
# its last part was credited, -1 for none.
METER = 32
M_CODE, M_READING, M_AT, M_GRADE, M_ROW, METER_MEMORY = range(6)
MOST_METERS = 4
MEMORY = METER + MOST_METERS * METER_MEMORY
# Columns of memory that number rows: whoever puts other rows into the table sets them to -1.
ROW_COLUMNS = [TIME_ROW, COUNT_ROW, *range(METER + M_ROW, MEMORY, METER_MEMORY)]
# ... of a counter (`Held.counters`): whether it was read, its last good reading, and when.
READ, READING, READ_AT, COUNTER_MEMORY = range(4)
# ... and of a piece of the union of reports (`Held.pieces`): where it lies, whose it is (the columns of a key), and the
# piece before it. A mark is a piece too, that says from when on (FROM) which order and operation went on: its three
# columns lie together.
TO, ACTIVITY, P_WHAT, P_GRADE, FROM, P_WHO, BEFORE, PIECE = range(8)


class Told(NamedTuple):
    """Columns of an event batch, shape (n,) each, with their own types."""

    ts: Ints
    kind: np.ndarray
    clock: np.ndarray
    flags: np.ndarray
    subject: Codes
    code: Codes
    reason: Codes
    order: Codes
    operation: Codes
    value: Ints
    scale: np.ndarray
    unit: Codes
    stream: Ints
    epoch: np.ndarray
    seq: Ints


class Meaning(NamedTuple):
    """What the texts of one batch are to the fold: int32 by text number, -1 where a text is none of that kind. unit: of
    energy, as its power of ten of mWh."""

    machine: Codes
    activity: Codes
    counter: Codes
    meter: Codes
    unit: Codes
    text: Codes


class Ground(NamedTuple):
    """What does not change while a fold goes on.

    counter_at: (machines, counter codes), -1 for none; meter_at: likewise, of the meters whose limits are stated.
    first, last: (machines,), its first cell and one past its last. edges: start of each cell; `ends`: its end. grade:
    by clock.
    """

    counter_at: Ints
    modulus: Ints
    max_per_h: Ints
    meter_at: Ints
    meter_modulus: Ints
    meter_max: Ints
    first: Ints
    last: Ints
    edges: Ints
    ends: Ints
    grade: Ints


class Held(NamedTuple):
    """All that a fold knows: memory of machines, counters and reports, and the table of rows; linked: how many pieces
    are in use, (1,)."""

    memory: Ints
    counters: Ints
    pieces: Ints
    linked: Ints
    table: Table


def empty_memory(first_cell: Ints, since: int) -> Ints:
    """The memory of machines of which nothing was heard; `first_cell` of each, `since` the start of the window."""
    memory = np.zeros((len(first_cell), MEMORY), np.int64)
    memory[:, SINCE] = since
    memory[:, CELL] = memory[:, AT_CELL] = first_cell
    memory[:, FIRST], memory[:, LAST] = NEVER, np.iinfo(np.int64).min
    memory[:, TOLD_AT] = NEVER
    memory[:, [HEAD, MARK, SPARE, *ROW_COLUMNS]] = -1
    return memory
