"""What goes into the fold and what comes out: frozen, integers only, microseconds and pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dengta.core.time import Micros
from dengta.core.vocabulary import TimeElement

Ints = NDArray[np.int64]

ACTIVITIES = ("run", "setup", "breakdown")
"""Activities of reports in the order of their columns, which is also who wins where they overlap (K5)."""


class Column(IntEnum):
    """Columns of a cell: what one machine did in one part of the window. Times in microseconds."""

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


ELEMENTS = tuple(TimeElement(Column(i).name) for i in range(Column.UNKNOWN + 1))
STATE_COLUMNS = slice(Column.APT, Column.UNKNOWN + 1)
REPORTED = slice(Column.REPORTED_RUN, Column.REPORTED_BREAKDOWN + 1)
MACHINE = slice(Column.MACHINE_RUN, Column.MACHINE_BREAKDOWN + 1)


class Point(IntEnum):
    """Kinds of points on a machine's line of time."""

    STATE = 0  # value: column of the time element
    ENTER = 1  # value: activity that begins
    LEAVE = 2  # value: activity that ends
    REPORT = 3  # one report ends here
    GOOD = 4  # value: pieces
    SCRAP = 5
    REWORK = 6
    COUNT = 7  # value: absolute count; which: counter


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a machine: it wraps at `modulus` (0: never) and cannot step faster than `max_per_h` (0: unknown)."""

    machine: str
    code: str
    modulus: int = 0
    max_per_h: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the fold must know beside events.

    machines: ids in the order of the answer's rows.
    edges:    n + 1 rising instants (microseconds UTC) that cut the window into n half-open cells.
    counters: those that count pieces; others are not folded.
    reasons:  reason -> time element, where the plant book says otherwise than the state.
    """

    machines: tuple[str, ...]
    edges: tuple[Micros, ...]
    counters: tuple[Counter, ...] = ()
    reasons: Mapping[str, TimeElement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.edges) < 2 or any(a >= b for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("the edges of a window rise, and there are at least two")
        if len(set(self.machines)) != len(self.machines):
            raise ValueError("a machine is named twice")


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Events as the fold takes them, sorted by `ts`; every array has shape (n,).

    unread: events that could not be folded because a count has a fraction or does not fit.
    """

    ts: Ints
    machine: NDArray[np.int32]
    kind: NDArray[np.uint8]
    value: Ints
    which: NDArray[np.int32]
    unread: int = 0

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, rows: NDArray | slice) -> Points:
        """The points at `rows`."""
        return Points(self.ts[rows], self.machine[rows], self.kind[rows], self.value[rows], self.which[rows])


@dataclass(frozen=True, slots=True)
class Plan:
    """What a machine was planned to do; None where nobody said. Microseconds.

    busy: planned busy time (PBT), of the calendar. run: planned run time of what was made (PRU x PQ), of the planned
    cycles of the operations actually run.
    """

    busy: Micros | None = None
    run: Micros | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """The answer of the fold up to `until`.

    cells: int64, shape (machines, cells, columns), see `Column`.
    has_states: bool, shape (machines,): whether any state was ever told. first, last: its first and last point.
    """

    setting: Setting
    until: Micros
    cells: Ints
    has_states: NDArray[np.bool_]
    first: Ints
    last: Ints

    @property
    def whole(self) -> Ints:
        """Shape (machines, columns): the sum over the window."""
        summed: Ints = self.cells.sum(axis=1)
        return summed
