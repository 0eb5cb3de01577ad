"""What is remembered of one machine: its states, counters, operation reports and pieces, each sorted by source time.

Every track keeps its records in the order of their event keys, so what it answers depends on which events came, never
on the order in which they came: a late sample takes its place between two others and is not mistaken for a reset.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from dengta.core.time import HOUR, Micros
from dengta.engines.kpi.kernels_counting import TOO_LATE, step
from dengta.engines.kpi.model import ACTIVITIES

Place = tuple[int, int, int, int]
"""(ts, stream, epoch, seq): the order across streams that every reader of the log sees."""

ACTIVITY_STATE = {"run": "running", "setup": "setup", "breakdown": "down"}


class Span(NamedTuple):
    """A machine was in `state` over ``[start, end)``."""

    start: Micros
    end: Micros
    state: str
    reason: str = ""


class StateRecord(NamedTuple):
    """A machine's own word about what it does from `place` on."""

    place: Place
    state: str
    reason: str
    order: str
    operation: str

    def same(self, other: StateRecord) -> bool:
        """Whether `other` says nothing new about state and reason."""
        return self.state == other.state and self.reason == other.reason


class OperationRecord(NamedTuple):
    """The start or end of an operation on a machine; an end carries how long it took."""

    place: Place
    start: bool
    activity: str
    order: str
    operation: str
    person: str
    took: Micros


R = TypeVar("R", StateRecord, OperationRecord)


def _insert(records: list[R], record: R) -> bool:
    """Put `record` in its place; False when it is there already."""
    if not records or record.place > records[-1].place:
        records.append(record)
        return True
    at = bisect_left(records, record.place, key=lambda r: r.place)
    if records[at].place == record.place:
        return False
    records.insert(at, record)
    return True


@dataclass(slots=True)
class States:
    """State events of a machine."""

    records: list[StateRecord] = field(default_factory=list)

    def add(self, record: StateRecord) -> bool:
        """Remember; False for a repetition."""
        return _insert(self.records, record)

    def since(self, at: int = -1) -> Micros:
        """When the state of record `at` began: repetitions of the same word do not count as beginnings."""
        i = at % len(self.records)
        while i and self.records[i - 1].same(self.records[i]):
            i -= 1
        return self.records[i].place[0]

    def spans(self, start: Micros, end: Micros) -> list[Span]:
        """What is known of ``[start, end)``, sorted and disjoint; before the first word nothing is said."""
        raw = [
            Span(record.place[0], following, record.state, record.reason)
            for record, following in zip(self.records, [*(r.place[0] for r in self.records[1:]), end], strict=True)
        ]
        return merged(raw, start, end)

    def forget(self, before: Micros) -> None:
        """Drop what no answer about `before` or later needs; the word that holds at `before` keeps its beginning."""
        at = bisect_left(self.records, before, key=lambda r: r.place[0]) - 1
        if at > 0:
            first = at
            while first and self.records[first - 1].same(self.records[first]):
                first -= 1
            del self.records[first + 1 : at + 1]
            del self.records[:first]


def merged(spans: Iterable[Span], start: Micros, end: Micros) -> list[Span]:
    """Sorted spans cut to ``[start, end)``; neighbours that say the same become one, empty ones vanish."""
    out: list[Span] = []
    for one in spans:
        lo, hi = max(one.start, start), min(one.end, end)
        if lo >= hi:
            continue
        if out and out[-1].end == lo and out[-1][2:] == one[2:]:
            out[-1] = out[-1]._replace(end=hi)
        else:
            out.append(one._replace(start=lo, end=hi))
    return out


