"""Flow shops with alike machines at a stage: annealing over the sequence in which jobs enter.

The cooling is repeated, each time twice as slow, since nobody knows beforehand how long there is. Where only the length
counts and nothing has a release, the line is walked backward too: what is first come first served there is a plan that
no sequence gives from the front.
"""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.flowshop import FlowShop
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_flow import ENDLESS, Line
from dengta.engines.scheduling.kernels_hybrid import Floor, anneal_sequence, places_of, value_of
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.sequencing import priced

_SLICE = 1_000_000  # visits between two questions whether to stop
_HOT, _COLD = 0.5, 0.02  # in mean times
_FIRST = 50  # slices of the first cooling
_VAIN = 3  # rounds without gain that are enough


class Hybrid:
    """The search, which can be left and taken up again."""

    def __init__(self, shop: FlowShop, best: Incumbent, chance: np.random.Generator) -> None:
        line = shop.line
        self.shop, self.best = shop, best
        self.prices = priced(best.goal, max(1e6, float(line.time.sum())))
        self.lines = [line]
        if best.goal.kinds == {"makespan"} and (line.release == line.release[0]).all():
            self.lines.append(_backward(line))
        self.floors = [_floor(one) for one in self.lines]
        self._chance = chance.integers(1, 2**63, 1).astype(np.uint64)
        self._unit = max(1.0, float(line.time.mean())) * float(self.prices.max())
        self._tries = max(1, _SLICE // (2 * line.time.size))
        self._side, self._slices, self._whole = 0, 0, _FIRST
        self._gained, self._vain = False, 0  # in this round of both sides; rounds in a row that gained nothing

    def begin(self) -> None:
        """The best of three sequences: the longest work first, the shortest first, the most urgent first."""
        work = self.shop.line.time.sum(axis=1)
        for side, (line, f) in enumerate(zip(self.lines, self.floors, strict=True)):
            found = []
            for key in (-work, work, line.due):
                f.here[:] = np.argsort(key, kind="stable")
                found.append((value_of(line, self.prices, f, ENDLESS), f.here.copy()))
            f.value[:], first = min(found, key=lambda one: one[0])
            f.here[:] = f.best[:] = first
            self._offer(side)

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations."""
        until = self.best.visits + visits
        while self.best.visits < until and self.best.go_on() and not self.settled:
            self._run()

    def _run(self) -> None:
        """One slice of the cooling of one side."""
        line, f = self.lines[self._side], self.floors[self._side]
        heat = _HOT * (_COLD / _HOT) ** (self._slices / self._whole) * self._unit
        if anneal_sequence(line, self.prices, f, heat, self._tries, self._chance):
            self._offer(self._side)
        self.best.spend(2 * self._tries * line.time.size)
        self._slices += 1
        if self._slices == self._whole:
            f.here[:], f.value[0] = f.best, f.value[1]
            self._slices, self._side = 0, self._side + 1
            if self._side == len(self.lines):
                self._vain, self._gained = (0 if self._gained else self._vain + 1), False
                self._side, self._whole = 0, 2 * self._whole

    @property
    def settled(self) -> bool:
        """Whether round after round gained nothing, each as long as all before it."""
        return self._vain == _VAIN

    def _offer(self, side: int) -> None:
        """Hand over the plan of the best sequence of a side."""
        line, f, before = self.lines[side], self.floors[side], self.best.value
        here = f.here.copy()
        f.here[:] = f.best
        start, place = np.empty_like(line.time), np.empty_like(line.time)
        places_of(line, f, start, place)
        f.here[:] = here
        if side:
            start, place = self._forward(start, place)
        self.best.offer(self._sheet(start, place))
        self._gained = self._gained or self.best.value != before

    def _forward(self, start: Ints, place: Ints) -> tuple[Ints, Ints]:
        """The plan of a sequence walked backward, each job as early as those before it on its machine let it."""
        line = self.shop.line
        late, place = -(start[:, ::-1] + line.time), np.ascontiguousarray(place[:, ::-1])
        early, end = np.empty_like(start), line.release.copy()
        for stage in range(line.time.shape[1]):
            free = np.full(int(line.width[stage]), line.now[0])
            for job in np.argsort(late[:, stage], kind="stable").tolist():
                early[job, stage] = max(end[job], free[place[job, stage]])
                end[job] = free[place[job, stage]] = early[job, stage] + line.time[job, stage]
        return early, place

    def _sheet(self, start: Ints, place: Ints) -> Sheet:
        sheet, shop = empty_sheet(self.shop.problem), self.shop
        for stage, machines in enumerate(shop.machine):
            rows = shop.operation[:, stage]
            sheet.machine[rows] = machines[place[:, stage]]
            sheet.start[rows] = start[:, stage]
        rows = shop.operation
        sheet.end[rows] = start + shop.line.time
        sheet.setup[:] = 0
        sheet.setup_start[:] = sheet.setup_end[:] = sheet.start
        return sheet


def _backward(line: Line) -> Line:
    """The line as it is walked from its end."""
    none = np.zeros_like(line.release)
    time = np.ascontiguousarray(line.time[:, ::-1])
    return line._replace(time=time, width=line.width[::-1].copy(), release=none, now=np.zeros_like(line.now))


def _floor(line: Line) -> Floor:
    """Room for the annealing of a line, and what must follow each job and stage."""
    jobs, stages = line.time.shape
    rest = np.zeros_like(line.time)
    rest[:, :-1] = np.cumsum(line.time[:, :0:-1], axis=1)[:, ::-1]
    least = np.sort(rest, axis=0)
    load = [line.time[:, s].sum() + least[: line.width[s], s].sum() for s in range(stages)]
    columns = (np.zeros(size, np.int64) for size in (jobs, jobs, jobs, jobs, int(line.width.max())))
    return Floor._make([*columns, np.zeros(2), rest, np.array(load, np.int64)])
