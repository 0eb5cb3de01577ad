"""What is known of an order and what follows from it: frozen, whole pieces, microseconds UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dengta.core.reason import Reason
from dengta.core.time import DAY, Micros
from dengta.core.vocabulary import EventType

Place = tuple[int, int, int, int]
"""(ts, stream, epoch, seq): the order across streams that every reader of the log sees, and the fact's identity."""


class Fact(NamedTuple):
    """One event of an order. `code`: item, of an order its wave; `value`: whole pieces, of an order its due instant."""

    place: Place
    type: EventType
    subject: str
    code: str
    operation: str
    value: int


class State(StrEnum):
    """Where an order stands; the first that is true."""

    SHIPPED = "shipped"  # as many pieces left as were ordered
    COMPLETE = "complete"  # every line is through the last operation of its route
    SHORT = "short"  # some parts have gathered or are through, others are missing
    IN_WORK = "in_work"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"  # pieces were told, but not what was ordered, or no route says when they are through


class Sighting(NamedTuple):
    """A report of pieces: good, or scrapped and to be made again."""

    machine: str
    operation: str
    ts: Micros
    scrapped: bool = False


class UnderWay(NamedTuple):
    """A job that began and did not end, as far as was told. since: it began, or pieces of it were reported last."""

    operation: str
    machine: str
    since: Micros


@dataclass(frozen=True, slots=True)
class Waiting:
    """`pieces` of `item` that wait for `operation`, which is step `step` of its route (from 0).

    last: where such pieces were reported last; None: not begun, as far as is known.
    gathered: they have come to where the order's parts gather, and wait for the others or for their turn there.
    """

    item: str
    pieces: int
    operation: str
    step: int
    last: Sighting | None
    gathered: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order.

    ordered:  pieces; None where no order line says so.
    route:    its operations; None where the plant book states none. What follows is then None or empty.
    good:     operation -> pieces reported good there.
    passed:   pieces through each operation of the route and not lost afterwards; never rises along the route.
    arrived:  pieces that came to where parts gather, or are through where nothing gathers.
    done:     pieces through the last operation.
    done_at:  when the last ordered piece was through.
    """

    item: str
    ordered: int | None
    route: tuple[str, ...] | None
    good: Mapping[str, int]
    passed: tuple[int, ...] = ()
    arrived: int | None = None
    done: int | None = None
    done_at: Micros | None = None
    waiting: tuple[Waiting, ...] = ()

    @property
    def missing(self) -> int | None:
        """Ordered pieces that are not through; None where that is unknown."""
        return None if self.done is None or self.ordered is None else max(0, self.ordered - self.done)

    @property
    def surplus(self) -> int:
        """Pieces through beyond those ordered."""
        return 0 if self.done is None else max(0, self.done - (self.ordered or 0))


@dataclass(frozen=True, slots=True)
class Standing:
    """One order at an instant, by what was told until then.

    released, due: None where no order event says so. completed: when the last line was through.
    last: the last report of its pieces.
    off_route: pieces reported at operations that are not on their item's route, or for no line of several: not counted.
    heard: the last event that names it. under_way: its jobs at machines.
    unknown: why not more is known.
    """

    order: str
    wave: str
    released: Micros | None
    due: Micros | None
    state: State
    lines: tuple[Line, ...]
    shipped: int
    shipped_at: Micros | None
    completed: Micros | None
    last: Sighting | None
    off_route: int
    heard: Micros
    under_way: tuple[UnderWay, ...] = ()
    unknown: tuple[Reason, ...] = ()

    @property
    def ordered(self) -> int:
        """Pieces of all lines."""
        return sum(line.ordered or 0 for line in self.lines)

    @property
    def begun(self) -> bool:
        """Whether some piece of it was reported, or it left."""
        return self.state is not State.NOT_STARTED

    @property
    def away(self) -> list[Waiting]:
        """Missing pieces that have not come to where the order's parts gather."""
        return [w for line in self.lines for w in line.waiting if not w.gathered]

    @property
    def gathered(self) -> list[Waiting]:
        """Missing pieces that have come there and are not through."""
        return [w for line in self.lines for w in line.waiting if w.gathered]

    @property
    def exact(self) -> bool:
        """Complete, with neither more nor other pieces than ordered."""
        return self.state in (State.COMPLETE, State.SHIPPED) and not any(
            line.missing is None or line.missing or line.surplus for line in self.lines
        )


