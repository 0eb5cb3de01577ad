"""Next-event time advance: `Simulation` keeps the kernel's arrays, feeds it shifts and orders, hands out the trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.reason import refuse_if
from dengta.core.time import DAY, Micros
from dengta.engines.simulation.arrays import flatten, offsets
from dengta.engines.simulation.check import Part, conserved
from dengta.engines.simulation.demand import Demand, Order, Shifts, draw
from dengta.engines.simulation.kernels import advance
from dengta.engines.simulation.kernels_layout import BREAK, DONE, OFF, OPENING, ORDER, PART, ROWS, TAKE
from dengta.engines.simulation.model import PlantModel
from dengta.engines.simulation.trace import Names, SimulatedEvents, Trace, of_orders

_BLOCK = 7 * DAY


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a run stands between two calls of `until`: all that it needs to go on, and nothing of the model.

    told: (producers,) rows told so far; released: how many of `orders` were told; tables: those of the kernel's plant.
    """

    now: Micros
    covered: Micros
    released: int
    told: NDArray[np.int64]
    crews: tuple[str, ...]
    orders: tuple[Order, ...]
    tables: Mapping[str, NDArray]


class Simulation:
    """A run of `model` from `origin` on, with everything random derived from `seed`.

    `shifts` says when each machine is open. The run can be cut anywhere: `until(a)` and then `until(b)` give, together,
    bit for bit what `until(b)` gives at once.
    """

    def __init__(self, model: PlantModel, shifts: Shifts, origin: Micros, seed: int) -> None:
        self.model = model
        self.origin = self.now = origin
        self.orders: list[Order] = []
        self.crews: list[str] = []
        self.shifts, self._seed = shifts, seed
        self._plant, reasons = flatten(model, seed, origin)
        self._first_step = np.array(offsets(len(item.route) + 1 for item in model.items), np.int64)
        self._names = Names(model, reasons, self.orders, self.crews)
        self._covered = origin
        self._told = np.zeros(len(model.producers), np.int64)
        self._released = 0

    @classmethod
    def resumed(cls, model: PlantModel, shifts: Shifts, origin: Micros, seed: int, state: State) -> Simulation:
        """The run as it was when `state` was taken of it; the other arguments are those it was begun with."""
        run = cls(model, shifts, origin, seed)
        run.now, run._covered, run._released, run._told = state.now, state.covered, state.released, state.told.copy()
        run.crews += state.crews
        run.orders += state.orders
        run._plant = run._plant._replace(**{name: table.copy() for name, table in state.tables.items()})
        return run

    def state(self) -> State:
        """A copy of where it stands: `resumed` goes on from there bit for bit."""
        tables = {name: table.copy() for name, table in self._plant._asdict().items() if name != "row"}
        return State(
            self.now, self._covered, self._released, self._told.copy(), tuple(self.crews), tuple(self.orders), tables
        )

    def until(self, at: Micros) -> SimulatedEvents:
        """Advance to `at` (inclusive) and return what happened since the last call; nothing when `at` is past."""
        pieces: list[Trace] = []
        while at >= self._covered:
            pieces += self._run(self._covered - 1)
            self._extend()
        pieces += self._run(at)
        self.now = max(self.now, at)
        refuse_if(conserved(self._plant))
        whole = Trace.concat(pieces)
        trace = self._tell(whole)
        return SimulatedEvents(whole, trace, self._number(trace), self._names)

    def parts(self) -> list[Part]:
        """The order and the route of each part so far, by the part's number: what the judge needs."""
        routes = (tuple(step.station for step in item.route) for item in self.model.items)
        ways = dict(zip(self._first_step.tolist(), routes, strict=False))
        part = self._plant.part
        return [(order, ways[at]) for order, at in zip(part["order"].tolist(), part["start"].tolist(), strict=True)]

    def _run(self, at: Micros) -> list[Trace]:
        pieces = []
        done = False
        while not done:
            done = advance(self._plant, at)
            n = int(self._plant.clock[ROWS])
            self._plant.clock[ROWS] = 0
            pieces.append(Trace.of(self._plant.row[:n]))
        return pieces

    def _tell(self, whole: Trace) -> Trace:
        """What machines and the ordering system tell of a stretch that has been run, by time."""
        first = self._released
        while self._released < len(self.orders) and self.orders[self._released].released <= self.now:
            self._released += 1
        ordering = of_orders(self._names, range(first, self._released), whole.take(whole.kind == DONE))
        told = Trace.concat([whole.take(whole.kind < TAKE), ordering])
        return told.take(np.argsort(told.at, kind="stable"))

    def _number(self, trace: Trace) -> NDArray[np.int64]:
        """The number of each told row among those of its producer, since the origin."""
        by_machine = np.argsort(trace.machine, kind="stable")
        count = np.bincount(trace.machine, minlength=len(self._told))
        first = np.repeat(np.cumsum(count) - count, count)
        index = np.empty(len(trace), np.int64)
        index[by_machine] = np.arange(len(trace)) - first + np.repeat(self._told, count)
        self._told += count
        return index

    def _extend(self) -> None:
        """Add a week of calendar and orders behind what is there."""
        block = Interval(self._covered, self._covered + _BLOCK)
        demand = draw(self.model, self.shifts, block, self._seed)
        parts, orders = self._records(demand)
        openings = np.array(self._openings(block), OPENING)
        p = self._plant
        self._plant = p._replace(
            part=np.concatenate([p.part, parts]),
            order=np.concatenate([p.order, orders]),
            opening=np.concatenate([p.opening, openings]),
        )
        self.orders += demand.orders
        self._covered = block.end

    def _records(self, demand: Demand) -> tuple[NDArray, NDArray]:
        """The records of new parts and orders, numbered after those that are there."""
        waves = {name: i for i, name in enumerate(dict.fromkeys(o.wave for o in [*self.orders, *demand.orders]))}
        counts = np.array([len(items) for items in demand.items], np.int64)
        parts = np.zeros(counts.sum(), PART)
        if len(parts):
            parts["order"] = np.repeat(len(self.orders) + np.arange(len(counts)), counts)
            parts["family"] = np.concatenate(demand.families)
            parts["start"] = parts["step"] = self._first_step[np.concatenate(demand.items)]
            parts["size"] = 1
        orders = np.zeros(len(counts), ORDER)
        orders["release"] = [o.released for o in demand.orders]
        orders["wave"] = [waves[o.wave] for o in demand.orders]
        orders["end"] = len(self._plant.part) + np.cumsum(counts)
        orders["first"] = orders["end"] - counts
        orders["missing"] = counts
        return parts, orders

    def _openings(self, block: Interval) -> list[tuple[Micros, int, int]]:
        """(when, machine, crew) of each opening, break and closing in `block`; nothing is before the origin."""
        wide = Interval(max(0, block.start - 2 * DAY), block.end + 2 * DAY)
        found: list[tuple[Micros, int, int]] = []
        for i, machine in enumerate(self.model.machines):
            for one in self.shifts(machine, wide):
                if one.shift not in self.crews:
                    self.crews.append(one.shift)
                crew = 1 + self.crews.index(one.shift)
                for part in one.planned:
                    found += [(part.start, i, crew), (part.end, i, BREAK)]
                found.append((one.interval.end, i, OFF))
        if block.start == self.origin:
            found = [(max(at, self.origin), i, crew) for at, i, crew in found]
        return sorted((b for b in found if b[0] in block), key=lambda b: b[0])
