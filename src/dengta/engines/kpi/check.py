"""The judges of the fold: laws that every answer must keep, and the same figures again in plain slow Python.

`laws` runs on every answer. `again` shares no code with the kernels: it keeps lists of intervals where they keep
numbers, and serves tests and whoever doubts a figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from dengta.core.compiled import njit
from dengta.core.event import Event, Key
from dengta.core.intervals import Interval, subtract, total, union
from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT, UNCOUNTED, ClockSource, EventType
from dengta.engines.kpi.columns import UNITS
from dengta.engines.kpi.kernels_counting import FORWARD, TOO_LATE, step
from dengta.engines.kpi.kernels_layout import MOST_METERS
from dengta.engines.kpi.model import (
    ACTIVITIES,
    LONGEST_REPORT,
    MACHINE,
    REPORTED,
    STATE_COLUMNS,
    Column,
    Fact,
    Rows,
    Setting,
)

_MOST_OPEN = 8


def laws(answer: Rows) -> list[Reason]:
    """Every law `answer` breaks; [] when none. A broken one is our fault, never the data's."""
    setting = answer.setting
    offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
    of = np.array(setting.cells_of, np.int64)
    width = max(len(c) for c in setting.cells)
    sums = np.zeros((len(of), width, len(Column)), np.int64)
    activity = np.array([ACTIVITIES.index(t) if t in ACTIVITIES else 0 for t in answer.texts], np.int64)
    _sum_cells(answer.keys, answer.facts, *answer.element_of, activity, offset[of], sums)
    broken = {"nothing_negative": (sums < 0).any(axis=(1, 2))}
    lengths = np.zeros((len(of), width), np.int64)
    for m, c in enumerate(setting.cells_of):
        cells = setting.cells[c]
        lengths[m, : len(cells)] = np.clip(answer.until - cells.start, 0, cells.end - cells.start)
    broken["elements_fill_time"] = (sums[:, :, STATE_COLUMNS].sum(axis=2) != lengths).any(axis=1)
    broken["machine_within_time"] = (sums[:, :, MACHINE].sum(axis=2) > lengths).any(axis=1)
    broken["metered_within_time"] = (sums[:, :, Column.METERED] > MOST_METERS * lengths).any(axis=1)
    broken["union_within_sum"] = (sums[:, :, MACHINE] > sums[:, :, REPORTED]).any(axis=(1, 2))
    return [
        Reason("kpi.law_broken", (setting.machines[int(np.flatnonzero(wrong)[0])],), {"law": law})
        for law, wrong in broken.items()
        if wrong.any()
    ]


@njit(cache=True, nogil=True)
def _sum_cells(keys: Any, facts: Any, by_reason: Any, by_state: Any, activity: Any, first: Any, sums: Any) -> None:
    """Add up the times and pieces of each cell of each machine."""
    for i in range(len(keys)):
        machine = keys[i, 0]
        cell, by, element = keys[i, 1] - first[machine], activity[keys[i, 5]], by_reason[keys[i, 4]]
        sums[machine, cell, element if element > 0 else by_state[keys[i, 5]]] += facts[i, Fact.TIME]
        sums[machine, cell, Column.REPORTED_RUN + by] += facts[i, Fact.LABOUR]
        sums[machine, cell, Column.MACHINE_RUN + by] += facts[i, Fact.UNION]
        for piece in range(3):
            sums[machine, cell, Column.GOOD + piece] += facts[i, Fact.GOOD + piece]
        sums[machine, cell, Column.ENERGY] += facts[i, Fact.ENERGY]
        sums[machine, cell, Column.METERED] += facts[i, Fact.METERED]


class RowKey(NamedTuple):
    """The key of a row in words; `cell` counts among the machine's own cells."""

    machine: str
    cell: int
    order: str
    operation: str
    reason: str
    code: str


Row = dict[Column, int]
_Context = tuple[str, str]


def again(events: Iterable[Event], setting: Setting, until: Micros) -> dict[RowKey, Row]:
    """Every row that is not zero. `events` in any order, corrections among them.

    Counters are not judged here: their rule is itself a judgement, which meters share; how their steps are split is.
    """
    by_machine: dict[str, list[Event]] = defaultdict(list)
    for event in _corrected(sorted(events, key=lambda e: (e.ts, *e.key))):
        if not event.flags & UNCOUNTED and not _endless(event):
            by_machine[event.subject].append(event)
    found: dict[RowKey, Row] = {}
    for number, machine in enumerate(setting.machines):
        found |= _Machine(machine, number, setting, until).rows(by_machine[machine])
    return found


def _endless(event: Event) -> bool:
    """A report longer than anybody works is not read."""
    return event.type is EventType.OPERATION_END and event.value * 10**event.scale > LONGEST_REPORT


