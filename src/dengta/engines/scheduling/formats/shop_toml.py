"""`shop.toml`, or the same as JSON: everything a factory has, as people write it. The guide shows every key.

Times are durations (``"90min"``, ``"2h"``, ``"3d"``, a whole number of ticks) and instants (ISO 8601 with an offset, or
a duration since `start`). Calendars are laid out from `start` on for `days` days.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dengta.core.intervals import Interval, subtract, union
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros, from_datetime, from_iso, instant, local_day
from dengta.core.toml_reading import Table, shown
from dengta.engines.calendars import WEEKDAYS
from dengta.engines.scheduling import model
from dengta.engines.scheduling.problem import Problem

_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_WEEKLY = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")


def from_toml(text: str, source: str) -> Problem:
    """The problem of a `shop.toml`. Refusal with every fault."""
    return _shop(_Sheet.of(text, source)).problem


def from_json(text: str, source: str) -> Problem:
    """The problem of the same tables in JSON. Refusal with every fault."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(Reason("scheduling.file_json", (source,), {"why": str(error)})) from None
    if not isinstance(data, dict):
        raise Refusal(Reason("toml.not_table", (source,), {"value": shown(data)}))
    return from_tables(data, source)


def from_tables(tables: dict[str, Any], source: str) -> Problem:
    """The problem of the same tables, wherever they were read. Refusal with every fault."""
    return _shop(_Sheet(tables, (source,))).problem


