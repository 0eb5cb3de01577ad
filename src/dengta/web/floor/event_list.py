"""Events of one machine as people read them, and the canonical line behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dengta.core.canonical import leaves, lines
from dengta.core.event import Event, Key
from dengta.core.quantity import Quantity
from dengta.core.time import DAY, HOUR, Micros, to_datetime
from dengta.core.vocabulary import VALUED, EventType
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.web.floor.words import CODES, EVENTS, FLAGS, called, span, state_words

LAST = 50


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in the list; `key` and `ts` make the address of its canonical line."""

    at: str
    kind: str
    what: str
    value: str
    work: str
    flags: str
    key: Key
    ts: Micros


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event: what it says, the line that is hashed, and the hash."""

    row: EventRow
    line: str
    leaf: str


def last_events(reader: LogReader, book: PlantBook, machine: str, at: Micros) -> Sequence[EventRow]:
    """The last `LAST` events up to `at`, newest first; of the last two weeks at most."""
    for back in (HOUR, DAY, 14 * DAY):
        batch = reader.read(at - back, at + 1, subjects=[machine])
        if len(batch) >= LAST:
            break
    newest = batch.take(slice(max(len(batch) - LAST, 0), len(batch)))
    return [_row(event, book) for event in reversed(list(newest))]


def event_page(reader: LogReader, book: PlantBook, machine: str, key: Key, ts: Micros) -> EventPage | None:
    """The event `key` of `machine`, which carries source time `ts`; None where there is none."""
    batch = reader.read(ts, ts + 1, subjects=[machine])
    for i, found in enumerate(batch):
        if found.key == key:
            one = batch.take(slice(i, i + 1))
            return EventPage(_row(found, book), str(lines(one)[0].as_py()), leaves(one)[0].hex())
    return None


def _row(event: Event, book: PlantBook) -> EventRow:
    what = state_words().get(event.code) if event.type == EventType.STATE else None
    what = what or str(CODES.get(event.code, event.code))
    work = (event.order, called(book.operations, event.operation), called(book.persons, event.person))
    return EventRow(
        at=f"{to_datetime(event.ts, book.zone):%m-%d %H:%M:%S}",
        kind=str(EVENTS[event.type]),
        what=f"{what}: {called(book.reasons, event.reason)}" if event.reason else what,
        value=_value(event),
        work=" · ".join(part for part in work if part),
        flags=", ".join(str(word) for flag, word in FLAGS.items() if flag & event.flags),
        key=event.key,
        ts=event.ts,
    )


def _value(event: Event) -> str:
    if event.type == EventType.OPERATION_END:
        return span(event.value)
    retracted = event.type == EventType.CORRECTION and event.code == "retract"
    if event.type not in VALUED or retracted:
        return ""
    return f"{Quantity(event.value, event.scale).as_decimal():,f} {event.unit}".strip()
