"""What may happen to a plan, as facts: machines, people, times, deliveries, and what the floor reports.

Things are named, or numbered as in the problem's columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dengta.core.reason import Param, Reason
from dengta.engines.scheduling.kernels_layout import Ints
from dengta.engines.scheduling.problem import Problem

Thing = int | str


@dataclass(frozen=True, slots=True)
class Down:
    """A machine cannot work in ``[start, end)``; what runs there pauses."""

    machine: Thing
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Absent:
    """A worker or a tool is not there in ``[start, end)``."""

    resource: Thing
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Takes:
    """An operation takes, or still takes if it has begun, so many ticks of work."""

    operation: Thing
    time: int


@dataclass(frozen=True, slots=True)
class Began:
    """An operation has begun at a time, on a machine (None: the planned one). It runs until `Ended` is reported."""

    operation: Thing
    at: int
    machine: Thing | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation is done since `at`."""

    operation: Thing
    at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An operation that by the plan has begun has not, nor has what the plan puts behind it."""

    operation: Thing


@dataclass(frozen=True, slots=True)
class Arrives:
    """What was to arrive of a material at `due` comes at `at` instead."""

    material: Thing
    due: int
    at: int


Event = Down | Absent | Takes | Began | Ended | Waiting | Arrives

Span = tuple[int, int]


@dataclass(slots=True)
class Known:
    """Events by number: what is closed when, what operations take and did, what arrives when."""

    down: dict[int, list[Span]] = field(default_factory=dict)
    absent: dict[int, list[Span]] = field(default_factory=dict)
    takes: dict[int, int] = field(default_factory=dict)
    began: dict[int, tuple[int, int]] = field(default_factory=dict)  # at, machine (-1: the planned one)
    ended: dict[int, int] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    arrives: list[tuple[int, int, int]] = field(default_factory=list)  # material, due, at


def known(problem: Problem, start: Ints, events: Iterable[Event], now: int) -> tuple[Known, list[Reason]]:
    """The events by number, and the faults of all of them: what is not there, and what cannot have happened.

    start (n,): the starts of the plan they happen to.
    """
    reader = _Reader(problem, start, now)
    if now < problem.columns.now[0]:
        reader.fault("scheduling.event_past", now=now, before=int(problem.columns.now[0]))
    for event in events:
        reader.take(event)
    for operation, at in reader.found.ended.items():
        begun = reader.found.began.get(operation, (int(start[operation]), 0))[0]
        if not 0 <= begun <= at:
            reader.fault("scheduling.event_ended", operation=problem.operation_name(operation), at=at)
    return reader.found, reader.faults


class _Reader:
    def __init__(self, problem: Problem, start: Ints, now: int) -> None:
        self.problem, self.start, self.now = problem, start, now
        self.found, self.faults = Known(), list[Reason]()

    def fault(self, code: str, **params: Param) -> None:
        self.faults.append(Reason(code, (), params))

    def take(self, event: Event) -> None:
        match event:
            case Down(machine, start, end):
                self._closed(self.found.down, "machines", machine, (start, end))
            case Absent(resource, start, end):
                self._closed(self.found.absent, "resources", resource, (start, end))
            case Takes(operation, time):
                if time < 0:
                    self.fault("scheduling.event_takes", operation=operation, time=time)
                elif (i := self._number("operations", operation)) >= 0:
                    self.found.takes[i] = time
            case Began(operation, at, machine):
                self._began(operation, at, machine)
            case Ended(operation, at):
                if (i := self._happened(operation, at)) >= 0:
                    self.found.ended[i] = at
            case Waiting(operation):
                if (i := self._number("operations", operation)) >= 0:
                    self.found.waiting.add(i)
            case Arrives(material, due, at):
                self._arrives(material, due, at)

    def _number(self, kind: str, thing: Thing) -> int:
        """The number of a thing, -1 (and a fault) where there is none."""
        c, names = self.problem.columns, self.problem.names
        count = {
            "machines": len(c.machine_calendar),
            "resources": len(c.resource_calendar),
            "operations": len(c.order),
            "materials": len(c.stock_known),
        }[kind]
        known: tuple[str, ...] = getattr(names, kind)
        number = thing if isinstance(thing, int) else known.index(thing) if thing in known else -1
        if 0 <= number < count:
            return number
        self.fault("scheduling.event_unknown", kind=kind, thing=thing, count=count)
        return -1

    def _closed(self, into: dict[int, list[Span]], kind: str, thing: Thing, span: Span) -> None:
        if span[0] >= span[1]:
            self.fault("scheduling.event_span", thing=thing, start=span[0], end=span[1])
        elif (number := self._number(kind, thing)) >= 0:
            into.setdefault(number, []).append(span)

    def _happened(self, operation: Thing, at: int) -> int:
        if at > self.now:
            self.fault("scheduling.event_future", operation=operation, at=at, now=self.now)
            return -1
        return self._number("operations", operation)

    def _began(self, operation: Thing, at: int, machine: Thing | None) -> None:
        i = self._happened(operation, at)
        m = -1 if machine is None else self._number("machines", machine)
        if i < 0 or (machine is not None and m < 0):
            return
        c = self.problem.columns
        possible = c.way_machine[c.way_ptr[i] : c.way_ptr[i + 1]].tolist()
        if (m >= 0 and m not in possible) or (m < 0 and self.start[i] < 0):
            self.fault("scheduling.event_machine", operation=operation, machine=-1 if machine is None else machine)
        else:
            self.found.began[i] = (at, m)

    def _arrives(self, material: Thing, due: int, at: int) -> None:
        k = self._number("materials", material)
        if k < 0:
            return
        c = self.problem.columns
        first = int(c.stock_ptr[k])
        if due not in c.stock_at[first + 1 : first + int(c.stock_known[k])].tolist():
            self.fault("scheduling.event_receipt", material=material, due=due)
        elif at < self.now:
            self.fault("scheduling.event_arrived", material=material, at=at, now=self.now)
        else:
            self.found.arrives.append((k, due, at))
