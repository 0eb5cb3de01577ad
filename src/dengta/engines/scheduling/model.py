"""A shop as people state it: frozen, checked whole at the door. Times are whole ticks since the shop's origin.

A tick is `Shop.tick` microseconds and tick 0 the instant `Shop.origin`; engines count ticks, so that sums of weighted
lateness stay exact in 64 bits. Who has a hundred thousand operations hands over columns: `Shop.from_arrays`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dengta.core.reason import refuse_if
from dengta.core.time import Micros
from dengta.engines.scheduling import flatten, from_columns
from dengta.engines.scheduling.faults import faults
from dengta.engines.scheduling.lot_streaming import streamed

if TYPE_CHECKING:
    from dengta.engines.scheduling.problem import Problem

DURING = ("run", "setup", "all")


@dataclass(frozen=True, slots=True)
class Way:
    """One machine an operation may run on, and the ticks of work it takes there."""

    machine: str
    time: int


@dataclass(frozen=True, slots=True)
class After:
    """Starts at least `least`, at most `most` ticks (None: any) after the end of another operation, or order.

    `id` is an operation of the same order, ``order/operation`` of another one, or in `Order.after` an order.
    """

    id: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """`count` resources of a skill, held `during` the run, the setup, or all (the same ones from setup to end)."""

    skill: str
    count: int = 1
    during: str = "run"


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity of a material: used when an operation starts, or made when it ends."""

    material: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Pin:
    """What a planner has fixed: the start, the machine, or only what goes before (`after`: an ``order/operation``)."""

    start: int | None = None
    machine: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Work that has begun: where, when, and how many ticks of work remain at `Shop.now`; 0: it is done, at `end`."""

    machine: str
    start: int
    remaining: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of an order. `after` None: the operation stated before it in its order.

    `state`: what the machine must be set up for. `must_fit`: may not pause over a break. `key`, `size`: what may share
    a batch, and its share of the capacity. `split`: in how many equal sublots it is made, see `lot_streaming`; each of
    them, as every other operation, is whole.
    """

    id: str
    ways: tuple[Way, ...]
    after: tuple[After, ...] | None = None
    state: str = ""
    needs: tuple[Need, ...] = ()
    uses: tuple[Amount, ...] = ()
    makes: tuple[Amount, ...] = ()
    key: str = ""
    size: int = 1
    must_fit: bool = False
    split: int = 1
    pin: Pin | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. `due`: a wish with a price (`weight` a tick); `deadline`: one that is named when it is missed."""

    id: str
    operations: tuple[Operation, ...]
    release: int = 0
    due: int | None = None
    deadline: int | None = None
    weight: int = 1
    after: tuple[After, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """A machine that takes several operations of one key at once: their sizes within `capacity`.

    Its members are there within `wait` ticks after the first one is there and the machine is free and open, or before
    calendars, crew and material let it start. It takes as long as its longest member, and the crew that one member
    needs: they share key, state and needs.
    """

    capacity: int
    wait: int = 0


@dataclass(frozen=True, slots=True)
class Machine:
    """`calendar` "" is always open; `state`: what it is set up for at the start.

    `buffer`: places before it. An operation takes one from the end of all that goes before it until it starts; nothing
    ends for which there is no place. None: any number.
    """

    id: str
    calendar: str = ""
    setups: str = ""
    state: str = ""
    batch: Batch | None = None
    buffer: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """``[start, end)`` in which work is done, at `rate` per mille of the stated speed."""

    start: int
    end: int
    rate: int = 1000


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something works: openings in any order, not overlapping. After the last one it never opens again."""

    id: str
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Ticks to set up from state `before` to `after`; ``*`` stands for any."""

    before: str
    after: str
    time: int


@dataclass(frozen=True, slots=True)
class Setups:
    """Setup times by state. The first change that fits counts, else `default`; staying in a state takes nothing.

    `attached`: a setup may begin only when the operation is there; otherwise the machine is prepared ahead.
    """

    id: str
    changes: tuple[Change, ...] = ()
    default: int | None = None
    attached: bool = False

    def time(self, before: str, after: str) -> int | None:
        """Ticks from one state to another; None where nobody said."""
        if not before or not after:
            return 0
        for change in self.changes:
            if (
                change.before in (before, "*")
                and change.after in (after, "*")
                and (before != after or "*" not in (change.before, change.after))
            ):
                return change.time
        return 0 if before == after else self.default


@dataclass(frozen=True, slots=True)
class Resource:
    """A worker or a tool, and what it can do."""

    id: str
    skills: tuple[str, ...]
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A quantity that arrives."""

    at: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Material:
    """What is in stock at the start and what arrives when."""

    id: str
    stock: int = 0
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True)
class Shop:
    """Everything a plan depends on. Refuses nonsense with all faults at once. Nothing new starts before `now`."""

    orders: tuple[Order, ...]
    machines: tuple[Machine, ...]
    calendars: tuple[Calendar, ...] = ()
    setups: tuple[Setups, ...] = ()
    resources: tuple[Resource, ...] = ()
    materials: tuple[Material, ...] = ()
    now: int = 0
    origin: Micros = 0
    tick: Micros = 1
    zone: str = ""

    def __post_init__(self) -> None:
        refuse_if(faults(self))

    @cached_property
    def problem(self) -> Problem:
        """The same as columns, as engines take it."""
        return flatten.flatten(streamed(self))

    @staticmethod
    def from_arrays(**columns: Any) -> Problem:
        """A shop from columns, without an object for each operation: see `from_columns.from_arrays`."""
        return from_columns.from_arrays(**columns)
