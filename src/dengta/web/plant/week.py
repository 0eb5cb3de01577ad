"""The shift week of a calendar as the figure wants it: wall-clock minutes, words in the reader's language."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import Micros, to_datetime
from dengta.engines.calendars import Calendar, resolver
from dengta.figures.shift_week import Bar, Day, WeekView
from dengta.web.templatetags.said import hours


def monday_of(day: date) -> date:
    """The Monday of `day`'s week."""
    return day - timedelta(days=day.weekday())


def week_view(calendar: Calendar, zone: ZoneInfo, monday: date, now: Micros) -> WeekView:
    """Seven business dates from `monday` on."""
    days = [monday + timedelta(days=n) for n in range(7)]
    today, at = to_datetime(now, zone).date(), to_datetime(now, zone)
    return WeekView(
        days=[_day(calendar, zone, day, day == today) for day in days],
        label=_("Shifts of {calendar} in the week of {day}").format(calendar=_said(calendar.name), day=monday),
        heading=_("planned"),
        now=(days.index(today), at.hour * 60 + at.minute) if today in days else None,
    )


def _said(name: object) -> str:
    return str(name[get_language() or "en"])  # type: ignore[index]


def _day(calendar: Calendar, zone: ZoneInfo, day: date, is_today: bool) -> Day:
    found = resolver(calendar, zone).on(day)
    names = {id_: _said(shift.name) for id_, shift in calendar.all_shifts().items()}
    special = [_said(e.name) for layer in calendar.layers() for e in layer.exceptions if day in e]
    planned = sum(one.planned_time for one in found)
    return Day(
        label=f"{str(WEEKDAYS[day.weekday()])[:3]} {day:%m-%d}",
        note=" · ".join(dict.fromkeys(special)),
        bars=[_bar(one, names[one.shift], zone, day) for one in found],
        planned=hours(planned) if found else _("closed"),
        is_today=is_today,
    )


def _bar(one: ShiftOccurrence, name: str, zone: ZoneInfo, day: date) -> Bar:
    def minute(at: Micros) -> int:
        there = to_datetime(at, zone)
        return (there.date() - day).days * 1440 + there.hour * 60 + there.minute

    breaks = [(minute(a.end), minute(b.start)) for a, b in pairwise(one.planned)]
    return Bar(minute(one.interval.start), minute(one.interval.end), name, breaks)
