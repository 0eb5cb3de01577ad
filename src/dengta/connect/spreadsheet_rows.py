"""From one row of cells to one operation report, or to every reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b

from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.core.event_check import LONGEST_TEXT
from dengta.core.reason import Param, Reason, Refusal
from dengta.core.time import EARLIEST, LATEST, MINUTE, Micros, from_datetime, to_datetime

COUNTS = ("good", "scrap", "withheld", "rework")
TEXTS = ("order", "operation", "person", "reason", "item")
_UNCLEAN = re.compile(r"[\x00-\x1f\x7f]+")
_ESCAPED = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class Report:
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
    repairs: list[Reason] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)


class RowFault(Exception):
    """A cell that cannot be understood."""

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code, self.params = f"import.{code}", params


class RowReader:
    """Reads the rows of one file. `heading` is its first row; `known` the machines of the plant book."""

    def __init__(self, mapping: ReportMapping, heading: Sequence[str], known: frozenset[str]) -> None:
        self._mapping, self._known = mapping, known
        self.width = len(heading)
        headings = [h.strip() for h in heading]
        self._at = {role: headings.index(name) for role, name in mapping.columns.items()}
        self._instant = lru_cache(65_536)(self._instant_of)

    def fingerprint(self, cells: Sequence[str]) -> bytes:
        """Sixteen bytes for all the mapping looks at: two rows that agree in them say the same."""
        said = "\0".join([cells[i].strip() for i in self._at.values()])
        return blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16).digest()

    def read(self, row: int, cells: Sequence[str]) -> Report | list[Reason]:
        """The report of `cells`, or every reason why there is none. Reasons have place (row, heading)."""
        faults: list[Reason] = []
        if len(cells) != self.width:
            return [Reason("import.row_width", (f"row {row}",), {"cells": len(cells), "headings": self.width})]
        report = Report(row, "", "", 0, 0, 0, {}, {})
        counts: dict[str, int | None] = {}
        texts: dict[str, str] = {}
        for role, name in self._mapping.columns.items():
            try:
                text = self._clean(cells[self._at[role]], role, name, report)
                if role in COUNTS:
                    counts[role] = self._pieces(text, name, report)
                elif role in TEXTS:
                    texts[role] = self._text(text, role)
                else:
                    self._main(role, text, name, report)
            except RowFault as fault:
                faults.append(Reason(fault.code, (f"row {row}", name), fault.params))
        if not faults:
            faults += self._agree(report)
        report.counts, report.texts = counts, texts
        return faults or report

    def _clean(self, cell: str, role: str, name: str, report: Report) -> str:
        text = cell.strip()
        if _ESCAPED.search(text):
            raise RowFault("cell_encoding", encoding=self._mapping.encoding)
        if _UNCLEAN.search(text):
            text = _UNCLEAN.sub(" ", text)
            report.repairs.append(Reason("import.repaired_text", (f"row {report.row}", name)))
        if len(text) > LONGEST_TEXT:
            raise RowFault("cell_too_long", length=len(text), longest=LONGEST_TEXT)
        if not text and role not in COUNTS and role not in TEXTS:
            raise RowFault("cell_empty")
        return text

    def _text(self, text: str, role: str) -> str:
        if role == "person" and text in self._mapping.nobody:
            return ""
        return self._mapping.reasons.get(text, text) if role == "reason" else text

    def _pieces(self, text: str, name: str, report: Report) -> int | None:
        if not text:
            report.notes.append(Reason("import.note_count_unknown", (f"row {report.row}", name)))
            return None
        number = _number(text)
        if number != number.to_integral_value() or number < 0 or number > 10**15:
            raise RowFault("cell_pieces", value=text)
        return int(number)

    def _main(self, role: str, text: str, name: str, report: Report) -> None:
        if role == "machine":
            report.machine = self._mapping.machines.get(text, text)
            if report.machine not in self._known:
                raise RowFault("machine_unknown", value=text)
        elif role == "activity":
            if text not in self._mapping.activity:
                raise RowFault("activity_unknown", value=text, allowed=", ".join(self._mapping.activity))
            report.activity = self._mapping.activity[text]
        elif role == "minutes":
            exact = _number(text) * MINUTE
            if exact < 0:
                raise RowFault("minutes_negative", value=text)
            report.length = round(exact)
            if report.length != exact:
                report.repairs.append(Reason("import.repaired_minutes", (f"row {report.row}", name), {"value": text}))
        else:
            instant, twice = self._instant(text)
            setattr(report, role, instant)
            if twice:
                report.notes.append(Reason("import.note_time_twice", (f"row {report.row}", name)))

    def _agree(self, report: Report) -> Iterator[Reason]:
        place, columns = f"row {report.row}", self._mapping.columns
        if self._mapping.style == "start+end":
            report.length = report.end - report.start
            if report.length < 0:
                yield Reason("import.ends_before_start", (place, columns["end"]))
        else:
            report.start = report.end - report.length
            if report.start < EARLIEST:
                yield Reason("import.minutes_too_many", (place, columns["minutes"]))
        if report.length == 0:
            report.notes.append(Reason("import.note_zero_minutes", (place,)))

    def _instant_of(self, text: str) -> tuple[Micros, bool]:
        """The instant of a wall-clock text, and whether that wall clock passed twice (then: its first passage)."""
        zone = self._mapping.zone
        try:
            moment = datetime.strptime(text, self._mapping.time_format)  # noqa: DTZ007 - the zone follows below
        except ValueError:
            raise RowFault("time_unreadable", value=text, format=self._mapping.time_format) from None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        try:
            instant = from_datetime(aware)
        except (Refusal, OverflowError):
            raise RowFault("time_unreadable", value=text, format=self._mapping.time_format) from None
        if not EARLIEST <= instant <= LATEST:
            raise RowFault("time_out_of_range", value=text)
        if moment.tzinfo:
            return instant, False
        if to_datetime(instant, zone).replace(tzinfo=None) != moment:
            raise RowFault("time_skipped", value=text, zone=str(zone))
        return instant, from_datetime(aware.replace(fold=1)) != instant


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RowFault("cell_number", value=text) from None
    if not number.is_finite() or abs(number) > 10**15:
        raise RowFault("cell_number", value=text)
    return number