def _corrected(events: list[Event]) -> Iterator[Event]:
    """The events that count, with the values that count."""
    done: dict[Key, Event] = {}
    dead: set[Key] = set()
    for event in reversed(events):
        if event.type is EventType.CORRECTION and event.ref and event.key not in dead:
            done.setdefault(event.ref, event)
            if event.code == "retract":
                dead.add(event.ref)
    for event in events:
        correction = done.get(event.key)
        if event.type is EventType.CORRECTION or (correction and correction.code == "retract"):
            continue
        if correction:
            fields = {name: getattr(event, name) for name in Event.__slots__}
            event = Event(**{**fields, "value": correction.value, "scale": correction.scale})
        yield event


class _Machine:
    """One machine's rows, by lists of intervals."""

    def __init__(self, name: str, number: int, setting: Setting, until: Micros) -> None:
        cells = setting.cells_for(number)
        self.name, self.reasons = name, setting.reasons
        self.meters = {meter.code: meter for meter in setting.meters if meter.machine == name}
        self.cells = [Interval(a, b) for a, b in zip(cells.start.tolist(), cells.end.tolist(), strict=True)]
        self.window = Interval(self.cells[0].start, self.cells[-1].end)
        self.seen = Interval(self.window.start, until) if until > self.window.start else None
        self.found: dict[RowKey, Row] = defaultdict(lambda: dict.fromkeys(Column, 0))

    def rows(self, events: list[Event]) -> dict[RowKey, Row]:
        told = [e for e in events if e.type is EventType.STATE]
        first_told = told[0].ts if told else self.window.end
        self._states(events, first_told)
        self._reports([e for e in events if e.type is EventType.OPERATION_END], events, first_told)
        for code in dict.fromkeys(e.code for e in events if _in_mwh(e) is not None):
            self._meter([e for e in events if e.code == code and _in_mwh(e) is not None], events)
        for event in events:
            if event.type in (EventType.GOOD, EventType.SCRAP, EventType.REWORK):
                who = _named(event, _context_at(events, event))
                self._count(event, who, Column[event.type.name], event.value * 10**event.scale)
                self._count(event, who, Column.TIMES, 1)
        return {key: row for key, row in self.found.items() if any(row.values())}

    def _add(self, cell: int, who: _Context, reason: str, code: str, column: Column, n: int, grade: int) -> None:
        row = self.found[RowKey(self.name, cell, *who, reason, code)]
        row[column] += n
        row[Column.GRADE] = max(row[Column.GRADE], grade)

    def _point(self, event: Event, who: _Context, column: Column, n: int) -> None:
        for i, cell in enumerate(self.cells):
            if event.ts in cell:
                self._add(i, who, event.reason, event.code, column, n, _grade(event))

    def _count(self, event: Event, who: _Context, column: Column, n: int) -> None:
        """What is counted at an instant was made before it."""
        for i, cell in enumerate(self.cells):
            if cell.start < event.ts <= cell.end:
                self._add(i, who, event.reason, event.code, column, n, _grade(event))

    def _interval(
        self, span: Interval | None, who: _Context, reason: str, code: str, column: Column, sign: int, grade: int
    ) -> None:
        for i, cell in enumerate(self.cells):
            part = span.meet(cell) if span else None
            if part:
                self._add(i, who, reason, code, column, sign * part.length, grade)

    def _states(self, events: list[Event], first_told: Micros) -> None:
        """Cut time at every event that may change what goes on, and ask what went on in between."""
        turns = [e for e in events if e.type in (EventType.STATE, EventType.OPERATION_START, EventType.OPERATION_END)]
        states = [e for e in turns if e.type is EventType.STATE]
        for before, state in zip([None, *states], states, strict=False):
            if before is None or (before.code, before.reason) != (state.code, state.reason):
                who = _context(turns[: turns.index(state) + 1])
                self._point(state, who, Column.TIMES, 1)
        if self.seen is None:
            return
        edges = sorted({self.seen.start, self.seen.end, *(e.ts for e in turns if e.ts in self.seen)})
        for start, end in pairwise(edges):
            so_far = [e for e in turns if e.ts <= start]
            states = [e for e in so_far if e.type is EventType.STATE]
            if not states:
                self._interval(Interval(start, end), ("", ""), "", "", Column.UNKNOWN, 1, 0)
                continue
            state = states[-1]
            element = self.reasons.get(state.reason) or STATE_ELEMENT[state.code]
            who, column = _context(so_far), Column[element.name]
            self._interval(Interval(start, end), who, state.reason, state.code, column, 1, _grade(state))

    def _reports(self, ends: list[Event], events: list[Event], first_told: Micros) -> None:
        taken: list[Interval] = []
        lengths = {e.key: e.value * 10**e.scale for e in ends}
        who = {e.key: _named(e, _context_at(events, e)) for e in ends}
        for event in ends:
            self._count(event, who[event.key], Column.REPORTS, 1)
            labour = Column(Column.REPORTED_RUN + ACTIVITIES.index(event.code))
            self._interval(
                self._span(event, lengths), who[event.key], event.reason, event.code, labour, 1, _grade(event)
            )
        for activity in ACTIVITIES:  # run before setup before breakdown; of those, the first that ended
            for event in (e for e in ends if e.code == activity):
                span = self._span(event, lengths)
                for part in subtract([span] if span else [], taken):
                    self._union(part, event, who[event.key], ACTIVITIES.index(activity), first_told)
                taken = union([*taken, *([span] if span else [])])

    def _meter(self, readings: list[Event], events: list[Event]) -> None:
        """Cut the time between two readings at every cell and at every event that may change what goes on."""
        turns = [e for e in events if e.type in (EventType.STATE, EventType.OPERATION_START, EventType.OPERATION_END)]
        before, limits = readings[0], self.meters.get(readings[0].code)
        modulus, rate = (limits.modulus, limits.max_per_h) if limits else (0, 0)
        for now in readings[1:]:
            stood, stands, digit = _in_mwh(before) or 0, _in_mwh(now) or 0, max(1, 10 ** (now.scale + UNITS[now.unit]))
            gain, verdict = step(stood, before.ts, stands, now.ts, modulus, rate, digit)
            who, grade = _context_at(events, now), max(_grade(before), _grade(now))
            at = Interval(now.ts - 1, now.ts)  # what is counted at an instant was made before it
            here = [i for i, cell in enumerate(self.cells) if cell.meet(at)]
            if verdict != FORWARD:
                column = Column.LATE if verdict == TOO_LATE else Column.RESETS
                for cell in here:
                    self._add(cell, who, "", now.code, column, 1, _grade(now))
            if verdict == TOO_LATE:
                continue
            if now.ts == before.ts and gain:
                for cell in here:
                    self._add(cell, who, "", now.code, Column.ENERGY, gain, grade)
            if 0 < now.ts - before.ts <= LONGEST_REPORT:
                self._evenly(Interval(before.ts, now.ts), gain, turns, now.code, grade)
            before = now

    def _evenly(self, span: Interval, gain: int, turns: list[Event], code: str, grade: int) -> None:
        edges = {self.window.start, *(c.end for c in self.cells), *(e.ts for e in turns), span.start, span.end}
        for start, end in pairwise(sorted(e for e in edges if span.start <= e <= span.end)):
            used = gain * (end - span.start) // span.length - gain * (start - span.start) // span.length
            who = _context([e for e in turns if e.ts <= start])
            for i, cell in enumerate(self.cells):
                if start in cell:
                    self._add(i, who, "", code, Column.ENERGY, used, grade)
                    self._add(i, who, "", code, Column.METERED, end - start, grade)

    def _span(self, event: Event, lengths: dict[Key, int]) -> Interval | None:
        took = lengths[event.key]
        return Interval(event.ts - took, event.ts).meet(self.window) if took else None

    def _union(self, part: Interval, event: Event, who: _Context, activity: int, first_told: Micros) -> None:
        grade = _grade(event)
        self._interval(part, who, event.reason, event.code, Column(Column.MACHINE_RUN + activity), 1, grade)
        untold = part.meet(Interval(part.start, first_told)) if first_told > part.start else None
        element = self.reasons.get(event.reason) or ACTIVITY_ELEMENT[event.code]
        self._interval(untold, who, event.reason, event.code, Column[element.name], 1, grade)
        self._interval(untold, ("", ""), "", "", Column.UNKNOWN, -1, 0)


