"""Business dates as spans of time: the days of a plant begin where its last shift of the date before has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dengta.core.intervals import Interval
from dengta.core.time import DAY, Micros, instant, local_day
from dengta.engines.calendars import Calendar, resolver
from dengta.engines.plantbook import PlantBook

_ONE_DAY = timedelta(days=1)
_UTC = ZoneInfo("UTC")


def zone_of(book: PlantBook | None) -> ZoneInfo:
    """The zone of the plant; UTC without a book."""
    return book.zone if book else _UTC


def day_start(calendar: Calendar | None, zone: ZoneInfo, day: date) -> Micros:
    """When business date `day` begins: at midnight, or once a shift that started the date before has ended."""
    return instant(day, 0, zone) if calendar is None else resolver(calendar, zone).day_start(day)


def span(book: PlantBook | None, machines: Sequence[str], first: date, last: date) -> Interval:
    """From the first moment of business date `first` to the last one of `last`, of whichever machine."""
    zone, calendars = zone_of(book), calendars_of(book, machines)
    return Interval(
        min(day_start(c, zone, first) for c in calendars),
        max(day_start(c, zone, last + _ONE_DAY) for c in calendars),
    )


def day_of(book: PlantBook | None, machines: Sequence[str], at: Micros) -> date:
    """The business date that `at` belongs to; where calendars differ, the earlier one."""
    zone = zone_of(book)
    day = local_day(at, zone)
    return day - _ONE_DAY if any(at < day_start(c, zone, day) for c in calendars_of(book, machines)) else day


def calendars_of(book: PlantBook | None, machines: Sequence[str]) -> list[Calendar | None]:
    """The calendars that `machines` keep, each once; None for machines the book does not know."""
    known = book.machines if book else {}
    found = [book.calendar(m) if book and m in known else None for m in machines]
    return list(dict.fromkeys(found)) or [None]


def shift_hours(book: PlantBook | None, machine: str, day: date, shift: str) -> Interval:
    """The hours of `shift` of `machine` on business date `day`; the whole date where it does not work then."""
    worked = book.resolver(machine).on(day) if book and machine in book.machines else ()
    return next((o.interval for o in worked if o.shift == shift), span(book, (machine,), day, day))


def edges(book: PlantBook | None, machines: Sequence[str], window: Interval) -> set[Micros]:
    """Where windows may begin and end: business days and shifts of every calendar of `machines`."""
    zone, found = zone_of(book), set()
    for calendar in calendars_of(book, machines):
        found |= {day_start(calendar, zone, day) for day in _days(window, zone)}
        if calendar is not None:
            shifts = resolver(calendar, zone).occurrences(window)
            found |= {edge for one in shifts for edge in (one.interval.start, one.interval.end)}
    return found


def _days(window: Interval, zone: ZoneInfo) -> Iterator[date]:
    day, last = local_day(window.start - DAY, zone), local_day(window.end + DAY, zone)
    while day <= last:
        yield day
        day += _ONE_DAY
