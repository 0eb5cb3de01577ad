"""From one row of cells to one operation report, or to every reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.core.event_check import LONGEST_TEXT
from dengta.core.reason import Param, Reason, Refusal
from dengta.core.time import EARLIEST, LATEST, MINUTE, Micros, from_datetime, to_datetime

COUNTS = frozenset({"good", "scrap", "withheld", "rework"})
TEXTS = frozenset({"order", "operation", "person", "reason", "item"})
REMEMBERED = 1 << 16
"""Cells remembered with what they mean: most of a report file is the same words again."""


class Report(NamedTuple):
    """One row as it was understood. Times in microseconds UTC, `length` in microseconds, counts in pieces or None.

    repairs: what a stated rule changed. notes: what is strange and was kept.
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

    def fingerprint(self) -> bytes:
        """Sixteen bytes for all that its events will say: two rows with the same one say the same."""
        counts = [self.counts.get(role) or 0 for role in ("good", "scrap", "withheld", "rework")]
        words = [self.texts.get(role, "") for role in ("order", "operation", "person", "reason")]
        item = self.texts.get("item", "") if any(counts) else ""  # only pieces carry it
        said = repr((self.machine, self.activity, self.start, self.end, self.length, counts, words, item))
        return blake2b(said.encode(), digest_size=16).digest()


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
    """Reads the rows of one file. `heading` is its first row; `known` the machines of the plant book."""

    def __init__(self, mapping: ReportMapping, heading: Sequence[str], known: frozenset[str]) -> None:
        self._mapping, self._known = mapping, known
        headings = [h.strip() for h in heading]
        self._width = len(headings)
        self._roles = [(role, name, headings.index(name)) for role, name in mapping.columns.items()]
        self._meaning = lru_cache(REMEMBERED)(self._meaning_of)

    def read(self, row: int, cells: Sequence[str]) -> Report | list[Reason]:
        """The report of `cells`, or every reason why there is none. Reasons have place (row, heading)."""
        place = f"row {row}"
        if len(cells) != self._width:
            return [Reason("import.row_width", (place,), {"cells": len(cells), "headings": self._width})]
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
        return faults or self._report(row, values, repairs, notes)

    def _report(
        self, row: int, values: dict[str, Any], repairs: list[Reason], notes: list[Reason]
    ) -> Report | list[Reason]:
        place, columns, end = f"row {row}", self._mapping.columns, values["end"]
        if self._mapping.style == "start+end":
            start, length = values["start"], end - values["start"]
            if length < 0:
                return [Reason("import.ends_before_start", (place, columns["end"]))]
        else:
            length = values["minutes"]
            start = end - length
            if start < EARLIEST:
                return [Reason("import.minutes_too_many", (place, columns["minutes"]))]
        if length == 0:
            notes.append(Reason("import.note_zero_minutes", (place,)))
        counts = {role: value for role, value in values.items() if role in COUNTS}
        texts = {role: value for role, value in values.items() if role in TEXTS}
        return Report(
            row, values["machine"], values["activity"], start, end, length, counts, texts, repairs, notes
        )  # fmt: skip

    def _meaning_of(self, role: str, cell: str) -> _Meaning:
        text, repair = cell.strip(), None
        if not text.isprintable():
            if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
                return _fault("cell_encoding", encoding=self._mapping.encoding)
            clean = "".join(" " if ord(c) < 32 or c == "\x7f" else c for c in text)
            if clean != text:
                text, repair = clean, _Finding("repaired_text", {})
        if len(text) > LONGEST_TEXT:
            return _fault("cell_too_long", length=len(text), longest=LONGEST_TEXT)
        if role in COUNTS:
            meaning = _pieces(text)
        elif role in TEXTS:
            meaning = _Meaning(self._text(role, text))
        elif not text:
            return _fault("cell_empty")
        else:
            meaning = {"machine": self._machine, "activity": self._activity, "minutes": _length}.get(
                role, self._instant
            )(text)
        return meaning if repair is None else meaning._replace(repair=repair)

    def _text(self, role: str, text: str) -> str:
        if role == "person" and text in self._mapping.nobody:
            return ""
        return self._mapping.reasons.get(text, text) if role == "reason" else text

    def _machine(self, text: str) -> _Meaning:
        machine = self._mapping.machines.get(text, text)
        return _Meaning(machine) if machine in self._known else _fault("machine_unknown", value=text)

    def _activity(self, text: str) -> _Meaning:
        words = self._mapping.activity
        return (
            _Meaning(words[text]) if text in words else _fault("activity_unknown", value=text, allowed=", ".join(words))
        )

    def _instant(self, text: str) -> _Meaning:
        """The instant of a wall-clock text; one that passed twice is its first passage, with a note."""
        zone, form = self._mapping.zone, self._mapping.time_format
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows below
            aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            instant = from_datetime(aware)
        except (ValueError, OverflowError, Refusal):
            return _fault("time_unreadable", value=text, format=form)
        if not EARLIEST <= instant <= LATEST:
            return _fault("time_out_of_range", value=text)
        if moment.tzinfo:
            return _Meaning(instant)
        if to_datetime(instant, zone).replace(tzinfo=None) != moment:
            return _fault("time_skipped", value=text, zone=str(zone))
        twice = from_datetime(aware.replace(fold=1)) != instant
        return _Meaning(instant, note=_Finding("note_time_twice", {}) if twice else None)


def _pieces(text: str) -> _Meaning:
    if not text:
        return _Meaning(None, note=_Finding("note_count_unknown", {}))
    number = _number(text)
    if number is None:
        return _fault("cell_number", value=text)
    if number != number.to_integral_value() or number < 0:
        return _fault("cell_pieces", value=text)
    return _Meaning(int(number))


def _length(text: str) -> _Meaning:
    number = _number(text)
    if number is None:
        return _fault("cell_number", value=text)
    if number < 0:
        return _fault("minutes_negative", value=text)
    exact = number * MINUTE
    length = round(exact)
    return _Meaning(length, repair=None if length == exact else _Finding("repaired_minutes", {"value": text}))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= 10**15 else None
