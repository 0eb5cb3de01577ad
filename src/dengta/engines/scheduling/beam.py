"""Dispatching of plain chains that knows where an order goes next, narrow or as a beam, and a climb over its rules.

A rule here sees more than the static terms of `Weights`: work that remains in plain ticks as well as by its log (the
apparent tardiness cost of Vepsalainen and Morton 1987, all orders due at once), machines held for an operation that is
to come (Morton and Ramnath 1992), work in the next queue. Wide, it finds its way in shops that leave nearly no choice:
few orders that come back to each machine again and again, where one wrong turn lets machines stand idle soon after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dengta.engines.scheduling.decoder import Decoder, Weights, empty_sheet
from dengta.engines.scheduling.hands import Hands
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_beam import LIVE, NODES, Chains, Front, beam, begin, collect, keep, starts
from dengta.engines.scheduling.kernels_layout import NEVER, Ints, Reals, Sheet
from dengta.engines.scheduling.problem import Problem

REST, TIME, LOAD, NEXT_LOAD, SLOPE, LOOK, HOLD, CROWD, STARVE = range(9)
"""Places in a point: four terms of `Weights`; log2 of the price of a mean time of work that remains; see the kernel."""
_NO_SLOPE = -30.0
FIRST = (
    (0.0, 1.0, 0.0, 0.0, -3.0, 0.5, 3.0, 0.2, 0.0),
    (1.6, 1.0, 0.1, 1.0, -6.5, 0.8, 3.6, 0.2, 0.0),
    (0.0, 1.0, 0.0, 0.0, -4.0, 0.0, 0.0, 0.0, 0.0),
    (1.0, 1.0, 0.0, 0.0, _NO_SLOPE, 0.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 0.0, 0.0, -2.0, 1.0, 2.0, 0.0, 0.0),
)
_STEP = np.array([0.5, 0.3, 0.5, 0.5, 1.0, 0.2, 1.0, 0.2, 0.1])
_SLICE = 50_000  # operations planned between two questions whether to stop: some ten milliseconds
_WAYS, _ROOM = 3, 6  # choices at most at each turn; members there is room for, by width
_RHYTHM = 0.4  # operations between two choices, by machines: a wrong turn shows about one operation of each later
_WIDTHS = (16, 64, 256)
_AT_ONCE = 1_600_000  # operations in all members to which the first wide beam is held
_STARTS, _HELD = 10, 1_000_000  # plans kept at most, and operations in all of them
_MUCH = 0.02  # share by which a wider beam must be better for an even wider one
_NOISE = 0.2
_TOGETHER, _QUIET = 5, 60  # plans of each climb between two meetings; without gain until another search goes on
_PATIENCE = 40  # tries without gain before the climb begins again


def chained(problem: Problem) -> bool:
    """Whether every operation has one machine and at most one neighbour on each side, and nothing else matters."""
    c = problem.columns
    few = (
        int(np.diff(c.pred_ptr).max()) <= 1 and int(np.diff(c.succ_ptr).max()) <= 1 and len(c.way_time) == len(c.order)
    )
    return problem.plain and few and bool((c.machine_setups < 0).all())


@dataclass(slots=True)
class Point:
    """Where the climb stands: a rule, a noise for each order, a width, and how often choices are made."""

    rule: Reals
    noise: Reals | None = None
    width: int = 1
    rhythm: float = _RHYTHM
    value: tuple[int, ...] = ()


@dataclass(slots=True)
class Beam:
    """The climb, which can be left and taken up again. For problems that are `chained`."""

    decoder: Decoder
    best: Incumbent
    chance: np.random.Generator
    idle: int = 0
    plans: list[tuple[tuple[int, ...], Sheet]] = field(default_factory=list)  # with their values, the best first
    here: Point = field(init=False)
    _chains: Chains = field(init=False)
    _heads: Ints = field(init=False)
    _signs: Ints = field(init=False)
    _mean: float = field(init=False)
    _front: Front | None = None
    _mark: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        p, c = self.decoder.problem, self.decoder.problem.columns
        n = len(c.order)
        succ, lag = np.full(n, -1, np.int64), np.zeros(n, np.int64)
        has = np.diff(c.succ_ptr) > 0
        succ[has], lag[has] = c.succ, c.lag[c.succ_arc]
        earliest = np.maximum(c.release[c.order], c.now[0])
        self._chains = Chains(c.way_machine, c.way_time, succ, lag, p.rest, earliest)
        self._heads = np.flatnonzero(np.diff(c.pred_ptr) == 0).astype(np.int64)
        self._signs = self.chance.integers(0, 2**62, n)
        self._mean = max(1.0, float(c.way_time.mean()))
        self.here = Point(np.array(FIRST[0]))

    def begin(self, rules: Sequence[tuple[float, ...]] = FIRST) -> None:
        """Every first rule, narrow; then the best ones wider, as long as that gains much."""
        narrow = self._tried([Point(np.array(rule)) for rule in rules])
        prompt = [point for point in narrow if point.rule[LOOK] == 0.0]
        first = min(_WIDTHS[0], _AT_ONCE // len(self._signs))
        candidates = [*narrow[:1], *prompt[:1]] if first > 1 else []
        wide = self._tried([replace(point, width=first) for point in candidates])
        for width in _WIDTHS[1:]:
            if not wide or wide[0].value[-1] > narrow[0].value[-1] * (1.0 - _MUCH):
                break
            narrow, wide = wide, self._tried([replace(wide[0], width=width)])

    def _tried(self, points: list[Point]) -> list[Point]:
        """Those of `points` that there was time for, the best first."""
        tried = [point for point in points if self.best.go_on() and self._plan(point)]
        for point in tried:
            if not self.here.value or point.value < self.here.value:
                self.here = point
        return sorted(tried, key=lambda point: point.value)

    def run(self, plans: int) -> None:
        """Try so many more plans."""
        for _ in range(plans):
            if not self.best.go_on():
                break
            point = self._near(self.here) if self.idle <= _PATIENCE else self._again()
            if not self._plan(point):
                break
            self.idle += 1
            if not self.here.value or point.value <= self.here.value:
                self.idle = self.idle if point.value == self.here.value else 0
                self.here = point

    def may_spend(self, visits: int) -> None:
        """From now on, and no more."""
        n = len(self._signs)
        work = None if visits >= NEVER // n else (self.best.visits + visits) // n
        self.best.budget = replace(self.best.budget, work=work)

    def follow(self, other: Beam) -> None:
        """Go on from where another one stands if that is better."""
        if other.here.value and other.here.value < self.here.value:
            self.here, self.idle = other.here, 0

    def _again(self) -> Point:
        """A place to begin anew."""
        self.idle = 0
        self.here = Point(np.array(FIRST[self.chance.integers(len(FIRST))]))
        return self._near(self.here)

    def _near(self, here: Point) -> Point:
        """A place near another: another rule, another noise, or another width."""
        turn, rule, noise, width = self.chance.random(), here.rule, here.noise, here.width
        if turn < 0.6:
            mask = self.chance.random(len(_STEP)) < 0.35
            rule = rule + mask * _STEP * self.chance.standard_normal(len(_STEP))
            rule[LOOK:] = np.maximum(rule[LOOK:], 0.0)
            rule[LOOK] = min(rule[LOOK], 1.0)
        if turn > 0.5:
            orders = len(self.decoder.problem.columns.release)
            touched = self.chance.random(orders) < max(0.1, 2.0 / orders)
            noise = (0.0 if noise is None else noise) + touched * self.chance.standard_normal(orders) * _NOISE
        if self.chance.random() < 0.2:
            width = max(1, min(_WIDTHS[0], 2 * width if self.chance.random() < 0.5 else width // 2))
        rhythm = _RHYTHM * 2.0 ** float(self.chance.uniform(-1.0, 1.0))
        return Point(rule, noise, width, rhythm)

    def _plan(self, point: Point) -> bool:
        """Make the plan of a point and offer it; its value goes to the point. False where there is not enough time."""
        c, r = self.decoder.problem.columns, point.rule
        if self.best.room < point.width * len(c.order):
            return False
        f = self._room(point.width)
        priority = self.decoder.priority(Weights(r[REST], r[TIME], r[LOAD], r[NEXT_LOAD], worse=0.0), point.noise)
        priority += 2.0 ** r[SLOPE] * self._chains.rest / self._mean
        prices = np.ascontiguousarray(r[LOOK:])
        n, planned, width = len(c.order), 0, point.width
        rhythm = max(1, round(point.rhythm * f.free.shape[1]))
        step = max(rhythm, _SLICE // width)
        begin(self._chains, f, self._heads)
        while planned < n:
            if planned and not self.best.go_on():
                return False
            used, until = int(f.size[NODES]), min(n, planned + step)
            planned = beam(
                self._chains, f, self._signs, priority, prices, self._mean, planned, until, rhythm, width, _WAYS,
                self.best.bound,
            )  # fmt: skip
            self.best.spend(int(f.size[NODES]) - used)
            if planned < until:
                collect(f, self._mark)
                if f.size[NODES] + rhythm * len(f.live) > len(f.parent):  # members have little in common: fewer of them
                    width = max(1, width // 2)
                    keep(self._chains, f, width, self.best.bound)
                    collect(f, self._mark)
        sheet = self._written(f, min(f.live[: f.size[LIVE]].tolist(), key=lambda b: int(f.free[b].max())))
        point.value = self.best.offer(sheet)
        if all(point.value != value for value, _ in self.plans):
            self.plans.append((point.value, sheet))
            self.plans.sort(key=lambda one: one[0])
            del self.plans[max(1, min(_STARTS, _HELD // n)) :]
        return True

    def _written(self, f: Front, member: int) -> Sheet:
        """A member as a plan."""
        sheet, c = empty_sheet(self.decoder.problem), self.decoder.problem.columns
        order = np.empty(len(c.order), np.int64)
        starts(self._chains, f, member, order, sheet.start, np.empty(f.free.shape[1], np.int64))
        sheet.machine[:], sheet.end[:], sheet.setup[:] = c.way_machine, sheet.start + c.way_time, 0
        sheet.setup_start[:] = sheet.setup_end[:] = sheet.start
        return sheet

    def _room(self, width: int) -> Front:
        """A front of `width`."""
        c = self.decoder.problem.columns
        n, machines, members = len(c.order), len(c.machine_calendar), 1 + (_ROOM * width if width > 1 else 0)
        if self._front is None or len(self._front.live) != members:
            rhythm = max(1, round(2.0 * _RHYTHM * machines)) + 1
            nodes = 3 * n + 2 * rhythm * members if width > 1 else 2 * n
            self._mark = np.empty(nodes, np.int32)
            one, by_machine, by_chain = (members,), (members, machines), (members, len(self._heads))
            shapes = [*[one] * 4, *[by_machine] * 7, *[by_chain] * 3, *[one] * 3, (3,)]
            columns = [np.zeros(shape, np.int64) for shape in shapes]
            self._front = Front._make([*columns, np.empty(nodes, np.int32), np.empty(nodes, np.int32)])
        return self._front


def look_ahead(decoder: Decoder, best: Incumbent, seed: int, hands: Hands) -> list[Sheet]:
    """Climb with `hands` until that gains nothing for a while -> plans for another search to go on from."""
    beams = [Beam(decoder, best.branch(), np.random.default_rng([seed, k])) for k in range(hands.count)]
    tasks: list[Callable[[], None]] = [partial(one.begin, FIRST[k :: len(beams)]) for k, one in enumerate(beams)]
    quiet = 0
    while best.go_on() and quiet < _QUIET:
        before = best.value
        for one in beams:
            one.may_spend(best.room // len(beams))
        hands.carry(tasks)
        for one in beams:
            best.join(one.best)
        front = min(beams, key=lambda one: one.here.value or best.value)
        for one in beams:
            one.follow(front)
        quiet = 0 if best.value < before else quiet + _TOGETHER
        tasks = [partial(one.run, _TOGETHER) for one in beams]
    return [sheet for _, sheet in sorted((found for one in beams for found in one.plans), key=lambda found: found[0])]
