"""The one place where a calendar becomes instants. Planner, KPI fold, terminal and screen all ask here."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dengta.core.intervals import Interval, clip, subtract
from dengta.core.reason import refuse_if
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import MINUTE, Micros, instant, local_day
from dengta.engines.calendars.check import judge, overlaps
from dengta.engines.calendars.model import Calendar, Hours, Shift

_ONE_DAY = timedelta(days=1)


class Resolver:
    """The occurrences of one calendar in one zone. Keeps each day it worked out; take it from `resolver`."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        """Refuses a calendar whose shifts overlap."""
        refuse_if(overlaps(calendar))
        self.calendar = calendar
        self.zone = zone
        self._days: dict[date, tuple[ShiftOccurrence, ...]] = {}

    def on(self, day: date) -> tuple[ShiftOccurrence, ...]:
        """The occurrences of business date `day`, in order."""
        known = self._days.get(day)
        if known is None:
            worked = (self._occurrence(day, shift, hours) for shift, hours in self.calendar.working(day))
            known = tuple(one for one in worked if one is not None)
            refuse_if(judge(self.calendar, self.zone, day, day, known))
            self._days[day] = known
        return known

    def day_start(self, day: date) -> Micros:
        """When business date `day` begins: at midnight, or once a shift that started the date before has ended."""
        return max([instant(day, 0, self.zone), *(one.interval.end for one in self.on(day - _ONE_DAY))])

    def _occurrence(self, day: date, shift: Shift, hours: Hours) -> ShiftOccurrence | None:
        start, end = (instant(day, m, self.zone) for m in (hours.span.start, hours.span.end))
        if start == end:
            return None  # the clock skipped all of it: it never took place
        whole = Interval(start, end)
        begins = ((instant(day, b.start, self.zone), b.end - b.start) for b in hours.breaks)
        planned = subtract([whole], (Interval(at, at + minutes * MINUTE) for at, minutes in begins))
        return ShiftOccurrence(shift.id, day, whole, tuple(planned))

    def occurrences(self, window: Interval) -> list[ShiftOccurrence]:
        """The occurrences that share an instant with `window`, whole, in order of time."""
        # A shift lasts at most into the next date, and a repeated hour shows at most the date before again.
        day = local_day(window.start, self.zone) - _ONE_DAY
        last = local_day(window.end - 1, self.zone) + _ONE_DAY
        found: list[ShiftOccurrence] = []
        while day <= last:
            found.extend(o for o in self.on(day) if o.interval.start < window.end and window.start < o.interval.end)
            day += _ONE_DAY
        return found

    def occurrence_at(self, at: Micros) -> ShiftOccurrence | None:
        """The occurrence in which `at` lies, or None when no shift works then."""
        return next(iter(self.occurrences(Interval(at, at + 1))), None)

    def planned(self, window: Interval) -> list[Interval]:
        """The planned intervals (shifts less their breaks) cut to `window`."""
        return list(clip((p for o in self.occurrences(window) for p in o.planned), window))


@lru_cache(maxsize=256)
def resolver(calendar: Calendar, zone: ZoneInfo) -> Resolver:
    """The shared resolver of `calendar` in `zone`. Refusal where shifts overlap."""
    return Resolver(calendar, zone)


def occurrences(calendar: Calendar, zone: ZoneInfo, window: Interval) -> list[ShiftOccurrence]:
    """The occurrences of `calendar` in `zone` that share an instant with `window`, whole, in order of time."""
    return resolver(calendar, zone).occurrences(window)
