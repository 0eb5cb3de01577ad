"""Seeded records of a small plant: states, orders, reports, counters, pieces and corrections of three machines, two
calendars, and a log that gives them back."""

from __future__ import annotations

import random
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.event import Key as EventKey
from dengta.core.intervals import Interval
from dengta.core.time import HOUR, MINUTE, Micros, instant
from dengta.core.vocabulary import STATE_ELEMENT, ClockSource, EventType, Flag, TimeElement
from dengta.engines import kpi
from dengta.engines.calendars import Calendar, Hours, Name, Shift, Span, occurrences
from dengta.engines.kpi.check import Row, RowKey
from dengta.engines.kpi.model import ACTIVITIES, Column, Counter, Place, Rows, Setting
from dengta.engines.kpi.setting import cells

ZONE = ZoneInfo("Asia/Shanghai")
MACHINES = ("saw-1", "saw-2", "press")
START = instant(date(2026, 3, 2), 0, ZONE)
DAYS = 3
WINDOW = Interval(START, START + DAYS * 24 * HOUR)


def _shift(name: str, start: int, end: int, *breaks: tuple[int, int]) -> Shift:
    hours = Hours(Span(start * 60, end * 60), tuple(Span(a, b) for a, b in breaks))
    return Shift(name, Name(name, name), hours, tuple(range(7)))


TWO = Calendar("two", Name("two", "two"), (_shift("day", 8, 16, (720, 750)), _shift("night", 22, 30)))


def setting(window: Interval = WINDOW) -> Setting:
    """Two saws in two shifts, and a press of which nobody said when it works."""
    shifts = tuple(TWO.all_shifts())
    parts = (cells(occurrences(TWO, ZONE, window), shifts, ZONE, window), cells(None, (), ZONE, window))
    counters = (Counter("saw-1", "pieces", 1000, 600), Counter("press", "strokes"))
    places = {"saw-1": Place("saws", "panels"), "saw-2": Place("saws", "panels"), "press": Place("press", "metal")}
    return Setting(
        MACHINES,
        window,
        parts,
        (0, 0, 1),
        counters,
        {"tea": TimeElement.REST},
        {"jam": "minor_stop"},
        places,
        meters=(Counter("press", "electricity", 20_000_000, 3_000_000),),
    )


def record(seed: int, events: int = 60) -> list[Event]:
    """A record of `events` events by two streams, in the order of their seqs."""
    chance = random.Random(seed)
    told: list[Event] = []
    for seq in range(events):
        at = START + chance.randrange(-6 * 60, DAYS * 24 * 60 + 60) * MINUTE
        told.append(_event(chance, seq, at, told))
    return told


def _event(chance: random.Random, seq: int, at: Micros, told: list[Event]) -> Event:
    kind = chance.choice(
        [EventType.STATE] * 4
        + [EventType.COUNTER] * 3
        + [EventType.OPERATION_START] * 2
        + [EventType.OPERATION_END] * 4
        + [EventType.GOOD, EventType.SCRAP, EventType.REWORK, *[EventType.ENERGY] * 4]
    )
    machine = chance.choice(MACHINES)
    value, code, ref = chance.randrange(1, 9), "", None
    if told and chance.random() < 0.04:
        one = chance.choice(told)
        kind, code, ref, machine = EventType.CORRECTION, chance.choice(["retract", "value"]), one.key, one.subject
    elif kind is EventType.STATE:
        value, code = 0, chance.choice(sorted(STATE_ELEMENT))
    elif kind is EventType.COUNTER:
        value, code = chance.randrange(1000), "strokes" if machine == "press" else "pieces"
    elif kind is EventType.OPERATION_START:
        value, code = 0, chance.choice(ACTIVITIES)
    elif kind is EventType.OPERATION_END:
        value, code = chance.choice([5, 30, 200, 900, 50_000]) * MINUTE, chance.choice(ACTIVITIES)
    elif kind is EventType.ENERGY:
        value, code = reading(chance, at), chance.choice(["electricity"] * 3 + ["gas"])
    else:
        code = chance.choice(["", "door", "shelf"])
    named = {} if kind is EventType.CORRECTION else {"order": chance.choice(["", "A", "B"])}
    if kind not in (EventType.CORRECTION, EventType.COUNTER):
        named |= {"operation": chance.choice(["", "cut"]), "reason": chance.choice(["", "jam", "tea"])}
    return Event(
        stream=1 + seq % 2,
        epoch=1,
        seq=seq,
        ts=at,
        type=kind,
        subject=machine,
        code=code,
        value=value,
        ref=ref,
        unit=chance.choice(["Wh"] * 9 + ["kWh", "m3"]) if kind is EventType.ENERGY else "",
        clock=chance.choice([ClockSource.DEVICE, ClockSource.PERSON, ClockSource.PAPER, ClockSource.STATEMENT]),
        flags=chance.choice([Flag.NONE] * 8 + [Flag.BAD, Flag.TWIN]),
        **named,
    )


def reading(chance: random.Random, at: Micros) -> int:
    """What a meter stands at: mostly it rises through the days, sometimes it is anything."""
    if chance.random() < 0.8:
        return max(0, (at - START) // MINUTE * 7 + chance.randrange(5))
    return chance.randrange(1000)


class MemoryLog:
    """What a log does for a follower: each key once, and everything of one machine again."""

    def __init__(self) -> None:
        self.events: dict[EventKey, Event] = {}

    def add(self, events: list[Event]) -> None:
        """Keep what is new."""
        for event in events:
            self.events.setdefault(event.key, event)

    def reread(self, machine: str, start: Micros, end: Micros) -> EventBatch:
        """The events of a machine in ``[start, end)``, every correction done."""
        mine = [e for e in self.events.values() if e.subject == machine]
        batch = kpi.apply(EventBatch.of(mine).sorted())
        return batch.take((batch["ts"] >= start) & (batch["ts"] < end))


def in_words(rows: Rows) -> dict[RowKey, Row]:
    """Rows as the judge has them."""
    rows = rows.merged()
    offset = np.concatenate([[0], np.cumsum([len(c) for c in rows.setting.cells])]).tolist()
    return {
        RowKey(
            rows.setting.machines[m],
            cell - offset[rows.setting.cells_of[m]],
            *(rows.texts[code] for code in codes),
        ): dict(zip(Column, values, strict=True))
        for (m, cell, *codes), values in zip(rows.keys.tolist(), rows.values.tolist(), strict=True)
    }


_SILENT = (Column.LATE, Column.RESETS, Column.ENERGY, Column.METERED)


def figured(told: dict[RowKey, Row]) -> dict[RowKey, Row]:
    """Rows as far as a change of them is a revision: without energy and remarks on samples."""
    rest = {key: {c: 0 if c in _SILENT else n for c, n in row.items()} for key, row in told.items()}
    return {key: row for key, row in rest.items() if any(n for c, n in row.items() if c is not Column.GRADE)}
