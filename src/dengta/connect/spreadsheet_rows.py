"""From one row of cells to one report, or to every reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as wall_time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from dengta.connect.spreadsheet_mapping import KEEP, QUANTITIES, REJECT, STATES, ReportMapping
from dengta.connect.spreadsheet_table import Broken, Cell
from dengta.core.event_check import LONGEST_TEXT
from dengta.core.reason import Param, Reason, Refusal
from dengta.core.time import EARLIEST, LATEST, Micros, from_datetime, to_datetime

COUNTS = frozenset({"good", "scrap", "withheld", "rework"})
TEXTS = frozenset({"order", "operation", "person", "reason", "item"})
REMEMBERED = 1 << 16
"""Cells remembered with what they mean: most of a report file is the same words again."""


class Report(NamedTuple):
    """One row as it was understood. Times in microseconds UTC, `length` in microseconds, counts in pieces or None.

    activity: of an operation; the state, of a state change. machine and activity are ``""`` where a second source does
    not say them. repairs: what a stated rule changed. notes: what is strange and was kept.
    """

    row: int
    machine: str
    activity: str
    start: Micros
    end: Micros
    length: Micros
    counts: Mapping[str, int | None]
    texts: Mapping[str, str]
    repairs: list[Reason]
    notes: list[Reason]


@dataclass(frozen=True, slots=True)
class _Finding:
    """Something about a cell, before it has a place: a code under ``import.`` and its parameters."""

    code: str
    params: Mapping[str, Param]

    def at(self, *place: str) -> Reason:
        return Reason(f"import.{self.code}", place, self.params)


class _Meaning(NamedTuple):
    """What a cell means in its role; a fault makes the row none."""

    value: Any
    fault: _Finding | None = None
    repair: _Finding | None = None
    note: _Finding | None = None


def _fault(code: str, **params: Param) -> _Meaning:
    return _Meaning(None, fault=_Finding(code, params))


class RowReader:
    """Reads the rows of one file. `heading`: its columns; `known`: the machines of the plant book; `epoch`: day 0 of a
    workbook's serial dates, None where the file is text."""

    def __init__(
        self, mapping: ReportMapping, heading: Sequence[str], known: frozenset[str], epoch: datetime | None = None
    ) -> None:
        self._mapping, self._known, self._epoch = mapping, known, epoch
        self._width = len(heading)
        self._roles = [(role, name, heading.index(name)) for role, name in mapping.columns.items()]
        self._meaning = lru_cache(REMEMBERED)(self._meaning_of)
        group = re.escape(mapping.thousands)
        self._grouped = re.compile(rf"[-+]?\d{{1,3}}({group}\d{{3}})+({re.escape(mapping.decimal)}\d+)?")
        self._parse = wall_reader(mapping.time_format)
        self._last = "end" if "end" in mapping.columns else "start"

    def read(self, row: int, cells: Sequence[Cell]) -> Report | list[Reason]:
        """The report of `cells`, or every reason why there is none. Reasons have place (row, heading)."""
        place = f"row {row}"
        if len(cells) != self._width:
            if self._epoch is None or any(cell != "" for cell in cells[self._width :]):
                return [Reason("import.row_width", (place,), {"cells": len(cells), "headings": self._width})]
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]  # a workbook leaves out empty ones
        values: dict[str, Any] = {}
        faults: list[Reason] = []
        repairs: list[Reason] = []
        notes: list[Reason] = []
        for role, name, at in self._roles:
            value, fault, repair, note = self._meaning(role, cells[at])
            values[role] = value
            if fault:
                faults.append(fault.at(place, name))
            if repair:
                repairs.append(repair.at(place, name))
            if note:
                notes.append(note.at(place, name))
        if faults:
            return faults
        if self._mapping.style in (QUANTITIES, STATES):
            return self._moment(row, values, repairs, notes)
        return self._operation(row, values, repairs, notes)

    def _operation(
        self, row: int, values: dict[str, Any], repairs: list[Reason], notes: list[Reason]
    ) -> Report | list[Reason]:
        place, columns = f"row {row}", self._mapping.columns
        start, end, length = (values.get(role, 0) for role in ("start", "end", "minutes"))
        if "minutes" not in values:
            length = end - start
            if length < 0:
                return [Reason("import.ends_before_start", (place, columns["end"]))]
        elif "start" in values:
            end = start + length
        else:
            start = end - length
        if start < EARLIEST or end > LATEST:
            return [Reason("import.minutes_too_many", (place, columns["minutes"]))]
        if length == 0:
            if self._mapping.rules.zero_duration != KEEP:
                return [Reason("import.zero_duration", (place, columns[self._last]))]
            notes.append(Reason("import.note_zero_minutes", (place,)))
        machine, activity = values.get("machine", ""), values.get("activity", self._mapping.usual_activity)
        return Report(row, machine, activity, start, end, length, *_context(values), repairs, notes)

    def _moment(self, row: int, values: dict[str, Any], repairs: list[Reason], notes: list[Reason]) -> Report:
        at = values["at"]
        return Report(row, values["machine"], values.get("state", ""), at, at, 0, *_context(values), repairs, notes)

    def _meaning_of(self, role: str, cell: Cell) -> _Meaning:
        if isinstance(cell, Broken):
            return _fault(cell.rule, value=cell.value)
        if not isinstance(cell, str):
            return self._typed(role, cell)
        text, repair = cell.strip(), None
        if not text.isprintable():
            if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
                return _fault("cell_encoding", encoding=self._mapping.layout.encoding)
            clean = "".join(" " if ord(c) < 32 or c == "\x7f" else c for c in text)
            if clean != text:
                text, repair = clean, _Finding("repaired_text", {})
        if len(text) > LONGEST_TEXT:
            return _fault("cell_too_long", length=len(text), longest=LONGEST_TEXT)
        meaning = self._of_text(role, text)
        return meaning if repair is None else meaning._replace(repair=repair)

    def _of_text(self, role: str, text: str) -> _Meaning:
        if role in COUNTS:
            return self._pieces(role, text)
        if role in TEXTS:
            return _Meaning(self._said(role, text))
        if role == "machine":
            return self._machine(text)
        if not text:
            return _fault("cell_empty")
        if role == "activity":
            return _word(text, self._mapping.activity, "activity_unknown")
        if role == "state":
            return _word(text, self._mapping.states, "state_unknown")
        return self._length(text) if role == "minutes" else self._instant(text)

    def _typed(self, role: str, cell: float | datetime | wall_time | timedelta) -> _Meaning:
        """A number, a date or a duration of a workbook."""
        if role == "minutes":
            if isinstance(cell, wall_time):  # 1:30 typed as a time of day
                cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
            if isinstance(cell, timedelta):
                length = cell // timedelta(microseconds=1)
                return _fault("minutes_negative", value=str(cell)) if length < 0 else _Meaning(length)
        elif role in ("start", "end", "at"):
            if isinstance(cell, datetime):
                return self._wall(cell, cell.isoformat(" "))
            if isinstance(cell, int | float):
                return self._serial(cell)
            return _fault("time_without_date", value=str(cell))
        if isinstance(cell, int | float):
            text = str(int(cell)) if cell == int(cell) else repr(cell)
            return self._of_text(
                role, text if role in TEXTS | {"machine"} else text.replace(".", self._mapping.decimal)
            )
        return self._of_text(role, str(cell))

    def _serial(self, days: float) -> _Meaning:
        """Excel's serial day under a cell that is not formatted as a date: read by the workbook's calendar."""
        assert self._epoch is not None
        try:
            moment = self._epoch + timedelta(milliseconds=round(days * 86_400_000))
        except OverflowError:
            return _fault("time_out_of_range", value=days)
        meaning = self._wall(moment, str(days))
        told: dict[str, Param] = {"value": days, "read": moment.isoformat(" "), "epoch": self._epoch.year}
        return meaning if meaning.fault else meaning._replace(repair=_Finding("repaired_serial", told))

    def _said(self, role: str, text: str) -> str:
        if role == "person" and text in self._mapping.nobody:
            return ""
        return self._mapping.reasons.get(text, text) if role == "reason" else text

    def _machine(self, text: str) -> _Meaning:
        rules = self._mapping.rules
        if not text:
            if rules.missing_machine == REJECT:
                return _fault("cell_empty")
            return _Meaning(
                rules.missing_machine, repair=_Finding("repaired_no_machine", {"by": rules.missing_machine})
            )
        machine = self._mapping.machines.get(text, text)
        if machine in self._known:
            return _Meaning(machine)
        if rules.unknown_machine == REJECT:
            return _fault("machine_unknown", value=text)
        told = {"value": text, "by": rules.unknown_machine}
        return _Meaning(rules.unknown_machine, repair=_Finding("repaired_machine", told))

    def _instant(self, text: str) -> _Meaning:
        try:
            moment = self._parse(text)
        except ValueError:
            return _fault("time_unreadable", value=text, format=self._mapping.time_format or "-")
        return self._wall(moment, text)

    def _wall(self, moment: datetime, text: str) -> _Meaning:
        """The instant of a wall-clock time; one that passed twice is its first passage, with a note."""
        zone = self._mapping.zone
        try:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            instant = from_datetime(aware)
        except (ValueError, OverflowError, Refusal):
            return _fault("time_unreadable", value=text, format=self._mapping.time_format or "-")
        if not EARLIEST <= instant <= LATEST:
            return _fault("time_out_of_range", value=text)
        if moment.tzinfo or aware.utcoffset() == aware.replace(fold=1).utcoffset():
            return _Meaning(instant)  # no change of clocks nearby: PEP 495
        if to_datetime(instant, zone).replace(tzinfo=None) != moment:
            return _fault("time_skipped", value=text, zone=str(zone))
        return _Meaning(instant, note=_Finding("note_time_twice", {}))

    def _pieces(self, role: str, text: str) -> _Meaning:
        if not text:
            if self._mapping.style == QUANTITIES and role == "good":
                return _fault("cell_empty")
            return _Meaning(None, note=_Finding("note_count_unknown", {}))
        number = self._number(text)
        if number is None:
            return _fault("cell_number", value=text)
        if number != number.to_integral_value() or number < 0:
            return _fault("cell_pieces", value=text)
        return _Meaning(int(number))

    def _length(self, text: str) -> _Meaning:
        number = self._number(text)
        if number is None:
            return _fault("cell_number", value=text)
        if number < 0:
            return _fault("minutes_negative", value=text)
        exact = number * self._mapping.unit
        length = round(exact)
        return _Meaning(length, repair=None if length == exact else _Finding("repaired_minutes", {"value": text}))

    def _number(self, text: str) -> Decimal | None:
        """A number as the file writes numbers; no underscores, no exponents beyond reason."""
        if self._mapping.thousands and self._grouped.fullmatch(text):
            text = text.replace(self._mapping.thousands, "")
        if self._mapping.decimal == ",":
            text = text.replace(".", "?").replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) <= 10**15 and "_" not in text else None


