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


def local(day: date, minute: int, zone: ZoneInfo, *, fold: int = 0) -> Micros:
    """The instant of `minute` minutes after local midnight of `day` by the wall clock of `zone`.

    `minute` may pass 1,440 (the next day's wall clock). A wall time that the spring change skips is read with the
    offset before the change (it lands after the gap); one that the autumn change repeats is its first (``fold=0``) or
    second (``fold=1``) passage.
    """
    days, rest = divmod(minute, 1440)
    there = day + timedelta(days=days)
    moment = datetime(there.year, there.month, there.day, rest // 60, rest % 60, tzinfo=zone, fold=fold)
    return from_datetime(moment)


def local_day(at: Micros, zone: ZoneInfo) -> date:
    """The calendar date that a wall clock in `zone` shows at `at`."""
    return to_datetime(at, zone).date()
