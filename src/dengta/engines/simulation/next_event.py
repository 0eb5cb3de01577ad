"""Next-event time advance: `Simulation` keeps the kernel's arrays, feeds it shifts and orders, hands out the trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.reason import refuse_if
from dengta.core.time import DAY, Micros
from dengta.engines.simulation import kernels as k
from dengta.engines.simulation.arrays import begin, flatten
from dengta.engines.simulation.check import conserved
from dengta.engines.simulation.demand import Demand, Order, Shifts, draw
from dengta.engines.simulation.kernels_layout import BREAK, OFF, ROWS, Work
from dengta.engines.simulation.model import PlantModel
from dengta.engines.simulation.trace import TOLD, Names, SimulatedEvents, Trace

_BLOCK = 7 * DAY
_ROWS = 1 << 16


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
        self._shifts, self._seed = shifts, seed
        self._flat = flatten(model)
        self._state = begin(model, self._flat, seed, origin)
        self._work = _nothing()
        self._names = Names(model, self._flat.reasons, self.orders, self.crews)
        self._covered = origin
        self._told = np.zeros(len(model.machines), np.int64)

    def until(self, at: Micros) -> SimulatedEvents:
        """Advance to `at` (inclusive) and return what happened since the last call; nothing when `at` is past."""
        pieces: list[Trace] = []
        while at >= self._covered:
            pieces += self._run(self._covered - 1)
            self._extend()
        pieces += self._run(at)
        self.now = max(self.now, at)
        refuse_if(conserved(self._state.tally, self._work.size[self._state.part[self._state.part >= 0]]))
        whole = Trace.concat(pieces)
        rows = np.flatnonzero(whole.kind < TOLD)
        trace = whole.take(rows)
        return SimulatedEvents(whole, trace, self._number(trace), self._names)

    def _run(self, at: Micros) -> list[Trace]:
        pieces = []
        done = False
        while not done:
            done = k.advance(self._flat.plant, self._state, self._work, at)
            n = int(self._state.clock[ROWS])
            self._state.clock[ROWS] = 0
            machine, kind, code, who, sample = self._work.row[:n].T.copy()
            value = self._work.row_value[:n].copy()
            pieces.append(Trace(self._work.row_at[:n].copy(), machine, kind, code, who, sample, value))
        return pieces

    def _number(self, trace: Trace) -> NDArray[np.int64]:
        """The number of each told row among those of its machine, since the origin."""
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
        demand = draw(self.model, self._shifts, block, self._seed)
        w = self._add_orders(self._work, demand)
        breaks = self._openings(block)
        self._work = w._replace(
            calendar_at=np.concatenate([w.calendar_at, np.array([b[0] for b in breaks], np.int64)]),
            calendar_machine=np.concatenate([w.calendar_machine, np.array([b[1] for b in breaks], np.int32)]),
            calendar_crew=np.concatenate([w.calendar_crew, np.array([b[2] for b in breaks], np.int32)]),
        )
        self._covered = block.end

    def _add_orders(self, w: Work, demand: Demand) -> Work:
        waves = {name: i for i, name in enumerate(dict.fromkeys(o.wave for o in self.orders + demand.orders))}
        counts = [len(items) for items in demand.items]
        items = np.concatenate([np.empty(0, np.int32), *demand.items]).astype(np.int32)
        start = np.array(self._flat.first_step, np.int32)[items]
        n = len(self.orders)
        self.orders += demand.orders
        return w._replace(
            order=np.concatenate([w.order, np.repeat(np.arange(n, len(self.orders), dtype=np.int32), counts)]),
            family=np.concatenate([w.family, *demand.families]).astype(np.int32),
            start=np.concatenate([w.start, start]),
            step=np.concatenate([w.step, start]),
            size=np.concatenate([w.size, np.ones(len(items), np.int32)]),
            after=np.concatenate([w.after, np.full(len(items), -1, np.int32)]),
            turn=np.concatenate([w.turn, np.zeros(len(items), np.int64)]),
            release=np.concatenate([w.release, np.array([o.released for o in demand.orders], np.int64)]),
            wave=np.concatenate([w.wave, np.array([waves[o.wave] for o in demand.orders], np.int32)]),
            parts=np.array([*w.parts, *(w.parts[-1] + np.cumsum(counts, dtype=np.int32))], np.int32),
            missing=np.concatenate([w.missing, np.array(counts, np.int32)]),
        )

    def _openings(self, block: Interval) -> list[tuple[Micros, int, int]]:
        """(when, machine, crew) of each opening, break and closing in `block`; nothing is before the origin."""
        wide = Interval(max(0, block.start - 2 * DAY), block.end + 2 * DAY)
        found: list[tuple[Micros, int, int]] = []
        for i, machine in enumerate(self.model.machines):
            for one in self._shifts(machine, wide):
                if one.shift not in self.crews:
                    self.crews.append(one.shift)
                crew = 1 + self.crews.index(one.shift)
                for part in one.planned:
                    found += [(part.start, i, crew), (part.end, i, BREAK)]
                found.append((one.interval.end, i, OFF))
        if block.start == self.origin:
            found = [(max(at, self.origin), i, crew) for at, i, crew in found]
        return sorted((b for b in found if b[0] in block), key=lambda b: b[0])


def _nothing() -> Work:
    none, nones = np.empty(0, np.int32), np.empty(0, np.int64)
    return Work(
        order=none,
        family=none,
        start=none,
        step=none,
        size=none,
        after=none,
        turn=nones,
        release=nones,
        wave=none,
        parts=np.zeros(1, np.int32),
        missing=none,
        calendar_at=nones,
        calendar_machine=none,
        calendar_crew=none,
        row_at=np.empty(_ROWS, np.int64),
        row=np.empty((_ROWS, 5), np.int32),
        row_value=np.empty(_ROWS, np.int64),
    )
