"""The simulated plant as data: stations, routes, people, demand. General and frozen; `reading.parse` makes one.

Times are integer microseconds, or distributions over microseconds. Every list is ordered and every reference is an
index into such a list, so that `arrays.flatten` can lay the model out for the kernel without looking anything up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dengta.core.time import Micros

DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "exponential": ("mean",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "lognormal": ("mean", "cv"),
    "erlang": ("mean", "stages"),
    "weibull": ("scale", "shape"),
}
"""Kind -> its parameters; the kernel numbers the kinds in this order."""
PURE_NUMBERS = frozenset({"cv", "stages", "shape"})
"""Parameters that are no times."""

ORDERS = "orders"
"""The producer beside the machines: the ordering system, which tells what is ordered and what has left."""

STOP_STATES = ("down", "minor_stop", "maintenance")
RULES = ("fifo", "family")


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long something takes: a kind of `DISTRIBUTIONS` and its parameters; times in microseconds."""

    kind: str
    parameters: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Staffing:
    """An activity needs `people` of pool `pool` (index; -1 with 0 people: nobody) at the same time."""

    pool: int = -1
    people: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A way in which each machine of a station stops by itself, resuming the part in hand afterwards.

    clock: what wears it out: "running" (operation dependent: only while a part is worked on) or "open" (calendar
    dependent: all the time that the machine is open and not stopped).
    """

    state: str
    reason: str
    clock: str
    every: Distribution
    lasts: Distribution
    staff: Staffing


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cycle ends badly with probability `share`: "scrap" (the part is made again from the start of its route) or
    "rework" (the cycle is repeated on the same machine)."""

    kind: str
    share: float
    reason: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Every `every`, the next `size` parts of a machine are measured: normal, rounded to `decimals`."""

    characteristic: str
    unit: str
    gauge: str
    every: Micros
    size: int
    mean: float
    sd: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Station:
    """Parallel machines behind one buffer.

    buffer:  parts that may wait before it (None: no limit). A finished part that finds no room stays where it is.
    rule:    which waiting part comes first: "fifo", or "family": of the oldest part's wave, one that needs no setup.
    gathers: it works on whole orders: all parts of an order must have arrived, then one machine takes them all.
    crew:    pool (index; -1: none) whose crews log in at its machines, whether or not they run by themselves.
    setup:   before a part of another family than the last.
    power_w: state -> watts; states not named draw nothing.
    """

    id: str
    machines: tuple[str, ...]
    buffer: int | None
    rule: str
    gathers: bool
    crew: int
    run_staff: Staffing
    setup: Distribution | None
    setup_reason: str
    setup_staff: Staffing
    stops: tuple[Stop, ...]
    flaws: tuple[Flaw, ...]
    measures: tuple[Measure, ...]
    power_w: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a route: at `station` (index), taking `run` a piece."""

    station: int
    run: Distribution


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of part, with the route it takes. Its family is drawn per order among those of `group`."""

    id: str
    group: str
    route: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """What a setup changes to (decor, colour, size): an order takes one of each group, by `share`."""

    id: str
    group: str
    share: float


@dataclass(frozen=True, slots=True)
class OrderType:
    """A kind of order: for each item (index) a uniform number of parts between low and high, inclusive."""

    id: str
    prefix: str
    share: float
    parts: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Demand: on each business day a wave at each of `after` (from the day's first shift start), each of a uniform
    number of orders; an order is due at the end of the `due_days`-th business day, its own being the first, and a day
    later if its wave comes `cutoff` or more after the day's first shift start (None: never)."""

    after: tuple[Micros, ...]
    orders: tuple[int, int]
    due_days: int
    cutoff: Micros | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """`people` interchangeable people. `crews`: shift -> who they are, for logins; machines share them in turn."""

    id: str
    people: int
    crews: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recording:
    """What controllers tell: a meter reading every `meter`, a counter at most every `counter` (and at each change of
    state), and a machine that waits for less than `patience` after running still says "running"."""

    meter: Micros
    counter: Micros
    patience: Micros


@dataclass(frozen=True, slots=True)
class PlantModel:
    """A whole simulated plant. `reasons`: state -> the plant book's reason for the states of waiting."""

    stations: tuple[Station, ...]
    items: tuple[Item, ...]
    families: tuple[Family, ...]
    orders: tuple[OrderType, ...]
    release: Release
    pools: tuple[Pool, ...]
    recording: Recording
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def machines(self) -> tuple[str, ...]:
        """Every machine, station by station: the order in which the kernel numbers them."""
        return tuple(m for station in self.stations for m in station.machines)

    @property
    def producers(self) -> tuple[str, ...]:
        """Who tells events, each its own stream: the machines, then the ordering system."""
        return (*self.machines, ORDERS)
