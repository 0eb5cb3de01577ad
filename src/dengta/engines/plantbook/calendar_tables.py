"""The calendars of a plant book: ``[[calendar]]`` with its shifts and dated exceptions."""

from __future__ import annotations

from dengta.core.reason import Reason
from dengta.core.toml_reading import Register
from dengta.engines.calendars import WEEKDAYS, Calendar, DatedException, Hours, Shift, Span, overlaps
from dengta.engines.calendars.model import DAY_MINUTES
from dengta.engines.plantbook.reading import Table

MOST_DAYS = 400


def read_calendars(tables: list[Table]) -> dict[str, Calendar]:
    """All calendars by id, each on top of its base, which may be stated after it."""
    register = Register()
    stated = [(table, table.id(register)) for table in tables]
    found = _Shelf({id_: table for table, id_ in stated if id_})
    calendars = {id_: calendar for table, id_ in stated if id_ and (calendar := found.get(id_))}
    for table, id_ in stated:
        if not id_:
            table.text("base", needed=False)
            _read(table, "", None)  # for its other faults
    return calendars


class _Shelf:
    """Builds each calendar once, its base first."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self._tables = tables
        self._built: dict[str, Calendar | None] = {}
        self._path: list[str] = []

    def get(self, id_: str) -> Calendar | None:
        """The calendar `id_`; None inside a circle of bases."""
        if id_ not in self._built:
            table = self._tables[id_]
            base_id = table.ref("base", "calendar", self._tables, needed=False)
            if base_id in (*self._path, id_):
                path = " > ".join((*self._path, id_, base_id))
                table.fault("plant.circle", "base", value=base_id, path=path)
                base_id = ""
            self._path.append(id_)
            base = self.get(base_id) if base_id else None
            self._path.pop()
            self._built[id_] = _read(table, id_, base)
        return self._built[id_]


def _read(table: Table, id_: str, base: Calendar | None) -> Calendar:
    before = len(table.faults)
    name = table.name()
    register = Register()
    shifts = tuple(shift for t in table.tables("shift") if (shift := _shift(t, register)))
    known = {**(base.all_shifts() if base else {}), **{s.id: s for s in shifts}}
    stated = [(t, _exception(t, known)) for t in table.tables("exception")]
    exceptions = tuple(e for _, e in stated if e is not None)
    _refuse_clashes([(t, e) for t, e in stated if e is not None])
    calendar = Calendar(id_, name, shifts, exceptions, base)
    if len(table.faults) == before:  # a calendar that could not be read would only seem to overlap
        table.faults.extend(Reason(r.code, table.place, r.params) for r in overlaps(calendar))
    return calendar


def _shift(table: Table, register: Register) -> Shift | None:
    id_, name, hours = table.id(register), table.name(), _hours(table)
    words = table.refs("weekdays", "weekday", WEEKDAYS)
    return Shift(id_, name, hours, tuple(WEEKDAYS.index(w) for w in words)) if id_ and hours else None


def _hours(table: Table) -> Hours | None:
    """``start``, ``end`` and ``breaks`` of a table; what is not after the start lies on the next day."""
    start, end = table.clock("start"), table.clock("end")
    rests = [(t, t.clock("start"), t.clock("end")) for t in table.tables("breaks")]
    if start is None or end is None or any(a is None or b is None for _, a, b in rests):
        return None
    span = Span(start, end if end > start else end + DAY_MINUTES)
    breaks: list[Span] = []
    for rest, a, b in sorted(rests, key=lambda r: _after(start, r[1])):
        first = _after(start, a)
        one = Span(first, first + (((b or 0) - (a or 0)) % DAY_MINUTES or DAY_MINUTES))
        if one.end > span.end or (breaks and one.start < breaks[-1].end):
            rest.fault("plant.break_outside", value=f"{_face(one.start)}-{_face(one.end)}")
        else:
            breaks.append(one)
    return Hours(span, tuple(breaks))


def _after(start: int, minute: int | None) -> int:
    return (minute or 0) + (DAY_MINUTES if (minute or 0) < start else 0)


def _face(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _exception(table: Table, known: dict[str, Shift]) -> DatedException | None:
    first, name = table.day("first"), table.name()
    last = table.day("last", needed=False) or first
    shifts = table.refs("shifts", "shift", known, needed=False)
    word = table.one_of("works_as", WEEKDAYS, needed=False)
    changes: list[tuple[str, Hours]] = []
    for change in table.tables("hours"):
        shift, hours = change.ref("shift", "shift", known), _hours(change)
        if shift in dict(changes):
            change.fault("toml.twice", "shift", value=shift, other=" > ".join(table.place))
        elif shift and hours:
            changes.append((shift, hours))
    if table.has("shifts") and table.has("works_as"):
        table.fault("plant.says_both")
    if not any(table.has(key) for key in ("shifts", "works_as", "hours")):
        table.fault("plant.says_nothing")
    if first is None or last is None:
        return None
    if last < first:
        table.fault("plant.dates_backwards", "last", first=first.isoformat(), last=last.isoformat())
        return None
    if (days := (last - first).days + 1) > MOST_DAYS:
        table.fault("plant.dates_many", "last", days=days, most=MOST_DAYS)
        return None
    named = shifts if table.has("shifts") else None
    return DatedException(first, last, name, named, WEEKDAYS.index(word) if word else None, tuple(changes))


def _refuse_clashes(stated: list[tuple[Table, DatedException]]) -> None:
    """Two exceptions of one calendar must not answer the same question about the same date."""
    for i, (table, one) in enumerate(stated):
        for other_table, other in stated[:i]:
            day = max(one.first, other.first)
            if day > min(one.last, other.last):
                continue
            both = sorted(dict(one.hours).keys() & dict(other.hours).keys())
            if one.names_shifts and other.names_shifts:
                both.append("shifts")
            for value in both:
                table.fault(
                    "plant.exceptions_clash", value=value, day=day.isoformat(), other=" > ".join(other_table.place)
                )
