"""Time: integer microseconds UTC since 1970, everywhere inside. Zones and calendars only at the edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dengta.core.reason import Reason, Refusal

Micros = int
"""An instant (microseconds UTC since 1970-01-01T00:00Z) or a duration (microseconds)."""

MILLISECOND: Micros = 1_000
SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)

EARLIEST: Micros = 0
LATEST: Micros = 253_402_300_799_000_000  # 9999-12-31T23:59:59Z, the last second datetime can show


def from_datetime(moment: datetime) -> Micros:
    """Microseconds of an aware datetime, exactly. A naive one is refused: nobody can know which instant it is."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise Refusal(Reason("time.naive", params={"value": moment.isoformat()}))
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(at: Micros, zone: ZoneInfo | None = None) -> datetime:
    """The aware datetime of `at` in `zone` (UTC when none)."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone or UTC)


def from_iso(text: str) -> Micros:
    """Microseconds of an ISO 8601 instant that states its offset, e.g. ``2026-11-23T08:00:00+08:00``."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(Reason("time.unreadable", params={"value": text})) from None
    return from_datetime(moment)


def to_iso(at: Micros, zone: ZoneInfo | None = None) -> str:
    """ISO 8601 with offset; fractions only when there are some; UTC written as Z."""
    text = to_datetime(at, zone).isoformat()
    return text[:-6] + "Z" if zone is None and text.endswith("+00:00") else text


def instant(day: date, minute: int, zone: ZoneInfo) -> Micros:
    """The first instant at which a wall clock in `zone` shows `minute` minutes after midnight of `day`, *or later*.

    A time that the spring change skips is the moment of the change; one that the autumn change repeats is its first
    passage. The rule never runs backwards, so shifts that meet on the clock face meet in real time, and shifts that
    tile the day tile the year, through every change of every zone, half-hour ones and skipped days included.
    """
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


def local_day(at: Micros, zone: ZoneInfo) -> date:
    """The calendar date that a wall clock in `zone` shows at `at`."""
    return to_datetime(at, zone).date()


def in_minutes(length: Micros) -> float | int:
    """A length in minutes as people and JSON read it: a whole number where it is one."""
    return length // MINUTE if length % MINUTE == 0 else length / MINUTE
