"""From the wall clock to the instant, so that the order of the clock face is the order of time.

An instant belongs to a wall time by one rule: *the first instant at which the clock on the wall shows that time or a
later one*. A time that the spring change skips is the moment of the change; one that the autumn change repeats is its
first passage. The rule never runs backwards, so shifts that meet on the clock face meet in real time, and shifts that
tile the day tile the year, through every change of every zone, 30-minute ones and skipped days included.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dengta.core.time import Micros, from_datetime

_SECOND = timedelta(seconds=1)


def instant(day: date, minute: int, zone: ZoneInfo) -> Micros:
    """The first instant at which a wall clock in `zone` shows `minute` minutes after midnight of `day`, or later."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)  # by the clock face
    first = wall.astimezone(UTC)
    if first.astimezone(zone) == wall:
        return from_datetime(first)
    return from_datetime(_change(wall.replace(fold=1).astimezone(UTC), first, zone))


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment in (before, after] at which the zone's offset changes; zones change on whole seconds."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
