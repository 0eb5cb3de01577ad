"""People: attendance (APAT) and work (APWT) of each person at each machine, split when one runs several (K15).

APAT runs from a login to the same person's logout at the machine, less the breaks of the machine's calendar. APWT is
the union of the person's reports there. While somebody is present, or at work, at several machines, each gets an equal
part of the time; microseconds left over go to the first machines in their order. Nothing here depends on states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval, subtract, union
from dengta.core.time import Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines.kpi.columns import FOLDED
from dengta.engines.kpi.figures import OF_TIME, Sheet
from dengta.engines.kpi.kernels_counting import whole
from dengta.engines.kpi.model import LONGEST_REPORT, Fact, Ints, Key, Rows, Setting

ATTENDED = (*FOLDED, EventType.LOGIN, EventType.LOGOUT)
"""Types that figures with people in them are made of."""

_Spans = Mapping[int, list[Interval]]


@dataclass(frozen=True, slots=True, eq=False)
class Attendance:
    """`rows`: one a machine, cell and person (their code), without facts. times: int64 (n, 2), APAT and APWT."""

    rows: Rows
    times: Ints
    has_logins: bool
    has_reports: bool

    def by(self, dimensions: Sequence[str]) -> dict[tuple[str, ...], dict[str, int | None]]:
        """APAT and APWT by dimensions of time, and by person as ``code``: key -> inputs of `Figure.with_inputs`."""
        if not len(self.rows) or not set(dimensions) <= {*OF_TIME, "code"}:
            return {}
        sheet = Sheet(self.rows)
        distinct, ranked, begins = sheet.groups(np.arange(len(self.rows)), tuple(dimensions))
        sums = np.add.reduceat(self.times[ranked], begins, axis=0)
        words = [sheet.words(d) for d in dimensions]
        return {
            tuple(str(w[n]) for w, n in zip(words, numbers, strict=True)): {
                "APAT": apat if self.has_logins else None,
                "APWT": apwt if self.has_reports else None,
            }
            for numbers, (apat, apwt) in zip(distinct.tolist(), sums.tolist(), strict=True)
        }


def attendance(batch: EventBatch, setting: Setting, until: Micros) -> Attendance:
    """Who was where, up to `until`; `batch` as for `fold`, with events of ATTENDED types."""
    chosen = np.isin(batch["type"], [int(t) for t in (EventType.LOGIN, EventType.LOGOUT, EventType.OPERATION_END)])
    chosen &= (batch["person"] != 0) & (batch["flags"] & int(UNCOUNTED) == 0)
    number = {m: i for i, m in enumerate(setting.machines)}
    told: dict[str, list[Event]] = defaultdict(list)
    for event in batch.take(chosen).sorted():
        if event.subject in number:
            told[event.person].append(event)
    found: dict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
    for person, events in sorted(told.items()):
        for column, spans in enumerate((_present(events, number, setting, until), _at_work(events, number))):
            for machine, cell, length in _split(spans, setting, until):
                found[machine, cell + int(offset[setting.cells_of[machine]]), person][column] += length
    people = ("", *sorted(told))
    keys = np.zeros((len(found), len(Key)), np.int64)
    for row, (machine, cell, person) in enumerate(found):
        keys[row, [Key.MACHINE, Key.CELL, Key.CODE]] = machine, cell, people.index(person)
    nothing = np.zeros(len(setting.machines), np.int64)
    rows = Rows(setting, until, people, keys, np.zeros((len(found), len(Fact)), np.int64), nothing, nothing)
    kinds = set(batch["type"][chosen].tolist())
    times = np.array(list(found.values()), np.int64).reshape(-1, 2)
    return Attendance(rows, times, int(EventType.LOGIN) in kinds, int(EventType.OPERATION_END) in kinds)


def _present(events: Iterable[Event], number: Mapping[str, int], setting: Setting, until: Micros) -> _Spans:
    since: dict[int, Micros] = {}
    spans: dict[int, list[Interval]] = defaultdict(list)
    for event in events:
        machine = number[event.subject]
        if event.type is EventType.LOGIN:
            since.setdefault(machine, event.ts)
        elif event.type is EventType.LOGOUT and machine in since:
            begun = since.pop(machine)
            if begun < event.ts:
                spans[machine].append(Interval(begun, event.ts))
    for machine, begun in since.items():
        if begun < until:
            spans[machine].append(Interval(begun, until))
    return {machine: subtract(mine, _breaks(setting, machine)) for machine, mine in spans.items()}


def _breaks(setting: Setting, machine: int) -> list[Interval]:
    cells = setting.cells_for(machine)
    rests = np.flatnonzero((cells.shift >= 0) & ~cells.planned)
    return [Interval(int(cells.start[c]), int(cells.end[c])) for c in rests.tolist()]


def _at_work(events: Iterable[Event], number: Mapping[str, int]) -> _Spans:
    spans: dict[int, list[Interval]] = defaultdict(list)
    for event in events:
        if event.type is EventType.OPERATION_END:
            took, fits = whole(event.value, event.scale)
            if fits and 0 < took <= LONGEST_REPORT:
                spans[number[event.subject]].append(Interval(event.ts - took, event.ts))
    return {machine: union(mine) for machine, mine in spans.items()}


def _split(spans: _Spans, setting: Setting, until: Micros) -> Iterator[tuple[int, int, int]]:
    """(machine, cell among its own, microseconds): the time of one person, divided among machines at once."""
    edges = {e for mine in spans.values() for one in mine for e in (one.start, one.end)}
    for machine in spans:
        cells = setting.cells_for(machine)
        edges.update(cells.start.tolist())
        edges.add(int(cells.end[-1]))
    ranked = sorted(e for e in edges | {until} if setting.window.start <= e <= min(until, setting.window.end))
    at = dict.fromkeys(spans, 0)
    for start, end in pairwise(ranked):
        here = []
        for machine, mine in sorted(spans.items()):
            while at[machine] < len(mine) and mine[at[machine]].end <= start:
                at[machine] += 1
            if at[machine] < len(mine) and mine[at[machine]].start <= start:
                here.append(machine)
        for place, machine in enumerate(here):
            share, left = divmod(end - start, len(here))
            cell = int(np.searchsorted(setting.cells_for(machine).end, start, "right"))
            yield machine, cell, share + (place < left)