@dataclass(slots=True)
class Operations:
    """Operation reports of a machine: several may be open at once, and some plants only report ends."""

    records: list[OperationRecord] = field(default_factory=list)

    def add(self, record: OperationRecord) -> bool:
        """Remember; False for a repetition."""
        return _insert(self.records, record)

    def open(self) -> list[OperationRecord]:
        """Starts without their end, oldest first."""
        return self._matched()[1]

    def spans(self, start: Micros, end: Micros) -> list[Span]:
        """What the reports say of ``[start, end)``: idle between them, nothing before all.

        Where reports overlap, run comes before setup and setup before breakdown, as in every figure (kpi, K5).
        """
        closed, running = self._matched()
        work = closed + [(r.place[0], end, r.activity) for r in running]
        work = [(a, b, activity) for a, b, activity in work if a < b]
        if not work:
            return []
        edges = sorted({t for a, b, _ in work for t in (a, b)} | {end})
        raw: list[Span] = []
        for lo, hi in pairwise(edges):
            active = {activity for a, b, activity in work if a <= lo < b}
            first = next((a for a in ACTIVITIES if a in active), None)
            raw.append(Span(lo, hi, ACTIVITY_STATE[first] if first else "idle"))
        return merged(raw, start, end)

    def _matched(self) -> tuple[list[tuple[Micros, Micros, str]], list[OperationRecord]]:
        waiting: dict[tuple[str, str, str, str], list[OperationRecord]] = {}
        closed: list[tuple[Micros, Micros, str]] = []
        for record in self.records:
            starts = waiting.setdefault((record.activity, record.order, record.operation, record.person), [])
            at = record.place[0]
            if record.start:
                starts.append(record)
            else:
                began = starts.pop(0).place[0] if starts else at
                closed.append((at - record.took if record.took else began, at, record.activity))
        return closed, sorted(r for starts in waiting.values() for r in starts)

    def forget(self, before: Micros) -> None:
        """Drop reports before `before`, but never an open start nor the last report."""
        cut = bisect_left(self.records, before, key=lambda r: r.place[0])
        if cut:
            kept = {r.place for r in self.open()} | {self.records[-1].place}
            self.records = [r for i, r in enumerate(self.records) if i >= cut or r.place in kept]


@dataclass(slots=True)
class Readings:
    """Samples of an absolute counter, 16 bytes each."""

    ts: array[int] = field(default_factory=lambda: array("q"))
    values: array[int] = field(default_factory=lambda: array("q"))

    def add(self, ts: Micros, value: int) -> None:
        """Remember; of several samples at one instant the largest counts last."""
        if not self.ts or ts > self.ts[-1]:
            self.ts.append(ts)
            self.values.append(value)
            return
        lo, hi = bisect_left(self.ts, ts), bisect_right(self.ts, ts)
        at = bisect_left(self.values, value, lo, hi)
        self.ts.insert(at, ts)
        self.values.insert(at, value)

    def risen(self, start: Micros, end: Micros, modulus: int = 0, max_per_h: int = 0) -> int:
        """How far it rose in ``[start, end)``, by the one rule for counters (kpi, K8); a rise belongs to the later of
        its two samples. `modulus` and `max_per_h` as in the plant book, 0 where it states none."""
        first = max(bisect_left(self.ts, start) - 1, 0)
        ts = np.array(self.ts[first : bisect_left(self.ts, end)], np.int64)
        values = np.array(self.values[first : first + len(ts)], np.int64)
        rise = np.diff(values)
        if not (rise < 0).any() and not (max_per_h and (rise * HOUR > np.diff(ts) * max_per_h).any()):
            return int(rise.sum())
        total = 0
        last, last_at = int(values[0]), int(ts[0])
        for at, value in zip(ts[1:].tolist(), values[1:].tolist(), strict=True):
            forward, kind = step(last, last_at, value, at, modulus, max_per_h)
            if kind != TOO_LATE:
                total, last, last_at = total + int(forward), value, at
        return total

    def forget(self, before: Micros) -> None:
        """Drop samples before `before` but the last of them, from which the next rise is counted."""
        cut = bisect_left(self.ts, before) - 1
        if cut > 0:
            del self.ts[:cut]
            del self.values[:cut]


@dataclass(slots=True)
class Pieces:
    """Reported pieces (good, scrap, rework), each report once."""

    places: list[Place] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def add(self, place: Place, value: int) -> bool:
        """Remember; False for a repetition."""
        at = bisect_left(self.places, place)
        if at < len(self.places) and self.places[at] == place:
            return False
        self.places.insert(at, place)
        self.values.insert(at, value)
        return True

    def sum(self, start: Micros, end: Micros) -> int:
        """Pieces reported in ``[start, end)``."""
        return sum(self.values[bisect_left(self.places, (start,)) : bisect_left(self.places, (end,))])

    def forget(self, before: Micros) -> None:
        """Drop reports before `before`."""
        cut = bisect_left(self.places, (before,))
        del self.places[:cut]
        del self.values[:cut]
