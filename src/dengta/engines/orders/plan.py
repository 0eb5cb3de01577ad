"""What the plant book plans: business days, the machines of an operation, planned cycles, planned time left."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from dengta.core.intervals import Interval, total
from dengta.core.reason import Reason
from dengta.core.time import Micros, instant, local_day
from dengta.engines.orders.model import BusinessDay
from dengta.engines.plantbook import PlantBook

_ONE_DAY = timedelta(days=1)
_LONGEST_PAUSE = 31
"""So many days without a shift in a row are looked through for the next or last working day."""


class Plan:
    """The book as it plans at `at`: answers are worked out once."""

    def __init__(self, book: PlantBook, at: Micros) -> None:
        self.book, self.at = book, at
        self._cycle: dict[tuple[str, str], Micros | Reason] = {}
        self._machines: dict[str, tuple[str, ...]] = {}
        self._left: dict[tuple[str, Micros], Micros] = {}

    def machines(self, operation: str) -> tuple[str, ...]:
        """Machines for which the book plans a cycle of `operation` by name or by line; empty where it names none."""
        if operation not in self._machines:
            named = [c for c in self.book.cycles if c.operation == operation]
            of = {c.machine for c in named}, {c.line for c in named if c.line}
            self._machines[operation] = tuple(
                m.id for m in self.book.machines.values() if m.id in of[0] or m.line in of[1]
            )
        return self._machines[operation]

    def line(self, operation: str) -> str:
        """The line of the first machine of `operation`; "" where the book names none."""
        return next((self.book.machines[m].line for m in self.machines(operation)), "")

    def cycle(self, item: str, operation: str) -> Micros | Reason:
        """Planned microseconds a piece on the slowest of its machines, or why nobody can say."""
        key = (item, operation)
        if key not in self._cycle:
            planned = [self.book.planned_cycle(item, operation, m, self.at) for m in self.machines(operation)]
            known = [one for one in planned if one is not None]
            self._cycle[key] = (
                max(known) if known else Reason("orders.no_cycle", (operation,), {"item": item, "operation": operation})
            )
        return self._cycle[key]

    def left(self, operation: str, until: Micros) -> Micros:
        """Planned machine time of all machines of `operation` from now until `until`."""
        key = (operation, until)
        if key not in self._left:
            span = Interval(self.at, until) if until > self.at else None
            self._left[key] = sum(
                total(self.book.resolver(m).planned(span)) for m in self.machines(operation) if span is not None
            )
        return self._left[key]

    def worked(self, operation: str, machine: str, since: Micros) -> Micros:
        """Planned time of a machine of `operation` from `since` until now; 0 of one that is none."""
        if since >= self.at or machine not in self.machines(operation):
            return 0
        return total(self.book.resolver(machine).planned(Interval(since, self.at)))


@lru_cache(maxsize=1024)
def business_day(book: PlantBook, day: date) -> BusinessDay:
    """The instants of a business date: from the end of the date before to the end of its own last shift, at least to
    its midnight. So every instant has one business date, and a night shift belongs to the evening's."""
    return BusinessDay(day, _end(book, day - _ONE_DAY), _end(book, day))


def business_day_at(book: PlantBook, at: Micros) -> BusinessDay:
    """The business day in which `at` lies."""
    today = local_day(at, book.zone)
    before = business_day(book, today - _ONE_DAY)
    return before if at < before.end else business_day(book, today)


def working_day(book: PlantBook, day: date, step: int) -> date:
    """The nearest date after (`step` 1) or before (-1) `day` on which a shift begins; the neighbour where none does,
    or where no calendar plans shifts."""
    for n in range(1, _LONGEST_PAUSE + 1):
        candidate = day + step * n * _ONE_DAY
        if any(book.resolver(m).on(candidate) for m in _one_of_each(book)):
            return candidate
    return day + step * _ONE_DAY


def previous_day(book: PlantBook, day: BusinessDay) -> BusinessDay:
    """The business day before `day` on which somebody worked."""
    return business_day(book, working_day(book, day.date, -1))


def _end(book: PlantBook, day: date) -> Micros:
    next_day = day + _ONE_DAY
    return max([instant(next_day, 0, book.zone), *(book.resolver(m).day_start(next_day) for m in _one_of_each(book))])


@lru_cache(maxsize=64)
def _one_of_each(book: PlantBook) -> tuple[str, ...]:
    """One machine of each calendar in use."""
    return tuple({m.calendar: m.id for m in book.machines.values()}.values())
