"""What a machine's page shows beside its tile: today's band, the shift's time, pieces by the hour, last events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext

from dengta.apps.production.queries import FloorView, SiteFloor
from dengta.core.batch import EventBatch
from dengta.core.canonical import leaves
from dengta.core.canonical import lines as canonical_lines
from dengta.core.event import Event, Key
from dengta.core.intervals import Interval
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import DAY, HOUR, MINUTE, Micros, local, local_day, to_datetime, to_iso
from dengta.engines import kpi
from dengta.engines.plantbook import PlantBook
from dengta.figures import BandView, Mark, Shade, state_band_svg
from dengta.log import LogReader
from dengta.site.home import SiteFolder
from dengta.web.floor.words import CODES, ELEMENTS, EVENTS, FLAGS, language, span, state_words

DAYS = (7, 30)
LAST = 50
_BEFORE = 4 * DAY
"""The state at the start of a window was told before it: so far back it is looked for."""


@dataclass(frozen=True, slots=True)
class ElementRow:
    """A time element of the shift: minutes, and share of the shift so far."""

    code: str
    word: str
    minutes: str
    share: str


@dataclass(frozen=True, slots=True)
class ShiftTable:
    """The shift now (or the last one), its time, its pieces, and the command that computes the same again."""

    name: str
    day: str
    hours: str
    running: bool
    rows: Sequence[ElementRow]
    total: str
    pieces: Sequence[tuple[str, str]]
    command: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in the list, with the address of its canonical line."""

    at: str
    recv: str
    kind: str
    what: str
    value: str
    work: str
    flags: str
    key: Key
    ts: Micros


@dataclass(frozen=True, slots=True)
class MachinePage:
    """Everything below the tile."""

    band: str
    shift: ShiftTable | None
    events: Sequence[EventRow]


def build(folder: SiteFolder, live: SiteFloor, view: FloorView, machine: str) -> MachinePage:
    """The page of `machine` at the view's instant."""
    assert view.book is not None
    reader = LogReader(folder.log)
    return MachinePage(
        band=_band(live, view, view.book, machine),
        shift=_shift(reader, view, view.book, machine),
        events=_events(reader, view, view.book, machine),
    )


def _band(live: SiteFloor, view: FloorView, book: PlantBook, machine: str) -> str:
    today, speech = local_day(view.at, book.zone), language()
    start, end = local(today, 0, book.zone), local(today + timedelta(days=1), 0, book.zone)
    calendar = book.calendar(machine)
    shifts = [
        Shade(o.interval.start, o.interval.end, calendar.all_shifts()[o.shift].name[speech])
        for o in book.resolver(machine).occurrences(Interval(start, end))
    ]
    spans = [(s.start, s.end, s.state) for s in live.spans(machine, start, view.at)]
    words = state_words()
    told = ", ".join(f"{words[state]} {span(length)}" for state, length in _lengths(spans).items())
    return state_band_svg(
        BandView(
            start,
            end,
            spans,
            words,
            gettext("{machine} on {day}: {told}").format(
                machine=book.machines[machine].name[speech], day=today, told=told or words["unknown"]
            ),
            shifts,
            [Mark(local(today, hour * 60, book.zone), f"{hour:02d}:00") for hour in range(2, 24, 2)],
            Mark(view.at, f"{to_datetime(view.at, book.zone):%H:%M}"),
        )
    )


def _lengths(spans: Sequence[tuple[Micros, Micros, str]]) -> dict[str, Micros]:
    lengths: dict[str, Micros] = {}
    for start, end, state in spans:
        lengths[state] = lengths.get(state, 0) + end - start
    return lengths


def _setting(book: PlantBook, machine: str, edges: Sequence[Micros]) -> kpi.Setting:
    return kpi.Setting(
        (machine,),
        tuple(edges),
        tuple(
            kpi.Counter(machine, c.code, c.modulus or 0, c.max_per_h or 0)
            for c in book.machines[machine].counters
            if c.code == "pieces"
        ),
        {r.id: r.element for r in book.reasons.values() if r.element is not None},
    )


