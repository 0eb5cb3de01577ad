"""Assumptions from data, where nobody stated a plan: planned cycles and shifts, printed and hashed with every figure.

A1 planned cycle of an item at an operation: the median, over its reports of run that name pieces, of their time a
   piece; a half microsecond is rounded down. A report's pieces are those of its machine, order, operation, person and
   instant.
A2 observed shift: on every local date with a report or a running machine, from the first such instant to the last.
What a plant book states comes first; an assumption fills only what it leaves open. An assumed plan can say how evenly a
plant worked, never how well: half of all reports beat a median.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval, union
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import Micros, instant, local_day, to_iso
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines.kpi.kernels_counting import whole
from dengta.engines.kpi.model import LONGEST_REPORT

OBSERVED = "observed"
"""The id of the shift that was observed."""


@dataclass(frozen=True, slots=True)
class AssumedCycle:
    """Microseconds a piece, the median of so many `reports`."""

    item: str
    operation: str
    duration: Micros
    reports: int


@dataclass(frozen=True)
class Assumptions:
    """What was derived, and from how much; `hash` names exactly this content."""

    cycles: tuple[AssumedCycle, ...] = ()
    shifts: tuple[ShiftOccurrence, ...] = ()
    by_name: Mapping[tuple[str, str], Micros] = field(default_factory=dict, repr=False)

    @property
    def hash(self) -> str:
        """SHA-256 of the content as canonical JSON."""
        cycles = [[c.item, c.operation, c.duration, c.reports] for c in self.cycles]
        shifts = [[s.business_date.isoformat(), s.interval.start, s.interval.end] for s in self.shifts]
        told = json.dumps({"cycles": cycles, "shifts": shifts}, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()

    def planned_cycle(self, item: str, operation: str, machine: str, at: Micros | None = None) -> Micros | None:
        """The assumed cycle, on whichever machine and whenever; None where no report told one."""
        return self.by_name.get((item, operation))


def assume(batch: EventBatch, zone: ZoneInfo) -> Assumptions:
    """Derive both from `batch` (corrections done)."""
    told = batch.take(batch["flags"] & int(UNCOUNTED) == 0)
    cycles = tuple(_cycles(told))
    return Assumptions(cycles, tuple(_shifts(told, zone)), {(c.item, c.operation): c.duration for c in cycles})


def _cycles(told: EventBatch) -> list[AssumedCycle]:
    pieces: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    names = ("subject", "order", "operation", "person", "ts")
    made = np.isin(told["type"], [int(EventType.GOOD), int(EventType.SCRAP), int(EventType.REWORK)])
    for *key, item, value, scale in _rows(told.take(made), (*names, "code", "value", "scale")):
        count, fits = whole(value, scale)
        if fits:
            pieces.setdefault(tuple(key), []).append((item, count))
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    run = (told["type"] == EventType.OPERATION_END) & (told.text("code") == "run")
    for *key, value, scale in _rows(told.take(run), (*names, "value", "scale")):
        took, fits = whole(value, scale)
        of = pieces.get(tuple(key), [])
        items, count = {item for item, _ in of}, sum(n for _, n in of)
        if fits and 0 < took <= LONGEST_REPORT and count > 0 and len(items) == 1:
            found.setdefault((told.texts[items.pop()], told.texts[key[2]]), []).append((took, count))
    return [
        AssumedCycle(item, operation, _median_floor(each), len(each))
        for (item, operation), each in sorted(found.items())
    ]


def _median_floor(each: list[tuple[int, int]]) -> Micros:
    ranked = sorted(Fraction(took, count) for took, count in each)
    middle = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    return middle.numerator // middle.denominator


def _rows(batch: EventBatch, names: Sequence[str]) -> list[tuple[int, ...]]:
    return list(zip(*(batch[name].tolist() for name in names), strict=True))


def _shifts(told: EventBatch, zone: ZoneInfo) -> list[ShiftOccurrence]:
    spans = [
        Interval(at - took, at)
        for at, value, scale in _rows(told.take(told["type"] == EventType.OPERATION_END), ("ts", "value", "scale"))
        for took, fits in [whole(value, scale)]
        if fits and 0 < took <= LONGEST_REPORT
    ]
    spans += _running(told.take(told["type"] == EventType.STATE))
    by_day: dict[int, Interval] = {}
    for span in union(spans):
        day = local_day(span.start, zone)
        while (midnight := instant(day, 0, zone)) < span.end:
            part = span.meet(Interval(midnight, instant(day + timedelta(days=1), 0, zone)))
            if part:
                before = by_day.get(day.toordinal(), part)
                by_day[day.toordinal()] = Interval(min(before.start, part.start), max(before.end, part.end))
            day += timedelta(days=1)
    return [ShiftOccurrence(OBSERVED, local_day(one.start, zone), one, (one,)) for _, one in sorted(by_day.items())]


def _running(states: EventBatch) -> list[Interval]:
    """From each word "running" to the machine's next word."""
    order = np.lexsort((states["seq"], states["epoch"], states["stream"], states["ts"], states["subject"]))
    states = states.take(order)
    same = states["subject"][1:] == states["subject"][:-1]
    on = states.text("code")[:-1] == "running"
    ts = states["ts"]
    pairs = zip(ts[:-1][same & on].tolist(), ts[1:][same & on].tolist(), strict=True)
    return [Interval(a, b) for a, b in pairs if a < b]


def in_words(assumed: Assumptions, zone: ZoneInfo) -> dict[str, object]:
    """For JSON output."""
    return {
        "hash": assumed.hash,
        "cycles": [
            {"item": c.item, "operation": c.operation, "us": c.duration, "reports": c.reports} for c in assumed.cycles
        ],
        "shifts": [
            {
                "date": s.business_date.isoformat(),
                "from": to_iso(s.interval.start, zone),
                "to": to_iso(s.interval.end, zone),
            }
            for s in assumed.shifts
        ],
    }
