"""What an address asks for: which window, which part of the plant. The address keeps the choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from dengta.apps.performance.business_days import day_of, shift_hours, span
from dengta.apps.performance.queries import FULL_DAYS, Choice
from dengta.apps.performance.site_fold import Folded
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY
from dengta.engines.plantbook import PlantBook

PRESETS = ("shift", "yesterday", "7-days", "30-days", "all")
_DAYS = dict(zip(("yesterday", "7-days", "30-days"), FULL_DAYS, strict=True))
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice, the preset or the two business dates that named it, and the shift occurrence where it is one.
    short: the preset reaches further back than anything is known; then these are the dates there are."""

    choice: Choice
    preset: str
    first: date
    last: date
    short: bool = False

    def query(self, **change: str) -> str:
        """The query of an address that asks for the same with `change`; "" takes a part out. A `window`, or a `date`,
        stands in the place of the present one."""
        parts = {"window": self.preset} if self.preset else {"from": str(self.first), "to": str(self.last)}
        if change.get("window") or change.get("date"):
            parts = {}
        parts |= {name: getattr(self.choice, name) for name in ("line", "machine", "shift")}
        return urlencode({name: value for name, value in (parts | change).items() if value})

    @property
    def one_date(self) -> bool:
        """Whether the window lies within one business date."""
        return self.first == self.last


def asked(get: Mapping[str, str], folded: Folded, machine: str | None = None) -> Asked:
    """The choice in the query `get`: ``from`` and ``to`` are business dates, both included, ``date`` is a single one;
    ``window`` is a preset. One shift of one `machine` on one date is that shift's own hours.

    Without either: yesterday, where anything is known of it, else all there is. Refusal names every part that cannot be
    read.
    """
    faults: list[Reason] = []
    dates = [_date(get, "date" if get.get("date") else name, faults) for name in ("from", "to")]
    preset = "" if any(dates) else get.get("window") or _usual(folded)
    if preset and preset not in PRESETS:
        faults.append(Reason("performance.window_unknown", ("window",), {"value": preset, "known": ", ".join(PRESETS)}))
    named = {name: get.get(name, "") for name in ("line", "machine", "shift")}
    if machine is not None:
        named |= {"line": "", "machine": machine}
    faults += _unknown(named, folded)
    if faults:
        raise Refusal(faults)
    window, first, last, short = _preset(preset, folded) if preset else _dates(dates[0], dates[1], folded)
    if machine and named["shift"] and first == last:
        window = (
            shift_hours(folded.book, machine, first, named["shift"]).meet(Interval(folded.start, folded.until))
            or window
        )
    return Asked(Choice(window, **named), preset, first, last, short and bool(preset))


def _date(get: Mapping[str, str], name: str, faults: list[Reason]) -> date | None:
    text = get.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(Reason("performance.date_unreadable", (name,), {"value": text}))
        return None


def _unknown(named: Mapping[str, str], folded: Folded) -> list[Reason]:
    book = folded.book
    known = {
        "machine": folded.machines,
        "line": tuple(book.lines) if book else (),
        "shift": shifts(book),
    }
    return [
        Reason("performance.not_known", (name,), {"value": value, "known": ", ".join(known[name])})
        for name, value in named.items()
        if value and value not in known[name]
    ]


def shifts(book: PlantBook | None) -> tuple[str, ...]:
    """The ids of every shift of the book's calendars, each once."""
    return tuple(dict.fromkeys(s for c in book.calendars.values() for s in c.all_shifts())) if book else ()


def presets(folded: Folded) -> tuple[str, ...]:
    """The presets that mean something: a record has no present."""
    return PRESETS[2:] if folded.is_record else PRESETS


def _usual(folded: Folded) -> str:
    if folded.is_record:
        return "all"
    today = day_of(folded.book, folded.machines, folded.until)
    yesterday = span(folded.book, folded.machines, today - _ONE_DAY, today - _ONE_DAY)
    return "yesterday" if folded.first < yesterday.end and folded.last > yesterday.start else "all"


_Window = tuple[Interval, date, date, bool]
"""The window, its first and last business date, and whether it was to begin before anything is known."""


def _preset(preset: str, folded: Folded) -> _Window:
    today = day_of(folded.book, folded.machines, folded.until - 1)
    if preset == "shift":
        return _shift(folded, today)
    if preset == "all":
        first = day_of(folded.book, folded.machines, folded.start)
        return _dates(first, day_of(folded.book, folded.machines, min(folded.last, folded.until) - 1), folded)
    first, last = today - _DAYS[preset] * _ONE_DAY, today - _ONE_DAY
    if span(folded.book, folded.machines, first, last).meet(Interval(folded.start, folded.until)) is None:
        return (*_preset("all", folded)[:3], True)  # a log of today only: what there is
    return _dates(first, last, folded)


def _shift(folded: Folded, today: date) -> _Window:
    """The shift now, else the last one; the day where no shift is planned."""
    book = folded.book
    if book is not None:
        resolver = book.resolver(next(iter(book.machines)))
        worked = resolver.occurrences(Interval(folded.until - 7 * DAY, folded.until))
        if worked:
            one = worked[-1]
            window = Interval(one.interval.start, min(one.interval.end, folded.until))
            return window, one.business_date, one.business_date, False
    return _dates(today, today, folded)


def _dates(first: date | None, last: date | None, folded: Folded) -> _Window:
    """Business dates as a window: no earlier than the fold, no later than now."""
    known = Interval(folded.start, folded.until)
    earliest, latest = (day_of(folded.book, folded.machines, at) for at in (known.start, known.end - 1))
    start, end = first or earliest, last or latest
    if end < start:
        raise Refusal(Reason("performance.backwards", ("from", "to"), {"from": str(start), "to": str(end)}))
    window = span(folded.book, folded.machines, start, end).meet(known)
    if window is None:
        params = {"from": str(earliest), "to": str(latest)}
        raise Refusal(Reason("performance.outside", ("from", "to"), params))
    return window, max(start, earliest), min(end, latest), start < earliest
