"""What goes into the fold and what comes out: frozen, integers only, microseconds and pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.time import DAY, Micros
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT, TimeElement

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

ACTIVITIES = ("run", "setup", "breakdown")
"""Activities of reports in the order of their columns, which is also who wins where they overlap (K5)."""

LONGEST_REPORT: Micros = 31 * DAY
"""A report that claims more is not read, but counted as unread: so far back the fold remembers who worked."""


class Column(IntEnum):
    """Columns of a row: what one machine did in one cell of its window. Times in microseconds."""

    GRADE = 0  # worst provenance of its events, 1 (A) to 4 (D), 0 where nothing was told; not summed but the largest
    APT = 1
    ASUT = 2
    ADET = 3
    ADOT = 4
    PMT = 5
    REST = 6
    UNKNOWN = 7
    REPORTED_RUN = 8  # labour: the sum of the reports
    REPORTED_SETUP = 9
    REPORTED_BREAKDOWN = 10
    MACHINE_RUN = 11  # machine: their union
    MACHINE_SETUP = 12
    MACHINE_BREAKDOWN = 13
    GOOD = 14
    SCRAP = 15
    REWORK = 16
    COUNTED = 17  # pieces by the machine's own counters
    REPORTS = 18
    LATE = 19  # counter samples taken as late, not counted
    RESETS = 20
    TIMES = 21  # how often: states that began, reports of pieces
    ENERGY = 22  # mWh by meters
    METERED = 23  # time between readings of a meter, of which ENERGY is known


ELEMENTS = tuple(TimeElement(Column(i).name) for i in range(Column.APT, Column.UNKNOWN + 1))
STATE_COLUMNS = slice(Column.APT, Column.UNKNOWN + 1)
REPORTED = slice(Column.REPORTED_RUN, Column.REPORTED_BREAKDOWN + 1)
MACHINE = slice(Column.MACHINE_RUN, Column.MACHINE_BREAKDOWN + 1)
GRADES = ("", "A", "B", "C", "D")


class Key(IntEnum):
    """Columns of a row's key: the machine, its cell, and four fields of the event that says so."""

    MACHINE = 0
    CELL = 1
    ORDER = 2
    OPERATION = 3
    REASON = 4
    CODE = 5  # state, activity, counter, item or energy carrier


class Fact(IntEnum):
    """Columns of a row as the fold keeps it: which element, activity or kind of piece is meant, its key says. Those
    added to most often lie next to the key."""

    GRADE = 0
    TIME = 1
    TIMES = 2
    COUNTED = 3
    ENERGY = 4
    METERED = 5
    LABOUR = 6
    UNION = 7
    GOOD = 8
    SCRAP = 9
    REWORK = 10
    REPORTS = 11
    LATE = 12
    RESETS = 13


_SAME = tuple(f for f in Fact if f not in (Fact.TIME, Fact.LABOUR, Fact.UNION))
"""Facts that are columns by themselves."""


