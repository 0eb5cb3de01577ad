"""From a plant book to what the fold must know: cells of each calendar, counters, reasons, places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dengta.core.intervals import Interval
from dengta.core.time import Micros, instant, local_day
from dengta.engines.calendars import Calendar, resolver
from dengta.engines.kpi.model import Cells, Counter, Place, Setting
from dengta.engines.plantbook import PlantBook

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ONE_DAY = timedelta(days=1)


def setting_of(
    book: PlantBook | None, machines: Sequence[str] | None, window: Interval, cuts: Collection[Micros] = ()
) -> Setting:
    """The setting of `machines` (None: all of the book) over `window`, cut at shifts, breaks, midnights outside shifts,
    changes of planned cycles and at `cuts`.

    Machines that the book does not know, and all without a book, have neither shifts nor planned cycles.
    """
    ids = tuple(machines if machines is not None else (book.machines if book else ()))
    if book is None:
        edges = sorted({window.start, window.end, *(c for c in cuts if c in window)})
        return Setting.plain(ids, tuple(edges))
    extra = {*cuts, *(c.start for c in book.cycles)}
    calendars: list[Calendar | None] = []
    cells_of: list[int] = []
    for machine in ids:
        calendar = book.calendar(machine) if machine in book.machines else None
        if calendar not in calendars:
            calendars.append(calendar)
        cells_of.append(calendars.index(calendar))
    return Setting(
        ids,
        window,
        tuple(cells(c, book.zone, window, extra) for c in calendars) or (cells(None, book.zone, window, extra),),
        tuple(cells_of),
        tuple(
            Counter(machine.id, counter.code, counter.modulus or 0, counter.max_per_h or 0)
            for machine in book.machines.values()
            for counter in machine.counters
        ),
        {reason.id: reason.element for reason in book.reasons.values() if reason.element},
        {reason.id: reason.loss.value for reason in book.reasons.values() if reason.loss},
        {m.id: Place(m.line, m.area) for m in book.machines.values()},
        book,
        book.hash,
    )


def cells(calendar: Calendar | None, zone: ZoneInfo, window: Interval, cuts: Collection[Micros] = ()) -> Cells:
    """The cells of one calendar; without one, or with one that states no shift, the local days, unplanned."""
    stated = calendar is not None and not calendar.unplanned
    found = resolver(calendar, zone).occurrences(window) if stated and calendar is not None else []
    edges = {instant(day, 0, zone) for day in _days(window, zone)}
    spans: list[tuple[Micros, Micros, int, int]] = []
    planned: list[Interval] = []
    shifts = tuple(calendar.all_shifts()) if calendar is not None else ()
    for one in found:
        inside, day = one.interval, one.business_date.toordinal() - _EPOCH_DAY
        spans.append((inside.start, inside.end, shifts.index(one.shift), day))
        planned += one.planned
        edges -= {e for e in edges if inside.start < e < inside.end}
        edges |= {inside.start, inside.end, *(e for p in one.planned for e in (p.start, p.end))}
    edges |= {window.start, window.end, *cuts}
    at = np.array(sorted(e for e in edges if window.start <= e <= window.end), np.int64)
    starts = at[:-1]
    shift = np.full(len(starts), -1, np.int32)
    days = np.array([local_day(int(s), zone).toordinal() - _EPOCH_DAY for s in starts], np.int32)
    for lo, hi, number, of_day in spans:
        here = slice(*np.searchsorted(starts, (lo, hi)))
        shift[here], days[here] = number, of_day
    work = np.zeros(len(starts), np.bool_)
    for part in planned:
        work[slice(*np.searchsorted(starts, (part.start, part.end)))] = True
    return Cells(starts, at[1:], shift, days, work, shifts, stated)


def _days(window: Interval, zone: ZoneInfo) -> Iterator[date]:
    day, last = local_day(window.start, zone), local_day(window.end, zone)
    while day <= last:
        yield day
        day += _ONE_DAY
