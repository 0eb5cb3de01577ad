"""A sparse table of integer rows inside compiled code: open addressing on a key of three numbers, grown by its owner.

A key holds six small numbers, two to a column. Keys with their grade lie row by row, four columns to half a cache line;
facts lie column by column and are zero beforehand. So a fresh row writes its key and what is added to it, beside what
was added to the row before, and a fact that nobody tells costs nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dengta.engines.kpi.kernels_compiled import compiled, inlined
from dengta.engines.kpi.model import Codes, Fact, Ints, Key

KEYS = len(Key)
# Columns of a key: machine and cell; order and operation; reason and code. Then the grade, which is no part of it.
PLACE, WHO, WHAT, GRADE = range(4)
_LOW = (1 << 32) - 1


class Table(NamedTuple):
    """keys: (room, 4), see PLACE; facts: (len(Fact), room), the grade's unused; used: how many rows there are, (1,).
    slots: row by hash, -1 for none."""

    slots: Codes
    keys: Ints
    facts: Ints
    used: Ints


def empty(room: int) -> Table:
    """A table with room for so many rows."""
    slots = np.full(1 << (2 * room).bit_length(), -1, np.int32)
    return Table(slots, np.empty((room, 4), np.int64), np.zeros((len(Fact), room), np.int64), np.zeros(1, np.int64))


def longer(table: Table, room: int) -> Table:
    """A table with the same rows and room for `room` in all."""
    fresh = empty(room)
    add(fresh, table)
    index(fresh.slots, fresh.keys, int(fresh.used[0]))
    return fresh


def copied(table: Table, more: int) -> Table:
    """A copy of the rows, not indexed, with room for so many `more`."""
    n = int(table.used[0])
    facts = np.empty((len(Fact), n + more), np.int64)
    fresh = Table(table.slots, np.empty((n + more, 4), np.int64), facts, np.zeros(1, np.int64))
    add(fresh, table)
    return fresh


def add(table: Table, other: Table) -> None:
    """Put the rows of `other` behind those of `table`, which has room for them; they are not indexed."""
    n, more = int(table.used[0]), int(other.used[0])
    table.keys[n : n + more] = other.keys[:more]
    table.facts[:, n : n + more] = other.facts[:, :more]
    table.used[0] = n + more


def taken(table: Table) -> tuple[Ints, Ints]:
    """Keys, (n, 6) as in `Key`, and facts, (n, 14) as in `Fact`, of all rows; the facts are the table's own."""
    n = int(table.used[0])
    pairs = table.keys[:n, :GRADE]
    table.facts[Fact.GRADE, :n] = table.keys[:n, GRADE]
    keys = np.empty((n, KEYS), np.int64)
    keys[:, 0::2], keys[:, 1::2] = pairs >> 32, pairs & _LOW
    return keys, table.facts[:, :n].T


def put(table: Table, rows: Ints) -> None:
    """Let `rows`, (n, 20), be all that `table` holds, which has room for them."""
    n, keys = len(rows), rows[:, :KEYS]
    table.facts[:, : table.used[0]] = 0
    table.used[0] = n
    table.keys[:n, :GRADE] = keys[:, 0::2] << 32 | keys[:, 1::2]
    table.keys[:n, GRADE] = rows[:, KEYS + Fact.GRADE]
    table.facts[:, :n] = rows[:, KEYS:].T
    table.slots[:] = -1
    index(table.slots, table.keys, n)


@inlined
def pair(high: int, low: int) -> int:
    """Two numbers of at most 31 bits in one column of a key."""
    return int(np.int64(high) << 32 | np.int64(low))


@inlined
def _spread(place: int, who: int, what: int) -> Any:
    h = np.uint64(place) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(who) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(what) * np.uint64(0x165667B19E3779F9)
    h ^= h >> np.uint64(32)
    return h * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)


@compiled
def find(table: Any, place: int, who: int, what: int, grade: int) -> int:
    """The row of a key, a fresh one where there is none; `grade` is the least its grade may be.

    Its owner keeps `table` from filling up and its slots (a power of two) at least twice as long.
    """
    slots, keys = table.slots, table.keys
    mask = np.uint64(len(slots) - 1)
    at = _spread(place, who, what) & mask
    while True:
        row = np.int64(slots[at])
        if row < 0:
            row = table.used[0]
            table.used[0] += 1
            slots[at] = row
            keys[row, PLACE], keys[row, WHO], keys[row, WHAT], keys[row, GRADE] = place, who, what, grade
            return int(row)
        if keys[row, PLACE] == place and keys[row, WHO] == who and keys[row, WHAT] == what:
            if keys[row, GRADE] < grade:
                keys[row, GRADE] = grade
            return int(row)
        at = (at + np.uint64(1)) & mask


@compiled
def index(slots: Any, keys: Any, used: int) -> None:
    """Fill empty `slots` (a power of two, all -1) with the first `used` of `keys`."""
    mask = np.uint64(len(slots) - 1)
    for row in range(used):
        at = _spread(keys[row, PLACE], keys[row, WHO], keys[row, WHAT]) & mask
        while slots[at] >= 0:
            at = (at + np.uint64(1)) & mask
        slots[at] = row