class _Sheet(Table):
    """A table whose numbers may be times."""

    tick: Micros = MINUTE
    start: Micros = 0

    def inner(self, data: object, place: str) -> _Sheet:
        table = super().inner(data, place)
        table.tick, table.start = self.tick, self.start
        return table

    def duration(self, key: str, default: int | None = None) -> int:
        """Ticks; needed unless it has a default."""
        value = self.stated(key, needed=default is None)
        return (default or 0) if value is None else self.ticks(key, value)

    def ticks(self, place: str, value: object) -> int:
        """A duration in ticks, rounded up to whole ones."""
        found = re.fullmatch(r"(\d{1,9})\s*(s|min|h|d)", value.strip()) if isinstance(value, str) else None
        if found is not None:
            return -(-int(found[1]) * _UNITS[found[2]] // self.tick)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.fault("scheduling.not_duration", place, value=shown(value))
        return 0

    def moment(self, key: str) -> int | None:
        """An instant in ticks since the start; None where it is not stated."""
        value = self.stated(key, needed=False)
        return None if value is None else self.instant(key, value)

    def instant(self, place: str, value: object) -> int:
        """An instant as ISO 8601 or TOML has it, or a duration since the start."""
        at = self.absolute(value)
        if at is None:
            return self.ticks(place, value)
        if at < self.start:
            self.fault("scheduling.before_start", place, value=shown(value))
            return 0
        return -(-(at - self.start) // self.tick)

    def absolute(self, value: object) -> Micros | None:
        """Microseconds of what is written as an instant; None where it is something else."""
        if isinstance(value, datetime) and value.tzinfo is not None:
            return from_datetime(value)
        if isinstance(value, str) and "T" in value:
            try:
                return from_iso(value)
            except Refusal:
                return None
        return None


def _shop(top: _Sheet) -> model.Shop:
    start = top.stated("start", needed=False)
    if start is not None:
        at = top.absolute(start)
        if at is None:
            top.fault("scheduling.not_instant", "start", value=shown(start))
        top.start = at or 0
    tick = top.one_of("tick", ("1s", "1min", "1h"), needed=False) or "1min"
    top.tick = _UNITS[tick[1:]]
    zone = top.zone("zone") if top.has("zone") else None
    days = top.whole("days", 1, 3660, 120)
    calendars = tuple(_calendar(t, zone, days) for t in top.tables("calendar"))
    parts: dict[str, Any] = {
        "setups": tuple(map(_setups, top.tables("setups"))),
        "machines": tuple(map(_machine, top.tables("machine", needed=True))),
        "resources": tuple(map(_resource, top.tables("resource"))),
        "materials": tuple(map(_material, top.tables("material"))),
        "orders": tuple(map(_order, top.tables("order", needed=True))),
    }
    now = top.moment("now") or 0
    top.finish()
    own = zone.key if zone is not None else ""
    return model.Shop(calendars=calendars, now=now, origin=top.start, tick=top.tick, zone=own, **parts)


def _calendar(t: _Sheet, zone: ZoneInfo | None, days: int) -> model.Calendar:
    """Weekly hours in the shop's zone less the dates that are closed, and single openings."""
    rate = t.whole("rate", 0, 100_000, 1000)
    weekly = t.texts("weekly", needed=False)
    closed = {d for d in (_date(t, i, v) for i, v in enumerate(t.entries("closed", needed=False), 1)) if d}
    openings: list[model.Opening] = []
    if weekly and zone is None:
        t.fault("scheduling.no_zone", "weekly")
    elif zone is not None:
        spans = [span for i, text in enumerate(weekly, 1) for span in _week(t, i, text)]
        first = local_day(t.start, zone)
        hours = []
        for day in (first + timedelta(days=k) for k in range(-1, days)):
            for weekday, begin, end in spans:
                if weekday == day.weekday() and day not in closed and begin < end:
                    hours.append(Interval(instant(day, begin, zone), instant(day, end, zone)))
        for one in subtract(union(hours), [Interval(-(2**60), t.start)]):
            first_tick, last_tick = -(-(one.start - t.start) // t.tick), (one.end - t.start) // t.tick
            openings += [model.Opening(first_tick, last_tick, rate)] if first_tick < last_tick else []
    for i, entry in enumerate(t.entries("openings", needed=False), 1):
        place = f"openings[{i}]"
        if not isinstance(entry, list) or len(entry) not in (2, 3):
            t.fault("scheduling.not_opening", place, value=shown(entry))
            continue
        own = entry[2] if len(entry) == 3 and isinstance(entry[2], int) else rate
        openings.append(model.Opening(t.instant(place, entry[0]), t.instant(place, entry[1]), own))
    return model.Calendar(t.text("id"), tuple(openings))


def _week(t: _Sheet, i: int, text: str) -> list[tuple[int, int, int]]:
    """``mon-fri 06:00-14:00`` -> (weekday, minute, minute); past midnight where it ends before it begins."""
    found = _WEEKLY.fullmatch(text.strip().lower())
    names = [found[1], found[2] or found[1]] if found else []
    if found is None or any(name not in WEEKDAYS for name in names) or int(found[4]) > 59 or int(found[6]) > 59:
        t.fault("scheduling.not_weekly", f"weekly[{i}]", value=shown(text))
        return []
    first, last = map(WEEKDAYS.index, names)
    begin, end = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    end += 1440 if end <= begin else 0
    return [(k % 7, begin, end) for k in range(first, last + 1 + (7 if last < first else 0))]


def _date(t: _Sheet, i: int, value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        t.fault("scheduling.not_date", f"closed[{i}]", value=shown(value))
        return None


def _setups(t: _Sheet) -> model.Setups:
    changes = []
    for i, entry in enumerate(t.entries("times", needed=False), 1):
        if isinstance(entry, list) and len(entry) == 3 and all(isinstance(x, str) for x in entry[:2]):
            changes.append(model.Change(entry[0], entry[1], t.ticks(f"times[{i}]", entry[2])))
        else:
            t.fault("scheduling.not_change", f"times[{i}]", value=shown(entry))
    default = t.duration("default", 0) if t.has("default") else None
    return model.Setups(t.text("id"), tuple(changes), default, t.yes("attached"))


def _machine(t: _Sheet) -> model.Machine:
    batch = None
    if t.has("batch"):
        inner = t.table("batch")
        batch = model.Batch(inner.whole("capacity", 1), inner.duration("wait", 0))
    buffer = t.whole("buffer", 1) if t.has("buffer") else None
    calendar, setups, state = (t.text(key, needed=False) for key in ("calendar", "setups", "state"))
    return model.Machine(t.text("id"), calendar, setups, state, batch, buffer)


def _resource(t: _Sheet) -> model.Resource:
    return model.Resource(t.text("id"), t.texts("skills", least=1), t.text("calendar", needed=False))


def _material(t: _Sheet) -> model.Material:
    receipts = []
    for i, entry in enumerate(t.entries("receipts", needed=False), 1):
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], int):
            receipts.append(model.Receipt(t.instant(f"receipts[{i}]", entry[0]), entry[1]))
        else:
            t.fault("scheduling.not_receipt", f"receipts[{i}]", value=shown(entry))
    return model.Material(t.text("id"), t.whole("stock", 0, default=0), tuple(receipts))


def _order(t: _Sheet) -> model.Order:
    return model.Order(
        t.text("id"),
        tuple(map(_operation, t.tables("operation", needed=True))),
        t.moment("release") or 0,
        t.moment("due"),
        t.moment("deadline"),
        t.whole("weight", 0, 10**6, 1),
        _after(t) or (),
    )


def _after(t: _Sheet) -> tuple[model.After, ...] | None:
    """What goes before: names, or tables with a lag."""
    if not t.has("after"):
        return None
    found = []
    for i, entry in enumerate(t.entries("after"), 1):
        if isinstance(entry, str):
            found.append(model.After(entry))
            continue
        inner = t.inner(entry, f"after[{i}]")
        most = inner.duration("most", 0) if inner.has("most") else None
        found.append(model.After(inner.text("id"), inner.duration("least", 0), most))
    return tuple(found)


def _operation(t: _Sheet) -> model.Operation:
    on = t.table("on")
    ways = tuple(model.Way(machine, on.duration(machine)) for machine in on)
    pin = progress = None
    if t.has("pin"):
        inner = t.table("pin")
        names = [inner.text(key, needed=False) or None for key in ("machine", "after")]
        pin = model.Pin(inner.moment("start"), *names)
    if t.has("progress"):
        inner = t.table("progress")
        start = inner.stated("start")
        begun = 0 if start is None else inner.instant("start", start)
        progress = model.Progress(inner.text("machine"), begun, inner.duration("remaining"), inner.moment("end"))
    return model.Operation(
        t.text("id"),
        ways,
        _after(t),
        t.text("state", needed=False),
        tuple(_need(t.inner(entry, f"needs[{i}]")) for i, entry in enumerate(t.entries("needs", needed=False), 1)),
        _amounts(t, "uses"),
        _amounts(t, "makes"),
        t.text("key", needed=False),
        t.whole("size", 1, default=1),
        t.yes("must_fit"),
        t.whole("split", 1, 1000, 1),
        pin,
        progress,
    )


def _need(t: _Sheet) -> model.Need:
    during = t.one_of("during", model.DURING, needed=False) or "run"
    return model.Need(t.text("skill"), t.whole("count", 1, default=1), during)


def _amounts(t: _Sheet, key: str) -> tuple[model.Amount, ...]:
    if not t.has(key):
        return ()
    inner = t.table(key)
    return tuple(model.Amount(material, inner.whole(material, 1)) for material in inner)
