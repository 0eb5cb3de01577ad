"""Who judges calendars and their occurrences. Written apart from the resolver: it asks the wall clock backwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dengta.core.reason import Reason
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import MINUTE, Micros, from_datetime, to_datetime
from dengta.engines.calendars.model import DAY_MINUTES, WEEKDAYS, Calendar, DatedException, Hours

_ONE_DAY = timedelta(days=1)


def overlaps(calendar: Calendar) -> list[Reason]:
    """Shifts of `calendar` that would work at the same time, in the plain week and around every exception."""
    week = [
        (w * DAY_MINUTES + s.hours.span.start, w * DAY_MINUTES + s.hours.span.end, s.id, WEEKDAYS[w % 7])
        for s in calendar.all_shifts().values()
        for day in s.weekdays
        for w in (day, day + 7)
    ]
    found = _clashes(calendar, week)
    for exception in (e for layer in calendar.layers() for e in layer.exceptions):
        day, around = exception.first - _ONE_DAY, []
        while day <= exception.last + _ONE_DAY:
            base = day.toordinal() * DAY_MINUTES
            for shift, hours in calendar.working(day):
                around.append((base + hours.span.start, base + hours.span.end, shift.id, day.isoformat()))
            day += _ONE_DAY
        found += _clashes(calendar, around)
    return [r for i, r in enumerate(found) if r not in found[:i]]


def _clashes(calendar: Calendar, spans: list[tuple[int, int, str, str]]) -> list[Reason]:
    """One reason for each pair of shifts that overlap, at the first place where they do."""
    spans.sort()
    first: dict[tuple[str, str], str] = {}
    for a, b in pairwise(spans):
        if b[0] < a[1]:
            first.setdefault((a[2], b[2]), b[3])
    place = ("calendar", calendar.id)
    return [Reason("calendar.overlap", place, {"first": x, "second": y, "day": day}) for (x, y), day in first.items()]


def judge(
    calendar: Calendar, zone: ZoneInfo, first: date, last: date, answer: Sequence[ShiftOccurrence]
) -> list[Reason]:
    """What is wrong with `answer` as the occurrences of business dates `first` to `last`; empty when nothing is."""
    place = ("calendar", calendar.id)
    found = [
        Reason("calendar.answer_order", (*place, b.business_date.isoformat()), {"shift": b.shift})
        for a, b in pairwise(answer)
        if b.interval.start < a.interval.end
    ]
    given = {(o.business_date, o.shift): o for o in answer}
    day = first
    while day <= last:
        for shift, hours in _hours_on(calendar, day).items():
            one = given.pop((day, shift), None)
            where = (*place, day.isoformat())
            if one is None:
                if _was_shown(day, hours, zone):
                    found.append(Reason("calendar.answer_lost", where, {"shift": shift}))
            elif not _stands_right(one, hours, zone):
                found.append(Reason("calendar.answer_edge", where, {"shift": shift}))
        day += _ONE_DAY
    found += [Reason("calendar.answer_extra", (*place, day.isoformat()), {"shift": shift}) for day, shift in given]
    return found


def _hours_on(calendar: Calendar, day: date) -> dict[str, Hours]:
    """Shift -> hours on `day`, by letting each layer from the base up overrule what was said before."""
    said: DatedException | None = None
    changed: dict[str, Hours] = {}
    shifts: dict[str, tuple[Hours, tuple[int, ...]]] = {}
    for layer in reversed(list(calendar.layers())):
        shifts |= {s.id: (s.hours, s.weekdays) for s in layer.shifts}
        for exception in (e for e in layer.exceptions if e.first <= day <= e.last):
            if exception.shifts is not None or exception.works_as is not None:
                said = exception
            changed |= dict(exception.hours)
    weekday = day.weekday() if said is None or said.works_as is None else said.works_as
    named = None if said is None else said.shifts
    return {
        shift: changed.get(shift, hours)
        for shift, (hours, weekdays) in shifts.items()
        if (weekday in weekdays if named is None else shift in named)
    }


def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)


def _is_first(at: Micros, wall: datetime, zone: ZoneInfo) -> bool:
    """Does the clock show `wall` or later at `at`, for the first time?"""
    shown = to_datetime(at, zone)
    return shown.fold == 0 and to_datetime(at - 1, zone) < wall <= shown


def _stands_right(one: ShiftOccurrence, hours: Hours, zone: ZoneInfo) -> bool:
    """Edges where the clock says; rests begin where a break does, and on a plain day last as long as all breaks."""
    day, whole = one.business_date, one.interval
    edges = ((whole.start, hours.span.start), (whole.end, hours.span.end))
    if not all(_is_first(at, _wall(day, minute, zone), zone) for at, minute in edges):
        return False
    marks = [whole.start, *(at for p in one.planned for at in (p.start, p.end)), whole.end]
    rests = [(a, b) for a, b in zip(marks[::2], marks[1::2], strict=True) if a != b]
    begins = [_wall(day, b.start, zone) for b in hours.breaks]
    if marks != sorted(marks) or not all(any(_is_first(a, w, zone) for w in begins) for a, _ in rests):
        return False
    plain = whole.length == (hours.span.end - hours.span.start) * MINUTE
    return not plain or sum(b - a for a, b in rests) == sum(b.end - b.start for b in hours.breaks) * MINUTE


def _was_shown(day: date, hours: Hours, zone: ZoneInfo) -> bool:
    """Was there any minute of `hours` that a clock in `zone` showed on `day`?"""
    start, end = _wall(day, hours.span.start, zone), _wall(day, hours.span.end, zone)
    at, until = from_datetime(start.replace(fold=1)), from_datetime(end)
    return any(start <= to_datetime(t, zone) < end for t in range(min(at, until), until + MINUTE, MINUTE))
