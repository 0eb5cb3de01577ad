"""What Today and the lists of due orders show, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dengta.apps.orders.queries import TodayView
from dengta.apps.production.queries import FloorView
from dengta.core.time import MINUTE, Micros, to_iso
from dengta.engines import orders
from dengta.engines.orders import Board, DayMeasures, Entry, Load, Outlook
from dengta.engines.plantbook import PlantBook
from dengta.web.floor.words import MANNERS, called, state_words
from dengta.web.today.words import (
    MEASURES,
    OUTLOOKS,
    because,
    change,
    clock,
    hours,
    lacking,
    value,
    why_undefined,
)

PAGE = 25
FIRST = {"today": 8, "tomorrow": 4, "undated": 4, "silent": 2}
"""Orders that Today itself shows of a list."""
LINES = 3
"""Missing parts shown of an order; the rest is on its page."""
WHICH = tuple(FIRST)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list."""

    order: str
    due: str
    word: str
    shape: str
    look: bool
    lacks: Sequence[str]
    more: int
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of a list: its address, its words, how many it shows, whether it is on."""

    query: str
    word: str
    n: int
    on: bool


@dataclass(frozen=True, slots=True)
class DueList:
    """The orders due on a day: counts, which are shown, and the page of them; `why`: what is true of all of these."""

    which: str
    title: str
    date: str
    total: int
    counts: Sequence[tuple[str, str, str, int]]
    choices: Sequence[Choice]
    rows: Sequence[OrderRow]
    why: str
    shown: int
    page: int
    pages: int
    query: str
    command: str


@dataclass(frozen=True, slots=True)
class MachineNow:
    """A machine of the holding line as it is now."""

    id: str
    name: str
    word: str
    shape: str
    stop: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """The line where most planned work of due orders waits."""

    line: str
    name: str
    minutes: str
    pieces: int
    machines: Sequence[MachineNow]
    others: Sequence[tuple[str, str, int, int]]
    unplanned: int


@dataclass(frozen=True, slots=True)
class MeasureCard:
    """One measure of yesterday."""

    name: str
    title: str
    value: str
    beside: str
    made_of: str
    change: str
    why: str
    day: str


def due_list(view: TodayView, which: str, show: str, page: str, size: int = PAGE) -> DueList:
    """The orders of `which` (one of `WHICH`), those that `show` chooses: open, all, or an outlook."""
    board, book = view.board, view.book
    entries, title, day = _of(board, which)
    counts = board.counts(entries)
    is_open = [e for e in entries if e.outlook is not Outlook.COMPLETE]
    wanted = show if show in ("all", *map(str, Outlook)) else "open"
    chosen = {"open": is_open, "all": entries}.get(wanted) or [e for e in entries if str(e.outlook) == wanted]
    if wanted in ("open", "all"):
        chosen = sorted(chosen, key=lambda e: list(OUTLOOKS).index(e.outlook))
    pager = Paginator(chosen, size)
    here = pager.get_page(page)
    known = [(str(o), str(m.word), m.shape, counts[o]) for o, m in OUTLOOKS.items() if counts[o]]
    choices = [
        ("open", pgettext("orders", "open"), len(is_open)),
        ("all", pgettext("orders", "all"), len(entries)),
        *((o, w, n) for o, w, _s, n in known),
    ]
    rows = [row(e, book, board.at) for e in here.object_list]
    why = rows[0].why if len(rows) > 1 and len({r.why for r in rows}) == 1 else ""
    due = f" --due {which}" if day else ""
    return DueList(
        which=which,
        title=title,
        date=f"{day:%Y-%m-%d}" if day else "",
        total=len(entries),
        counts=known,
        choices=[Choice(f"?show={key}", word, n, key == wanted) for key, word, n in choices],
        rows=[replace(r, why="") for r in rows] if why else rows,
        why=why,
        shown=len(chosen),
        page=here.number,
        pages=pager.num_pages,
        query=f"show={wanted}",
        command=f"dengta orders --site {book.site} --at {to_iso(board.at, book.zone)}{due}",
    )


def chosen_entries(view: TodayView, which: str, show: str) -> list[Entry]:
    """All entries that a list shows, over all its pages."""
    entries = _of(view.board, which)[0]
    if show in map(str, Outlook):
        return [e for e in entries if str(e.outlook) == show]
    return [e for e in entries if show == "all" or e.outlook is not Outlook.COMPLETE]


def _of(board: Board, which: str) -> tuple[tuple[Entry, ...], str, date | None]:
    if which == "today":
        return board.due_today, _("Due today"), board.today.date
    if which == "tomorrow":
        near = (board.tomorrow.date - board.today.date).days == 1
        return board.due_tomorrow, _("Due tomorrow") if near else _("Due on the next working day"), board.tomorrow.date
    if which == "silent":
        return board.silent, _("Seemingly given up: nothing told for two weeks"), None
    return board.undated, _("Open orders without a due date"), None


def row(entry: Entry, book: PlantBook, at: Micros) -> OrderRow:
    """One order of a list."""
    manner, s = OUTLOOKS[entry.outlook], entry.standing
    lacks = lacking(s, book, at) if entry.outlook is not Outlook.COMPLETE else []
    return OrderRow(
        order=s.order,
        due="" if s.due is None else clock(s.due, book, at),
        word=str(manner.word),
        shape=manner.shape,
        look=manner.look,
        lacks=lacks[:LINES],
        more=max(0, len(lacks) - LINES),
        why=because(entry.reason, book),
    )


def holding(view: TodayView, floor: FloorView) -> Holding | None:
    """Who holds the rest up; None where nothing that is due waits."""
    if not view.board.loads:
        return None
    first, *others = view.board.loads
    book = view.book
    return Holding(
        line=first.line,
        name=called(book.lines, first.line) or _("operations without a line"),
        minutes=_minutes(first),
        pieces=first.pieces,
        machines=[_machine(m.id, book, floor) for m in book.machines_of(first.line)],
        others=[(x.line, called(book.lines, x.line), x.planned // MINUTE, x.pieces) for x in others],
        unplanned=sum(x.pieces_unplanned for x in view.board.loads),
    )


def _minutes(load: Load) -> str:
    return f"{load.planned // MINUTE:,}"


def _machine(machine: str, book: PlantBook, floor: FloorView) -> MachineNow:
    seen = floor.machines.get(machine)
    state = seen.now.state if seen else "unknown"
    name = called(book.machines, machine)
    return MachineNow(machine, name, state_words()[state], MANNERS[state].shape, state == "down")


def measure_cards(measures: tuple[DayMeasures, DayMeasures]) -> list[MeasureCard]:
    """Yesterday's three measures, each against the day before."""
    of, before = measures
    return [_card(name, of, before) for name in (orders.EFFICIENCY, orders.CYCLE, orders.ACCURACY)]


def _card(name: str, of: DayMeasures, before: DayMeasures) -> MeasureCard:
    figure = of.measures[name]
    beside = ""
    if name == orders.CYCLE and figure.value is not None:
        beside = _("90 % within {value}").format(value=value(of.measures[orders.CYCLE_P90]))
    return MeasureCard(
        name=name,
        title=str(MEASURES[name]),
        value=value(figure),
        beside=beside,
        made_of=made_of(name, of),
        change=change(figure, before.measures[name]),
        why=why_undefined(figure.reason) if figure.reason else "",
        day=of.day.date.isoformat(),
    )


def made_of(name: str, of: DayMeasures) -> str:
    """What a measure was made of."""
    figure = of.measures[name]
    if figure.value is None:
        return ""
    if name == orders.EFFICIENCY:
        words = {"pieces": f"{figure.numerator:,}", "hours": hours(figure.denominator)}
        return _("{pieces} good pieces in {hours} labour hours").format(**words)
    if name == orders.ACCURACY:
        return _("{n} of {due} orders due").format(n=figure.numerator, due=figure.denominator)
    return _("{n} orders completed").format(n=len(of.cycles))
