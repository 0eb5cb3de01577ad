"""What goes into the fold and what comes out: frozen, integers only, microseconds and pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.time import DAY, Micros
from dengta.core.vocabulary import TimeElement

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

ACTIVITIES = ("run", "setup", "breakdown")
"""Activities of reports in the order of their columns, which is also who wins where they overlap (K5)."""

LONGEST_REPORT: Micros = 31 * DAY
"""A report that claims more is not read, but counted as unread: so far back the fold remembers who worked."""


class Column(IntEnum):
    """Columns of a row: what one machine did in one cell of its window. Times in microseconds."""

    APT = 0
    ASUT = 1
    ADET = 2
    ADOT = 3
    PMT = 4
    REST = 5
    UNKNOWN = 6
    REPORTED_RUN = 7  # labour: the sum of the reports
    REPORTED_SETUP = 8
    REPORTED_BREAKDOWN = 9
    MACHINE_RUN = 10  # machine: their union
    MACHINE_SETUP = 11
    MACHINE_BREAKDOWN = 12
    GOOD = 13
    SCRAP = 14
    REWORK = 15
    COUNTED = 16  # pieces by the machine's own counters
    REPORTS = 17
    LATE = 18  # counter samples taken as late, not counted
    RESETS = 19
    TIMES = 20  # how often: states that began, reports of pieces
    GRADE = 21  # worst provenance of its events, 1 (A) to 4 (D), 0 where nothing was told; not summed but the largest


ELEMENTS = tuple(TimeElement(Column(i).name) for i in range(Column.UNKNOWN + 1))
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
    CODE = 5  # state, activity, counter or item


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
    counters: those that count pieces; others are not folded. reasons, losses: reason -> time element, loss, where the
    plant book says so. cycles: who knows planned cycles. book: the plant book's hash, "" without one.
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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The answer of the fold up to `until`: sparse rows, of which every figure is a sum.

    keys: int32 (n, 6), see `Key`: number of the machine, number of the cell among its own, then codes into `texts`.
    values: int64 (n, columns), see `Column`. first, last: int64 (machines,), first and last event of each machine
    (first > last where nothing was heard). unread: events whose count has a fraction or does not fit.
    """

    setting: Setting
    until: Micros
    texts: tuple[str, ...]
    keys: Codes
    values: Ints
    first: Ints
    last: Ints
    unread: int = 0

    def __len__(self) -> int:
        return len(self.keys)