def _fold(reader: LogReader, book: PlantBook, machine: str, edges: Sequence[Micros], before: Micros) -> kpi.Totals:
    """The figures of `machine` over `edges`; cell 0 lies before the first edge and only brings the state along."""
    setting = _setting(book, machine, (edges[0] - before, *edges))
    batch = kpi.apply(reader.read(edges[0] - before, edges[-1], subjects=[machine], types=(*kpi.FOLDED,)))
    return kpi.fold(setting, kpi.points(batch, setting), edges[-1])


def _shift(reader: LogReader, view: FloorView, book: PlantBook, machine: str) -> ShiftTable | None:
    worked = book.resolver(machine).occurrences(Interval(view.at - 3 * DAY, view.at + 1))
    if not worked:
        return None
    shift = worked[-1]
    end = min(shift.interval.end, view.at)
    if end <= shift.interval.start:
        return None
    totals = _fold(reader, book, machine, (shift.interval.start, end), _BEFORE)
    cell = totals.cells[0, 1]
    passed = end - shift.interval.start
    rows = [
        ElementRow(
            code,
            str(word),
            _minutes(int(cell[kpi.Column[code]])),
            _share(int(cell[kpi.Column[code]]), passed),
        )
        for code, word in ELEMENTS.items()
        if totals.has_states[0] or code != "ADOT"
    ]
    if not totals.has_states[0]:
        rows = _reported(cell, passed)
    return ShiftTable(
        name=book.calendar(machine).all_shifts()[shift.shift].name[language()],
        day=shift.business_date.isoformat(),
        hours=_hours(shift, book),
        running=shift.interval.end > view.at,
        rows=rows,
        total=_minutes(passed),
        pieces=_made(cell, counted=bool(totals.setting.counters)),
        command=f"dengta kpi --by machine --site {book.site} "
        f"--from {to_iso(shift.interval.start, book.zone)} --to {to_iso(end, book.zone)}",
    )


def _reported(cell: Any, passed: Micros) -> list[ElementRow]:
    """The time of a machine that only reports operations: its union of reports, and what nobody reported."""
    said = (
        ("MACHINE_RUN", gettext("production, as reported")),
        ("MACHINE_SETUP", gettext("setup, as reported")),
        ("MACHINE_BREAKDOWN", gettext("breakdown, as reported")),
    )
    rows = [
        ElementRow("", word, _minutes(int(cell[kpi.Column[code]])), _share(int(cell[kpi.Column[code]]), passed))
        for code, word in said
    ]
    rest = passed - sum(int(cell[kpi.Column[code]]) for code, _ in said)
    return [*rows, ElementRow("", gettext("nothing reported"), _minutes(rest), _share(rest, passed))]


def _made(cell: Any, *, counted: bool) -> list[tuple[str, str]]:
    shown = [
        (kpi.Column.GOOD, gettext("good")),
        (kpi.Column.SCRAP, gettext("scrap")),
        (kpi.Column.REWORK, gettext("rework")),
    ]
    if counted:
        shown.insert(0, (kpi.Column.COUNTED, gettext("counted by the machine")))
    return [(label, f"{int(cell[column]):,}") for column, label in shown]


def _hours(shift: ShiftOccurrence, book: PlantBook) -> str:
    start, end = (to_datetime(at, book.zone) for at in (shift.interval.start, shift.interval.end))
    return f"{start:%H:%M}–{end:%H:%M}"


def _minutes(length: Micros) -> str:
    return f"{length / MINUTE:,.1f}"


def _share(part: Micros, whole: Micros) -> str:
    return f"{100 * part / whole:.1f} %"


@dataclass(frozen=True, slots=True)
class PiecesByHour:
    """Pieces of each hour of the last days: `days` for the table, `chart` for the drawing."""

    machine: str
    asked: int
    days: Sequence[tuple[str, Sequence[int | None], int]]
    chart: dict[str, Any]
    total_text: str


