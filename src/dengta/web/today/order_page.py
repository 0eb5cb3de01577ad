"""One order: its lines by operation, where each missing part was seen last, its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.core.paginator import Paginator

from dengta.apps.orders.queries import TodayView
from dengta.core.batch import EventBatch
from dengta.core.canonical import lines
from dengta.core.event import Event, Key
from dengta.core.time import Micros, to_datetime, to_iso
from dengta.core.vocabulary import EventType
from dengta.engines.orders import Entry, Line, Outlook, Standing, State
from dengta.engines.plantbook import PlantBook
from dengta.web.floor.words import EVENTS, called
from dengta.web.today.words import OUTLOOKS, STATES, because, clock, listed, missing

PAGE = 40


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: what was ordered and how many are through each operation (None: not on its route)."""

    item: str
    ordered: int | None
    through: Sequence[int | None]
    missing: int | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the order; `machine`: its page has the event's own page, else the line is shown here."""

    at: str
    kind: str
    what: str
    where: str
    value: str
    machine: str
    key: Key
    ts: Micros
    line: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the page of an order."""

    order: str
    wave: str
    word: str
    shape: str
    look: bool
    released: str
    due: str
    completed: str
    shipped: str
    why: Sequence[str]
    operations: Sequence[str]
    lines: Sequence[LineRow]
    away: Sequence[str]
    gathered: Sequence[str]
    off_route: int
    events: Sequence[EventRow]
    total: int
    page: int
    pages: int
    command: str


def build(s: Standing, view: TodayView, events: EventBatch, page: str) -> OrderPage:
    """The page of an order at the view's instant."""
    book, at = view.book, view.board.at
    entry = _entry(s, view)
    manner = OUTLOOKS[entry.outlook]
    told = dict.fromkeys(o for line in s.lines for o in line.route or line.good)
    operations = sorted(
        told, key=lambda o: list(book.operations).index(o) if o in book.operations else len(book.operations)
    )
    pager = Paginator(np.arange(len(events))[::-1].tolist(), PAGE)
    here = pager.get_page(page)
    why = dict.fromkeys(because(r, book) for r in (*s.unknown, entry.reason) if r is not None)
    return OrderPage(
        order=s.order,
        wave=s.wave,
        word=str(STATES[s.state] if s.state is State.SHIPPED else manner.word),
        shape=manner.shape,
        look=manner.look,
        released=clock(s.released, book, at),
        due=clock(s.due, book, at),
        completed=clock(s.completed, book, at),
        shipped=clock(s.shipped_at, book, at),
        why=list(why),
        operations=[called(book.operations, o) for o in operations],
        lines=[
            LineRow(
                line.item,
                line.ordered,
                _through(line, operations),
                line.missing,
            )
            for line in s.lines
        ],
        away=[missing(w, book, at) for w in s.away],
        gathered=[missing(w, book, at) for w in s.gathered],
        off_route=s.off_route,
        events=_rows(events.take(np.array(here.object_list, np.int64)), book),
        total=len(events),
        page=here.number,
        pages=pager.num_pages,
        command=f"dengta orders --site {book.site} --at {to_iso(at, book.zone)} --order {s.order}",
    )


def _through(line: Line, operations: Sequence[str]) -> list[int | None]:
    """Pieces through each operation; what was reported there, where no route is known."""
    through = dict(zip(line.route, line.passed, strict=True)) if line.route else line.good
    return [through.get(operation) for operation in operations]


def _entry(s: Standing, view: TodayView) -> Entry:
    """The order as the board shows it; off the board it is complete or as its state says."""
    board = view.board
    for entry in (*board.due_today, *board.due_tomorrow, *board.undated, *board.silent):
        if entry.standing.order == s.order:
            return entry
    done = s.state in (State.COMPLETE, State.SHIPPED)
    return Entry(s, Outlook.COMPLETE if done else Outlook(s.state.value))


def _rows(batch: EventBatch, book: PlantBook) -> list[EventRow]:
    return [_row(event, line, book) for event, line in zip(batch, lines(batch).to_pylist(), strict=True)]


def _row(event: Event, line: str, book: PlantBook) -> EventRow:
    what = [event.code, called(book.reasons, event.reason) if event.reason else ""]
    value = f"{event.value:,}"
    if event.type is EventType.ORDER:
        value = f"{to_datetime(event.value, book.zone):%m-%d %H:%M}" if event.value else "–"
    where = [called(book.machines, event.subject), called(book.operations, event.operation)]
    return EventRow(
        at=f"{to_datetime(event.ts, book.zone):%m-%d %H:%M:%S}",
        kind=str(EVENTS[event.type]),
        what=listed(filter(None, what)),
        where=listed(filter(None, where)) if event.subject in book.machines else "",
        value=value,
        machine=event.subject if event.subject in book.machines else "",
        key=event.key,
        ts=event.ts,
        line=line,
    )