class Cycles(Protocol):
    """Whoever knows planned cycles: a plant book, or what was derived from data."""

    def planned_cycle(self, item: str, operation: str, machine: str, at: Micros | None = None) -> Micros | None:
        """Planned microseconds a piece, None where nothing was planned."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a machine: it wraps at `modulus` (0: never) and cannot step faster than `max_per_h` (0: unknown)."""

    machine: str
    code: str
    modulus: int = 0
    max_per_h: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The window in n half-open pieces, in order, without gaps: cut at shifts, breaks, midnights outside shifts, and
    wherever else somebody needs an edge. Arrays of shape (n,).

    shift: index into `shifts`, -1 outside shifts. day: business date as days since 1970-01-01 (outside shifts the local
    date). planned: inside planned busy time. stated: False where nobody said when there is work.
    """

    start: Ints
    end: Ints
    shift: Codes
    day: Codes
    planned: NDArray[np.bool_]
    shifts: tuple[str, ...] = ()
    stated: bool = True

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def at(cls, edges: tuple[Micros, ...]) -> Cells:
        """Cells between `edges` (at least two, rising), of which nobody said when there is work."""
        if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("the edges of a window rise, and there are at least two")
        n = len(edges) - 1
        starts = np.array(edges[:-1], np.int64)
        days = (starts // DAY).astype(np.int32)
        return cls(starts, np.array(edges[1:], np.int64), np.full(n, -1, np.int32), days, np.zeros(n, bool), (), False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a machine stands: line and area, "" where nobody said."""

    line: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the fold must know beside events. `setting_of` makes one from a plant book, `plain` from bare edges.

    machines: ids. cells: the partitions of the window, one a calendar; cells_of: by machine, which one is its.
    counters: those that count pieces; others are not folded. meters: limits of energy meters, modulus in mWh and rate
    in mW, where they are known. reasons, losses: reason -> time element, loss, where the plant book says so. cycles:
    who knows planned cycles. book: the plant book's hash, "" without one.
    """

    machines: tuple[str, ...]
    window: Interval
    cells: tuple[Cells, ...]
    cells_of: tuple[int, ...]
    counters: tuple[Counter, ...] = ()
    reasons: Mapping[str, TimeElement] = field(default_factory=dict)
    losses: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    cycles: Cycles | None = None
    book: str = ""
    meters: tuple[Counter, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.machines)) != len(self.machines):
            raise ValueError("a machine is named twice")

    @classmethod
    def plain(
        cls,
        machines: tuple[str, ...],
        edges: tuple[Micros, ...],
        counters: tuple[Counter, ...] = (),
        reasons: Mapping[str, TimeElement] | None = None,
    ) -> Setting:
        """A window cut at `edges`, without calendar or cycles."""
        cells = Cells.at(tuple(edges))
        window = Interval(edges[0], edges[-1])
        return cls(tuple(machines), window, (cells,), (0,) * len(machines), counters, reasons or {})

    def cells_for(self, machine: int) -> Cells:
        """The cells of machine number `machine`."""
        return self.cells[self.cells_of[machine]]


@dataclass(frozen=True, eq=False)
class Rows:
    """The answer of the fold up to `until`: sparse rows, of which every figure is a sum. A key may have several.

    keys: int64 (n, 6), see `Key`: number of the machine, number of the cell among all cells of `setting.cells`, one
    partition after the other, then codes into `texts`. facts: int64 (n, 14), see `Fact`. first, last: int64
    (machines,), first and last event of each machine (first > last where nothing was heard). unread: events whose count
    has a fraction or does not fit, or whose unit is none of energy.
    """

    setting: Setting
    until: Micros
    texts: tuple[str, ...]
    keys: Ints
    facts: Ints
    first: Ints
    last: Ints
    unread: int = 0

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def element_of(self) -> tuple[Ints, Ints]:
        """The `Column` of a text's time as a reason (0: it names none) and as a state (K2); int64 by text."""
        words: dict[str, TimeElement] = {**STATE_ELEMENT, **ACTIVITY_ELEMENT}
        state = [Column[words.get(t, TimeElement.UNKNOWN).name] for t in self.texts]
        named = self.setting.reasons
        reason = [Column[named[t].name] if t in named and t else 0 for t in self.texts]
        return np.array(reason, np.int64), np.array(state, np.int64)

    @cached_property
    def elements(self) -> Ints:
        """int64 (n,): the `Column` into which the time of each row falls: its reason's, else its state's (K2)."""
        reason, state = self.element_of
        by_reason = reason[self.keys[:, Key.REASON]]
        return np.where(by_reason > 0, by_reason, state[self.keys[:, Key.CODE]])

    @cached_property
    def values(self) -> Ints:
        """int64 (n, columns), see `Column`: the facts of each row under the names that its key gives them."""
        values = np.zeros((len(self), len(Column)), np.int64)
        row, facts = np.arange(len(self)), self.facts
        values[row, self.elements] = facts[:, Fact.TIME]
        activity = np.array([ACTIVITIES.index(t) if t in ACTIVITIES else 0 for t in self.texts], np.int64)
        activity = activity[self.keys[:, Key.CODE]]
        values[row, Column.REPORTED_RUN + activity] = facts[:, Fact.LABOUR]
        values[row, Column.MACHINE_RUN + activity] = facts[:, Fact.UNION]
        for same in _SAME:
            values[:, Column[same.name]] = facts[:, same]
        return values

    def merged(self) -> Rows:
        """The same with one row a key, in the order of the keys, and none that is all zero."""
        rows = summed(np.concatenate([self.keys, self.facts], axis=1))
        return replace(self, keys=rows[:, : len(Key)], facts=rows[:, len(Key) :])


def summed(rows: Ints) -> Ints:
    """Rows (key, then facts; int64 (n, 18)) with one a key, in the order of the keys, and none that is all zero."""
    if not len(rows):
        return rows
    rows = rows[np.lexsort(rows[:, : len(Key)].T[::-1])]
    at = np.flatnonzero(np.concatenate([[True], (np.diff(rows[:, : len(Key)], axis=0) != 0).any(axis=1)]))
    sums = np.add.reduceat(rows, at, axis=0)
    sums[:, : len(Key)] = rows[at, : len(Key)]
    grade = len(Key) + Fact.GRADE
    sums[:, grade] = np.maximum.reduceat(rows[:, grade], at)
    told: Ints = sums[sums[:, len(Key) :].any(axis=1)]
    return told
