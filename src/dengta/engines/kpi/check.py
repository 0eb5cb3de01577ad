"""The judges of the fold: laws that every answer must keep, and the same figures again in plain slow Python.

`laws` runs on every answer. `again` shares no code with the kernels: it keeps lists of intervals where they keep
numbers, and serves tests and whoever doubts a figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from dengta.core.event import Event, Key
from dengta.core.intervals import Interval, subtract, total, union
from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import STATE_ELEMENT, EventType, Flag
from dengta.engines.kpi.model import ACTIVITIES, MACHINE, REPORTED, STATE_COLUMNS, Column, Setting, Totals


def laws(answer: Totals) -> list[Reason]:
    """Every law `answer` breaks; [] when none. A broken one is our fault, never the data's."""
    cells, edges = answer.cells, np.array(answer.setting.edges, np.int64)
    lengths = np.clip(answer.until - edges[:-1], 0, np.diff(edges))
    broken = {
        "elements_fill_time": cells[:, :, STATE_COLUMNS].sum(axis=2) != lengths,
        "machine_within_time": cells[:, :, MACHINE].sum(axis=2) > lengths,
        "union_within_sum": cells[:, :, MACHINE] > cells[:, :, REPORTED],
        "nothing_negative": cells < 0,
    }
    return [
        Reason("kpi.law_broken", (answer.setting.machines[int(np.argwhere(wrong)[0][0])],), {"law": law})
        for law, wrong in broken.items()
        if wrong.any()
    ]


def again(events: Iterable[Event], setting: Setting, until: Micros) -> list[list[dict[Column, int]]]:
    """Time elements, reported and machine time, pieces and reports, as ``[machine][cell][column]``.

    `events` in any order, corrections among them. Counters are not judged here: their rule is itself a judgement.
    """
    by_machine: dict[str, list[Event]] = defaultdict(list)
    for event in _corrected(sorted(events, key=lambda e: (e.ts, *e.key))):
        if not event.flags & Flag.BAD:
            by_machine[event.subject].append(event)
    spans = [Interval(a, b) for a, b in zip(setting.edges, setting.edges[1:], strict=False)]
    return [[_cell(by_machine[m], span, setting, until) for span in spans] for m in setting.machines]


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


def _cell(events: list[Event], span: Interval, setting: Setting, until: Micros) -> dict[Column, int]:
    row = dict.fromkeys(Column, 0)
    seen = Interval(span.start, min(span.end, until)) if until > span.start else None
    states = [e for e in events if e.type is EventType.STATE]
    if seen:
        starts = [setting.edges[0] if not states else min(setting.edges[0], states[0].ts), *(e.ts for e in states)]
        elements = ["UNKNOWN", *(setting.reasons.get(e.reason) or STATE_ELEMENT[e.code] for e in states)]
        for start, end, element in zip(starts, [*starts[1:], until], elements, strict=True):
            part = Interval(start, end).meet(seen) if end > start else None
            row[Column[str(element)]] += part.length if part else 0
    reports: dict[str, list[Interval]] = {activity: [] for activity in ACTIVITIES}
    for event in events:
        number = event.value * 10**event.scale if event.scale >= 0 else 0
        inside = event.ts in span
        if event.type is EventType.OPERATION_END:
            row[Column.REPORTS] += inside
            part = Interval(event.ts - number, event.ts).meet(seen) if number and seen else None
            if part:
                reports[event.code].append(part)
        elif event.type in (EventType.GOOD, EventType.SCRAP, EventType.REWORK):
            row[Column[event.type.name]] += number if inside else 0
    taken: list[Interval] = []
    for i, activity in enumerate(ACTIVITIES):
        row[Column(Column.REPORTED_RUN + i)] = sum(part.length for part in reports[activity])
        row[Column(Column.MACHINE_RUN + i)] = total(subtract(reports[activity], taken))
        taken = union([*taken, *reports[activity]])
    return row