_FIELDS = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>1[0-2]|0[1-9]|[1-9])",
    "%d": r"(?P<day>3[01]|[12]\d|0[1-9]|[1-9]| [1-9])",
    "%H": r"(?P<hour>2[0-3]|[01]\d|\d)",
    "%M": r"(?P<minute>[0-5]\d|\d)",
    "%S": r"(?P<second>[0-5]\d|\d)",
}


def wall_reader(form: str) -> Callable[[str], datetime]:
    """What `datetime.strptime` does by `form`, five times as fast where the form is of plain numbers. ValueError."""
    parts = re.split(r"(%.|\s+)", form)
    fields = [part for part in parts if part.startswith("%")]
    if not {"%Y", "%m", "%d"} <= set(fields) <= _FIELDS.keys() or len(set(fields)) < len(fields):
        return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
    pattern = "".join(_FIELDS.get(part) or (r"\s+" if part.isspace() else re.escape(part)) for part in parts)
    match = re.compile(pattern, re.ASCII).fullmatch

    def read(text: str) -> datetime:
        found = match(text)
        if found is None:  # also what only strptime understands, as digits of another script
            return datetime.strptime(text, form)  # noqa: DTZ007
        return datetime(**{name: int(number) for name, number in found.groupdict().items()})  # type: ignore[arg-type]  # noqa: DTZ001

    return read


def _context(values: dict[str, Any]) -> tuple[dict[str, int | None], dict[str, str]]:
    counts = {role: value for role, value in values.items() if role in COUNTS}
    return counts, {role: value for role, value in values.items() if role in TEXTS}


def _word(text: str, words: Mapping[str, str], code: str) -> _Meaning:
    return _Meaning(words[text]) if text in words else _fault(code, value=text, allowed=", ".join(words))
