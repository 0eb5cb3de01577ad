"""From a plant book to what the fold must know: cells of each calendar, counters, reasons, places, planned cycles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dengta.core.intervals import Interval
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import Micros, instant, local_day
from dengta.engines.calendars import Calendar, resolver
from dengta.engines.kpi.assume import OBSERVED, Assumptions
from dengta.engines.kpi.model import Cells, Counter, Place, Setting
from dengta.engines.plantbook import PlantBook

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BookCycles:
    """Planned cycles of a plant book, and where it states none, those assumed."""

    book: PlantBook | None
    assumed: Assumptions | None = None

    def planned_cycle(self, item: str, operation: str, machine: str, at: Micros | None = None) -> Micros | None:
        """Planned microseconds a piece, None where nobody planned; also on a machine that the book does not know."""
        stated = None
        if self.book is not None and machine in self.book.machines:
            stated = self.book.planned_cycle(item, operation, machine, at)
        return self.assumed.planned_cycle(item, operation, machine) if stated is None and self.assumed else stated


def setting_of(
    book: PlantBook | None,
    machines: Sequence[str] | None,
    window: Interval,
    cuts: Collection[Micros] = (),
    *,
    zone: ZoneInfo | None = None,
    assumed: Assumptions | None = None,
) -> Setting:
    """The setting of `machines` (None: all of the book) over `window`, cut at shifts, breaks, midnights outside shifts,
    changes of planned cycles and at `cuts`.

    Machines that the book does not know, and all without a book, have neither shifts nor planned cycles, unless they
    are `assumed`. zone: whose midnights count without a book (None: UTC).
    """
    ids = tuple(machines if machines is not None else (book.machines if book else ()))
    zone = book.zone if book else zone or ZoneInfo("UTC")
    extra = {*cuts, *(c.start for c in (book.cycles if book else ()))}
    calendars: list[Calendar | None] = []
    cells_of: list[int] = []
    for machine in ids:
        calendar = book.calendar(machine) if book and machine in book.machines else None
        calendar = None if calendar is None or calendar.unplanned else calendar
        if calendar not in calendars:
            calendars.append(calendar)
        cells_of.append(calendars.index(calendar))
    return Setting(
        ids,
        window,
        tuple(_cells(c, zone, window, extra, assumed) for c in calendars or [None]),
        tuple(cells_of),
        tuple(
            Counter(machine.id, counter.code, counter.modulus or 0, counter.max_per_h or 0)
            for machine in (book.machines.values() if book else ())
            for counter in machine.counters
        ),
        {r.id: r.element for r in book.reasons.values() if r.element} if book else {},
        {r.id: r.loss.value for r in book.reasons.values() if r.loss} if book else {},
        {m.id: Place(m.line, m.area) for m in book.machines.values()} if book else {},
        BookCycles(book, assumed),
        book.hash if book else "",
        tuple(
            Counter(machine.id, meter.code, 1000 * (meter.modulus_wh or 0), 1000 * (meter.max_w or 0))
            for machine in (book.machines.values() if book else ())
            for meter in machine.meters
        ),
    )


def _cells(
    calendar: Calendar | None,
    zone: ZoneInfo,
    window: Interval,
    cuts: Collection[Micros],
    assumed: Assumptions | None,
) -> Cells:
    if calendar is not None:
        found: Sequence[ShiftOccurrence] = resolver(calendar, zone).occurrences(window)
        return cells(found, tuple(calendar.all_shifts()), zone, window, cuts)
    if assumed is not None:
        return cells([s for s in assumed.shifts if s.interval.meet(window)], (OBSERVED,), zone, window, cuts)
    return cells(None, (), zone, window, cuts)


def cells(
    occurrences: Sequence[ShiftOccurrence] | None,
    shifts: tuple[str, ...],
    zone: ZoneInfo,
    window: Interval,
    cuts: Collection[Micros] = (),
) -> Cells:
    """The cells of shift `occurrences` (those that share an instant with `window`, in order; None: nobody said when
    there is work). Outside shifts a cell's business date is the local date."""
    edges = {instant(day, 0, zone) for day in _days(window, zone)}
    for one in occurrences or ():
        edges -= {e for e in edges if one.interval.start < e < one.interval.end}
        edges |= {one.interval.start, one.interval.end, *(e for p in one.planned for e in (p.start, p.end))}
    edges |= {window.start, window.end, *cuts}
    at = np.array(sorted(e for e in edges if window.start <= e <= window.end), np.int64)
    starts = at[:-1]
    shift = np.full(len(starts), -1, np.int32)
    days = np.array([local_day(int(s), zone).toordinal() - _EPOCH_DAY for s in starts], np.int32)
    work = np.zeros(len(starts), np.bool_)
    for one in occurrences or ():
        here = slice(*np.searchsorted(starts, (one.interval.start, one.interval.end)))
        shift[here], days[here] = shifts.index(one.shift), one.business_date.toordinal() - _EPOCH_DAY
        for part in one.planned:
            work[slice(*np.searchsorted(starts, (part.start, part.end)))] = True
    return Cells(starts, at[1:], shift, days, work, shifts, occurrences is not None)


def _days(window: Interval, zone: ZoneInfo) -> Iterator[date]:
    day, last = local_day(window.start, zone), local_day(window.end, zone)
    while day <= last:
        yield day
        day += _ONE_DAY