def _grade(event: Event) -> int:
    if event.clock is ClockSource.STATEMENT:
        return 4
    if event.clock is ClockSource.PAPER:
        return 3
    return 2 if event.clock in (ClockSource.RECORD, ClockSource.PERSON) else 1


def _in_mwh(event: Event) -> int | None:
    """What a meter stood at; None for what is no such reading."""
    if event.type is not EventType.ENERGY or event.unit not in UNITS or event.value < 0:
        return None
    exact = event.value * Fraction(10) ** (event.scale + UNITS[event.unit])
    return int(exact) if exact.denominator == 1 else None


def _context_at(events: list[Event], event: Event) -> _Context:
    return _context(events[: events.index(event)])


def _named(event: Event, held: _Context) -> _Context:
    if event.order and event.order != held[0]:
        held = (event.order, "")
    return held[0], event.operation or held[1]


def _context(so_far: list[Event]) -> _Context:
    """Order and operation after `so_far`: what the last state named, unless an operation began since; else the last
    begun and not ended."""
    own: _Context | None = None
    under_way: list[_Context] = []
    for event in so_far:
        named = (event.order, event.operation)
        if event.type is EventType.STATE:
            own = _named(event, under_way[-1] if under_way else ("", "")) if any(named) else None
        elif event.type is EventType.OPERATION_START:
            own = None
            under_way = [*under_way, named][-_MOST_OPEN:]
        elif event.type is EventType.OPERATION_END and named in under_way:
            last = len(under_way) - 1 - under_way[::-1].index(named)
            under_way = under_way[:last] + under_way[last + 1 :]
    return own or (under_way[-1] if under_way else ("", ""))


def by_cell(found: dict[RowKey, Row], machine: str, cell: int) -> Row:
    """The sum of the rows of one machine in one cell."""
    rows = [row for key, row in found.items() if (key.machine, key.cell) == (machine, cell)]
    return {c: sum(row[c] for row in rows) for c in Column}


__all__ = ["RowKey", "again", "by_cell", "laws", "total"]
