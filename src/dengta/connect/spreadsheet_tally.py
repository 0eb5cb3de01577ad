"""What became of every row: counted, summed, and listed where it is not simply a fact."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dengta.connect.spreadsheet_rows import Report
from dengta.core.reason import Reason
from dengta.core.time import MINUTE, Micros

Result = Literal["repaired", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that is not simply a fact, and why. A rejected row has an entry for each reason."""

    row: int
    result: Result
    reason: Reason


@dataclass(slots=True)
class Sums:
    """What rows add up to: microseconds by activity, pieces by role."""

    length: dict[str, Micros] = field(default_factory=lambda: defaultdict(int))
    pieces: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, report: Report) -> None:
        """Add one report."""
        self.length[report.activity] += report.length
        for role, count in report.counts.items():
            self.pieces[role] += count or 0

    def as_dict(self) -> dict[str, float | int]:
        """``run_min``, ``setup_min``, ``breakdown_min`` and pieces; minutes are whole numbers where they are whole."""
        minutes = {f"{a}_min": _minutes(self.length[a]) for a in ("run", "setup", "breakdown")}
        return {**minutes, **self.pieces}


def _minutes(length: Micros) -> float | int:
    return length // MINUTE if length % MINUTE == 0 else length / MINUTE


class Tally:
    """Counts rows while they are read: total = accepted + repaired + duplicate + rejected."""

    def __init__(self) -> None:
        self.total = self.accepted = self.repaired = self.duplicate = self.rejected = 0
        self.events = 0
        self.listed: list[Listed] = []
        self.notes: dict[str, tuple[int, Reason]] = {}
        self.sums = {"accepted": Sums(), "repaired": Sums(), "duplicate": Sums()}
        self.first: Micros | None = None
        self.last: Micros | None = None
        self._spans: dict[str, tuple[array[int], array[int], array[int]]] = {}

    def reject(self, row: int, reasons: list[Reason]) -> None:
        """Row `row` is not understood."""
        self.total += 1
        self.rejected += 1
        self.listed += [Listed(row, "rejected", reason) for reason in reasons]

    def repeat(self, report: Report, first: int) -> None:
        """The report says in every column that is read what row `first` said: one fact, told twice."""
        self.total += 1
        self.duplicate += 1
        self.sums["duplicate"].add(report)
        reason = Reason("import.repeated", (f"row {report.row}",), {"first": first})
        self.listed.append(Listed(report.row, "duplicate", reason))

    def keep(self, report: Report) -> None:
        """The report becomes events."""
        self.total += 1
        if report.repairs:
            self.repaired += 1
            self.listed += [Listed(report.row, "repaired", reason) for reason in report.repairs]
        else:
            self.accepted += 1
        self.sums["repaired" if report.repairs else "accepted"].add(report)
        for note in report.notes:
            self._note(note)
        if report.activity == "run" and report.counts.get("good") == 0 and not any(report.counts.values()):
            self._note(Reason("import.note_zero_pieces", (f"row {report.row}",)))
        self.first = report.start if self.first is None else min(self.first, report.start)
        self.last = report.end if self.last is None else max(self.last, report.end)
        if report.length:
            spans = self._spans.setdefault(report.machine, (array("q"), array("q"), array("q")))
            for column, value in zip(spans, (report.start, report.end, report.row), strict=True):
                column.append(value)

    def close(self) -> None:
        """All rows are read: find the overlaps."""
        for machine, spans in sorted(self._spans.items()):
            start, end, row = (np.frombuffer(column, np.int64) for column in spans)
            order = np.lexsort((row, start))
            latest = np.maximum.accumulate(end[order])
            over = np.flatnonzero(start[order][1:] < latest[:-1]) + 1
            if len(over):
                reason = Reason("import.note_overlap", (f"row {row[order[over[0]]]}",), {"machine": machine})
                self._note(reason, len(over))
        self._spans.clear()

    def _note(self, note: Reason, rows: int = 1) -> None:
        before, first = self.notes.get(note.code, (0, note))
        self.notes[note.code] = (before + rows, first)