class Outlook(StrEnum):
    """What to expect of an order: it goes into exactly one of these on the board."""

    COMPLETE = "complete"  # or shipped
    OVERDUE = "overdue"
    AT_RISK = "at_risk"
    SHORT = "short"
    IN_WORK = "in_work"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"
    SILENT = "silent"  # given up, as it seems


SILENCE: Micros = 14 * DAY
"""An open order that is past its due instant or has none, and of which nothing was told for so long, is silent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One order on the board. `reason`: why it is at risk or silent, or why its risk cannot be told."""

    standing: Standing
    outlook: Outlook
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A business date and the instants that belong to it: ``[start, end)``. What is due at `end` is due on it."""

    date: date
    start: Micros
    end: Micros


@dataclass(frozen=True, slots=True)
class Load:
    """Work that waits at a line: pieces of due orders and their planned machine time; `pieces_unplanned` have none."""

    line: str
    pieces: int
    planned: Micros
    pieces_unplanned: int


@dataclass(frozen=True, slots=True)
class Board:
    """The orders of a site at an instant.

    today, tomorrow: the business day now and the next on which somebody works, with the orders due on them; orders due
    earlier that are not complete come first under today.
    undated: open orders of which no due date was told, those of which pieces were reported last first.
    silent: open orders that seem given up (`SILENCE`), those of which was heard last first. They are in no other list,
    and no work waits for them.
    loads: lines by the planned time of what waits there, most first; the first is the station that holds the rest up.
    """

    at: Micros
    today: BusinessDay
    tomorrow: BusinessDay
    due_today: tuple[Entry, ...]
    due_tomorrow: tuple[Entry, ...]
    undated: tuple[Entry, ...]
    silent: tuple[Entry, ...]
    loads: tuple[Load, ...]

    @staticmethod
    def counts(entries: tuple[Entry, ...]) -> dict[Outlook, int]:
        """How many of `entries` have each outlook; they sum to all."""
        found = dict.fromkeys(Outlook, 0)
        for entry in entries:
            found[entry.outlook] += 1
        return found


class OutputRow(NamedTuple):
    """Good pieces of an item at a machine that does the last operation of its route."""

    machine: str
    item: str
    pieces: int


class LabourRow(NamedTuple):
    """A person's direct labour time, breaks taken off. `open`: a login without logout, ended with its shift."""

    person: str
    time: Micros
    open: bool


class CycleRow(NamedTuple):
    """An order that was completed on the day."""

    order: str
    released: Micros
    completed: Micros

    @property
    def cycle(self) -> Micros:
        """From release to complete."""
        return self.completed - self.released


class AccuracyRow(NamedTuple):
    """An order that was due on the day, as it stood at its due instant. `exact` None: unknown, for `reason`."""

    order: str
    due: Micros
    exact: bool | None
    state: State
    missing: int
    surplus: int
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with what it is made of: ``value = numerator / denominator``, exactly; None with the reason.

    Units: production_efficiency pieces/h, production_cycle and its P90 microseconds, order_accuracy a ratio.
    left_out: facts that belong here but cannot be counted (pieces without a route, orders of unknown state).
    """

    definition: str
    numerator: int
    denominator: int
    value: Fraction | None
    reason: Reason | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class DayMeasures:
    """The measures of one business day and their rows, until `at` where the day is not over."""

    day: BusinessDay
    measures: Mapping[str, Measure]
    output: tuple[OutputRow, ...] = ()
    labour: tuple[LabourRow, ...] = ()
    labour_from: str = "attendance"  # or "reports"
    cycles: tuple[CycleRow, ...] = ()
    accuracy: tuple[AccuracyRow, ...] = field(default=())