def pieces(folder: SiteFolder, view: FloorView, machine: str, days: int) -> PiecesByHour:
    """Pieces by the hour of the plant's wall clock, today and the `days` - 1 before; hours to come are None."""
    book = view.book
    assert book is not None
    today = local_day(view.at, book.zone)
    first = today - timedelta(days=days - 1)
    edges = sorted(
        {local(first + timedelta(days=d), h * 60, book.zone) for d in range(days) for h in range(24)}
        | {local(today + timedelta(days=1), 0, book.zone)}
    )
    totals = _fold(LogReader(folder.log), book, machine, edges, DAY)
    cells = totals.cells[0, 1:]
    counted = totals.setting.counters
    made = cells[:, kpi.Column.COUNTED] if counted else cells[:, kpi.Column.GOOD] + cells[:, kpi.Column.SCRAP]
    hours = [(at, int(n) if at <= view.at else None) for at, n in zip(edges[:-1], made.tolist(), strict=True)]
    table = []
    for day in (first + timedelta(days=d) for d in range(days)):
        mine: list[int | None] = [None] * 24
        for at, n in hours:
            there = to_datetime(at, book.zone)
            if there.date() == day and n is not None:
                mine[there.hour] = (mine[there.hour] or 0) + n
        table.append((day.isoformat(), mine, sum(n or 0 for n in mine)))
    chart = {
        "at": [f"{to_datetime(at, book.zone):%m-%d %H:%M}" for at, _ in hours],
        "pieces": [n for _, n in hours],
        "label": gettext("pieces an hour"),
    }
    return PiecesByHour(machine, days, table[::-1], chart, f"{sum(n or 0 for _, n in hours):,}")


def _events(reader: LogReader, view: FloorView, book: PlantBook, machine: str) -> list[EventRow]:
    """The last `LAST` events up to the view's instant, newest first."""
    for back in (HOUR, DAY, 14 * DAY):
        batch = reader.read(view.at - back, view.at + 1, subjects=[machine])
        if len(batch) >= LAST:
            break
    batch = batch.take(slice(max(len(batch) - LAST, 0), len(batch)))
    return [_row(event, book) for event in reversed(list(batch))]


def _called(terms: Any, id: str) -> str:
    return str(terms[id].name[language()]) if id in terms else id


def _row(event: Event, book: PlantBook) -> EventRow:
    what = str(CODES.get(event.code, event.code))
    if event.type.word == "state":
        what = state_words().get(event.code, event.code)
    if event.reason:
        what = f"{what}: {_called(book.reasons, event.reason)}"
    number = f"{event.value * 10**event.scale:,}" if event.scale >= 0 else f"{event.value / 10**-event.scale:,}"
    if event.type.word == "operation_end":
        value = span(event.value)
    else:
        value = (
            f"{number} {event.unit}".strip() if event.value or event.type.word in ("counter", "good", "scrap") else ""
        )
    return EventRow(
        at=f"{to_datetime(event.ts, book.zone):%m-%d %H:%M:%S}",
        recv=span(event.recv - event.ts) if event.recv > event.ts else "",
        kind=str(EVENTS[event.type]),
        what=what,
        value=value,
        work=" · ".join(
            part
            for part in (
                event.order,
                _called(book.operations, event.operation),
                _called(book.persons, event.person),
            )
            if part
        ),
        flags=", ".join(str(word) for flag, word in FLAGS.items() if flag & event.flags),
        key=event.key,
        ts=event.ts,
    )


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event: what it says, and the line that is hashed."""

    row: EventRow
    line: str
    leaf: str


def event(folder: SiteFolder, view: FloorView, machine: str, key: Key, ts: str) -> EventPage | None:
    """The event `key` of `machine`, which carries source time `ts`; None where there is none."""
    if not ts.isdecimal() or view.book is None:
        return None
    at = int(ts)
    batch = LogReader(folder.log).read(at, at + 1, subjects=[machine])
    for i, found in enumerate(batch):
        if found.key == key:
            one = batch.take(slice(i, i + 1))
            return EventPage(_row(found, view.book), _line(one), leaves(one)[0].hex())
    return None


def _line(batch: EventBatch) -> str:
    return str(canonical_lines(batch)[0].as_py())
