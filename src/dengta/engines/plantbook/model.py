"""The plant book as everybody reads it: hierarchy, calendars, planned cycles, reasons, people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from dengta.core.time import Micros
from dengta.core.vocabulary import TimeElement
from dengta.engines.calendars import Calendar, Name, Resolver, resolver


class Loss(StrEnum):
    """What a stop or a bad piece costs: the six big losses of TPM, and two that are not the machine's fault."""

    BREAKDOWN = "breakdown"
    SETUP = "setup"
    MINOR_STOP = "minor_stop"
    SPEED = "speed"
    STARTUP = "startup"
    DEFECT = "defect"
    LOGISTICS = "logistics"  # no material, person or order
    PLANNED = "planned"  # maintenance, cleaning, meetings


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the site (ISA-95 area)."""

    id: str
    name: Name


@dataclass(frozen=True, slots=True)
class Line:
    """Machines that belong together (ISA-95 work centre)."""

    id: str
    area: str
    name: Name


@dataclass(frozen=True, slots=True)
class Term:
    """A kind of machine: an id and what it is called."""

    id: str
    name: Name


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of making something. `gathers`: it begins when all parts of an order have come (packing, assembly)."""

    id: str
    name: Name
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """An absolute counter. It wraps to 0 at `modulus` (None: never) and cannot gain more than `max_per_h` an hour."""

    code: str
    modulus: int | None = None
    max_per_h: int | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """An energy meter, by the carrier its readings name. It wraps to 0 at `modulus_wh`, and the machine cannot draw
    more than `max_w`; None where nobody said."""

    code: str
    modulus_wh: int | None = None
    max_w: int | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine (ISA-95 work unit); its id is the subject of its events.

    producers: names of the streams that report it (`core.ids.stream_id(site, producer)`).
    stale_after: microseconds without an event after which its last word is too old to be believed.
    """

    id: str
    line: str
    area: str
    kind: str
    name: Name
    calendar: str
    producers: tuple[str, ...]
    counters: tuple[Counter, ...]
    stale_after: Micros
    meters: tuple[Meter, ...] = ()


@dataclass(frozen=True, slots=True)
class Cycle:
    """Planned time of one piece, from an instant on. None stands for any item, machine or line not named elsewhere."""

    operation: str
    item: str | None
    machine: str | None
    line: str | None
    start: Micros
    duration: Micros


@dataclass(frozen=True, slots=True)
class StopReason:
    """A node of the reason tree. `element` and `loss` are its own or inherited from `path`'s nearest ancestor.

    path: ids from the root to this reason itself.
    leaf: True where nothing lies below it; only leaves are reported.
    """

    id: str
    name: Name
    path: tuple[str, ...]
    element: TimeElement | None
    loss: Loss | None
    leaf: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A person as events name them, and the kinds of machine they are trained on."""

    id: str
    name: Name
    skills: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PlantBook:
    """One revision of a site's plant book. Every mapping is by id, in the order of the document.

    canonical: the content as canonical JSON, comments and key order gone; `hash` is its SHA-256.
    valid_from: the instant from which this revision describes the plant.
    registered_equipment: machines in the asset ledger, reporting or not (None: not stated).
    routes: item -> its operations in order; items without a route are not among them.
    """

    site: str
    name: Name
    zone: ZoneInfo
    valid_from: Micros
    fictional: bool
    registered_equipment: int | None
    areas: Mapping[str, Area] = field(repr=False)
    lines: Mapping[str, Line] = field(repr=False)
    kinds: Mapping[str, Term] = field(repr=False)
    machines: Mapping[str, Machine] = field(repr=False)
    operations: Mapping[str, Operation] = field(repr=False)
    cycles: tuple[Cycle, ...] = field(repr=False)
    routes: Mapping[str, tuple[str, ...]] = field(repr=False)
    reasons: Mapping[str, StopReason] = field(repr=False)
    persons: Mapping[str, Person] = field(repr=False)
    calendars: Mapping[str, Calendar] = field(repr=False)
    canonical: str = field(repr=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical content, as 64 hex digits: what a KPI quotes."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @property
    def short(self) -> str:
        """The first twelve digits of `hash`, for people."""
        return self.hash[:12]

    @property
    def content(self) -> dict[str, Any]:
        """The content as plain data, a fresh copy."""
        plain: dict[str, Any] = json.loads(self.canonical)
        return plain

    def calendar(self, machine: str) -> Calendar:
        """The calendar of `machine`. KeyError for a machine the book does not know."""
        return self.calendars[self.machines[machine].calendar]

    def resolver(self, machine: str) -> Resolver:
        """The shared resolver of `machine`'s calendar in the site's zone."""
        return resolver(self.calendar(machine), self.zone)

    def machines_of(self, line: str) -> list[Machine]:
        """The machines of `line`, in the order of the book."""
        return [m for m in self.machines.values() if m.line == line]

    def planned_cycle(self, item: str, operation: str, machine: str, at: Micros | None = None) -> Micros | None:
        """Planned microseconds a piece of `item` at `operation` on `machine`, as planned at `at` (None: book's start).

        One for the item goes before one for any; then one for the machine before its line's before any; then the
        latest. None where nothing was planned: performance is then undefined, not 100 %.
        """
        known = self.machines[machine]
        when = self.valid_from if at is None else at
        fits = [
            c
            for c in self.cycles
            if c.operation == operation
            and c.item in (None, item)
            and c.machine in (None, machine)
            and c.line in (None, known.line)
            and c.start <= when
        ]
        best = max(
            fits, key=lambda c: (c.item is not None, c.machine is not None, c.line is not None, c.start), default=None
        )
        return None if best is None else best.duration
