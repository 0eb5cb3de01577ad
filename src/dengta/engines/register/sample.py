"""A sample city: fictional firms whose list and transformations reproduce a published series to the firm. Seeded.

Between two points of the series firms leave the list (some 4 % a year), others come in, others file, each on a day of
its own; counts at the points are exact. Everything else (towns, names, acceptances, evidence) is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from dengta.engines.register.credit_code import code_of
from dengta.engines.register.model import FOREVER, Facts, Ints, Register

FIRMS = 7000
"""Firms ever registered in a sample city of the size of the first programme."""
_LEAVES = 0.04  # of the list, a year
_ACCEPTED, _VERIFIED = 0.8, 0.12  # of those that filed
_WAIT = (60, 400)  # days from filing to acceptance
_REGION = "442000"


Row = tuple[int, int, int, int, int, int]
"""Of `Facts`."""


class Point(NamedTuple):
    """On a day so many firms had transformed, of so many on the list."""

    day: date
    transformed: int
    listed: int


class Town(NamedTuple):
    """A town of the sample: its code, its weight among firms, what most of them make."""

    code: str
    weight: int
    speciality: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A fictional firm. Names say so: no real one is called like this."""

    code: str
    number: int
    town: str
    industry: str


@dataclass(frozen=True, slots=True)
class City:
    """The sample: firms by number, and the register of them."""

    firms: tuple[Firm, ...]
    register: Register


def sample(points: Sequence[Point], towns: Sequence[Town], firms: int, seed: int) -> City:
    """A city of `firms` firms ever registered, whose list and filings pass through every one of `points`.

    The same seed gives the same city. ValueError where so few firms cannot make the series.
    """
    chance = np.random.default_rng(seed)
    walk = _Walk(firms, chance)
    first, *later = sorted(points)
    walk.begin(first)
    before = first
    for point in later:
        walk.to(before, point)
        before = point
    weights = np.array([town.weight for town in towns], np.float64)
    where = chance.choice(len(towns), firms, p=weights / weights.sum())
    codes = tuple(code_of("91", _REGION, 10_000_000 + 7 * k) for k in range(firms))
    made = tuple(
        Firm(codes[k], k + 1, towns[where[k]].code, towns[where[k]].speciality if chance.random() < 0.7 else "general")
        for k in range(firms)
    )
    filed = [(firm, day, FOREVER, 0, day, FOREVER) for firm, day in walk.filed]
    accepted, verified = _results(walk.filed, chance)
    return City(
        made,
        Register(
            codes,
            tuple(town.code for town in towns),
            Facts.of([(k, 0, FOREVER, int(where[k]), 0, FOREVER) for k in range(firms)]),
            Facts.of([(firm, start, end, 0, start, FOREVER) for firm, start, end in walk.spans()]),
            Facts.of(filed),
            Facts.of(accepted),
            Facts.of(verified),
        ),
    )


class _Walk:
    """The list and the filings while they are being made."""

    def __init__(self, firms: int, chance: np.random.Generator) -> None:
        self._chance = chance
        self._fresh = chance.permutation(firms).tolist()  # firms that never were on the list
        self._since: dict[int, int] = {}  # firm on the list -> since when
        self._past: list[tuple[int, int, int]] = []
        self._done: set[int] = set()
        self.filed: list[tuple[int, int]] = []

    def begin(self, point: Point) -> None:
        """The first point: the list as it stands, its filings in the two years before."""
        day = point.day.toordinal()
        self._enter(point.listed, day - 1000, day - 730)
        self._file(point.transformed, day - 729, day)

    def to(self, before: Point, point: Point) -> None:
        """From one point to the next."""
        start, end = before.day.toordinal() + 1, point.day.toordinal()
        leaving = round(_LEAVES * before.listed * (end - start) / 365)
        for firm in self._some(sorted(self._since), leaving):
            since = self._since.pop(firm)
            self._past.append((firm, since, max(since + 1, self._day(start, end))))
        self._enter(point.listed - len(self._since), start, end)
        self._file(point.transformed - len(self.filed), start, end)

    def spans(self) -> list[tuple[int, int, int]]:
        """Every time of a firm on the list."""
        return sorted([*self._past, *((firm, since, FOREVER) for firm, since in self._since.items())])

    def _day(self, first: int, last: int) -> int:
        return int(self._chance.integers(first, last + 1))

    def _some(self, among: list[int], count: int) -> list[int]:
        found: Ints = self._chance.choice(np.array(among, np.int64), count, replace=False)
        return [int(one) for one in found]

    def _enter(self, count: int, first: int, last: int) -> None:
        if count > len(self._fresh):
            raise ValueError(f"{count} more firms are wanted on the list than there are: {len(self._fresh)}")
        for _ in range(count):
            self._since[self._fresh.pop()] = self._day(first, last)

    def _file(self, count: int, first: int, last: int) -> None:
        """So many firms of the list that have not filed yet do so, each on a day on which it is on the list."""
        among = sorted(firm for firm in self._since if firm not in self._done)
        if not 0 <= count <= len(among):
            raise ValueError(f"{count} filings are wanted from {len(among)} firms")
        for firm in self._some(among, count):
            self._done.add(firm)
            self.filed.append((firm, self._day(max(first, self._since[firm]), last)))


def _results(filed: Sequence[tuple[int, int]], chance: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Acceptances with their level some time after the filing; for some, evidence that shows it."""
    accepted, verified = [], []
    for firm, day in filed:
        turn, level = chance.random(), int(chance.choice((1, 2, 3, 4), p=(0.08, 0.62, 0.25, 0.05)))
        later = day + int(chance.integers(*_WAIT))
        if turn < _ACCEPTED:
            accepted.append((firm, later, FOREVER, level, later, FOREVER))
        if turn < _VERIFIED:
            seen = later + int(chance.integers(10, 60))
            verified.append((firm, seen, FOREVER, level, seen, FOREVER))
    return accepted, verified
