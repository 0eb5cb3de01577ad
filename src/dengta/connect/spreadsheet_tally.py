"""What became of every row: counted, summed, and listed where it is not simply a fact."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from dengta.connect.spreadsheet_rows import Report
from dengta.core.reason import Reason
from dengta.core.time import Micros, in_minutes

Result = Literal["repaired", "duplicate", "rejected"]
_RESULTS: tuple[Result, ...] = ("repaired", "duplicate", "rejected")


class Listed(NamedTuple):
    """A row that is not simply a fact, and why. A rejected row has an entry for each reason."""

    row: int
    result: Result
    reason: Reason


class Listing:
    """The listed rows in their order, a few bytes each: a file may be all sins."""

    def __init__(self) -> None:
        self._row, self._result, self._reason, self._first = array("q"), array("b"), array("l"), array("q")
        self._reasons: list[Reason] = []
        self._number: dict[tuple[object, ...], int] = {}

    def add(self, row: int, result: Result, reason: Reason) -> None:
        """List `row`. What many rows share of a reason is kept once."""
        shared: tuple[object, ...] = (reason.code, reason.place[1:], tuple(reason.params.items()))
        first = 0
        if reason.code == "import.repeated":
            first, shared = int(str(reason.params["first"])), (reason.code,)
        number = self._number.setdefault(shared, len(self._reasons))
        if number == len(self._reasons):
            self._reasons.append(Reason(reason.code, reason.place[1:], reason.params))
        for column, value in zip(
            (self._row, self._result, self._reason, self._first),
            (row, _RESULTS.index(result), number, first),
            strict=True,
        ):
            column.append(value)

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[Listed]:
        for at in np.argsort(np.array(self._row), kind="stable").tolist():
            row, result, number, first = self._row[at], self._result[at], self._reason[at], self._first[at]
            shared = self._reasons[number]
            params = {"first": first} if first else shared.params
            yield Listed(row, _RESULTS[result], Reason(shared.code, (f"row {row}", *shared.place), params))


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
        minutes = {f"{a}_min": in_minutes(self.length[a]) for a in ("run", "setup", "breakdown")}
        return {**minutes, **self.pieces}


class Tally:
    """Counts rows while they are read: total = accepted + repaired + duplicate + rejected, and accepted + repaired =
    facts + twins."""

    def __init__(self) -> None:
        self.total = self.accepted = self.repaired = self.duplicate = self.rejected = 0
        self.facts = self.twins = self.unmatched = 0
        self.events = 0
        self.listed = Listing()
        self.notes: dict[str, tuple[int, Reason]] = {}
        self.sums = {"accepted": Sums(), "repaired": Sums(), "duplicate": Sums()}
        self.first: Micros | None = None
        self.last: Micros | None = None
        self._spans: dict[str, tuple[array[int], array[int], array[int]]] = {}

    def reject(self, row: int, reasons: list[Reason]) -> None:
        """Row `row` is not understood."""
        self.total += 1
        self.rejected += 1
        for reason in reasons:
            self.listed.add(row, "rejected", reason)

    def repeat(self, report: Report, first: int) -> None:
        """The report says in every column that is read what row `first` said: one fact, told twice."""
        self.total += 1
        self.duplicate += 1
        self.sums["duplicate"].add(report)
        self.listed.add(report.row, "duplicate", Reason("import.repeated", (f"row {report.row}",), {"first": first}))

    def leave(self, report: Report) -> None:
        """A second source's row without a twin, which cannot be a fact by itself."""
        self.unmatched += 1
        self.reject(report.row, [Reason("import.unmatched", (f"row {report.row}",))])

    def keep(self, report: Report, events: int, *, twin: bool) -> None:
        """The report becomes `events` events: a fact, or the `twin` of one."""
        self.total += 1
        self.events += events
        self.twins += twin
        self.facts += not twin
        if report.repairs:
            self.repaired += 1
            for repair in report.repairs:
                self.listed.add(report.row, "repaired", repair)
        else:
            self.accepted += 1
        self.sums["repaired" if report.repairs else "accepted"].add(report)
        for note in report.notes:
            self.note(note)
        if report.activity == "run" and report.counts.get("good") == 0 and not any(report.counts.values()):
            self.note(Reason("import.note_zero_pieces", (f"row {report.row}",)))
        self.first = report.start if self.first is None else min(self.first, report.start)
        self.last = report.end if self.last is None else max(self.last, report.end)
        if report.length and report.machine:
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
                self.note(reason, len(over))
        self._spans.clear()

    def note(self, note: Reason, rows: int = 1) -> None:
        """Something strange that was kept, in `rows` rows of which `note` names the first."""
        before, first = self.notes.get(note.code, (0, note))
        self.notes[note.code] = (before + rows, first)
