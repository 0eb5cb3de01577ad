"""Operation reports from a spreadsheet export: every row becomes events, or is listed with its reason.

The stream is one kind of file of one site; `seq` counts the events of the accepted rows in the order of the file. So
the same file, or the same file grown, sends the same keys, and what the log already holds changes nothing. A row that
says otherwise than when it was imported would be a new fact under an old key: the file is refused and the row named.

A file is read twice, a row at a time: once to judge all of it against itself and the log, once to send it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dengta.connect.sink import Sink
from dengta.connect.spreadsheet_mapping import WITHHELD, ReportMapping, read_mapping
from dengta.connect.spreadsheet_rows import Report, RowReader
from dengta.connect.spreadsheet_tally import Listed, Tally
from dengta.core.batch import EventBatch
from dengta.core.canonical import lines
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.log import LogReader, Mark

__all__ = ["Listed", "Tally", "read_mapping", "send", "survey"]

EPOCH = 1
REPORTS_A_BATCH = 2_000
MOST_CHANGED = 20
"""Changed rows that are named one by one."""
IMPORTED = (
    EventType.OPERATION_START,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
)
Progress = Callable[[int], None]


def survey(file: Path, mapping: ReportMapping, known: frozenset[str], log: LogReader) -> Tally:
    """Read all of `file` without keeping anything. `known`: machine ids of the plant book.

    Raises Refusal when the file cannot be read as `mapping` says, and when rows changed since they were imported.
    """
    tally = Tally()
    held = _held(log, mapping)
    changed: list[Reason] = []
    for chunk in _chunks(file, mapping, known, tally):
        changed += chunk.differing(held)
    if changed:
        rest = len(changed) - MOST_CHANGED
        more = [Reason("import.changed_more", (file.name,), {"rows": rest})] if rest > 0 else []
        raise Refusal([r.at(file.name) for r in changed[:MOST_CHANGED]] + more)
    tally.close()
    return tally


def send(file: Path, mapping: ReportMapping, known: frozenset[str], sink: Sink, progress: Progress) -> Mark:
    """Send the events of `file`, which `survey` has judged; durable when this returns. `progress` gets rows done."""
    total = Mark(0, 0, 0)
    tally = Tally()
    for chunk in _chunks(file, mapping, known, tally):
        mark = sink.append(chunk.batch)
        total = Mark(total.accepted + mark.accepted, total.duplicates + mark.duplicates, mark.segment)
        progress(tally.total)
    return total


def _reports(file: Path, mapping: ReportMapping, known: frozenset[str], tally: Tally) -> Iterator[Report]:
    """The reports that count, in file order; `tally` takes note of every row."""
    with file.open(encoding=mapping.encoding, errors="surrogateescape", newline="") as text:
        rows = _records(csv.reader(text, delimiter=mapping.delimiter, strict=True), file.name)
        _, heading = next(rows, (1, []))
        _judge_heading(file.name, heading, mapping)
        reader = RowReader(mapping, heading, known)
        seen: dict[bytes, int] = {}
        for row, cells in rows:
            if not cells:
                continue
            report = reader.read(row, cells)
            if isinstance(report, list):
                tally.reject(row, report)
                continue
            first = seen.setdefault(reader.fingerprint(cells), row)
            if first != row:
                tally.repeat(report, first)
                continue
            tally.keep(report)
            yield report


def _records(rows: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number as a spreadsheet counts them, from 1."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as fault:
            raise Refusal(Reason("import.not_csv", (name, f"row {number}"), {"fault": str(fault)})) from None
        yield number, cells


def _judge_heading(name: str, heading: list[str], mapping: ReportMapping) -> None:
    headings = [h.strip() for h in heading]
    if not any(headings):
        raise Refusal(Reason("import.file_empty", (name,)))
    wanted = mapping.columns.items()
    found = ", ".join(headings)[:200]
    place = (name, "row 1")
    refuse_if(
        [
            *(
                Reason("import.column_absent", place, {"role": role, "column": column, "found": found})
                for role, column in wanted
                if column not in headings
            ),
            *(
                Reason("import.column_twice", place, {"column": column})
                for _, column in wanted
                if headings.count(column) > 1
            ),
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Events of some reports, and the row of the file each comes from."""

    batch: EventBatch
    rows: NDArray[np.int64]

    def differing(self, held: EventBatch) -> list[Reason]:
        """A reason for each row that says otherwise than the log. `held` is sorted by seq."""
        if not len(held) or not len(self.batch):
            return []
        first = int(self.batch["seq"][0])
        low, high = np.searchsorted(held["seq"], [first, first + len(self.batch)])
        theirs = held.take(slice(int(low), int(high)))
        at = theirs["seq"] - first
        ours = _said(self.batch.take(at))
        differs = np.array(ours, object) != np.array(_said(theirs), object)
        place_of: dict[int, int] = {}
        for i in np.flatnonzero(differs):
            place_of.setdefault(int(self.rows[at[i]]), int(at[i]) + first)
        stream = int(self.batch["stream"][0])
        return [
            Reason("import.row_changed", (f"row {row}",), {"key": f"{stream}/{EPOCH}/{seq}"})
            for row, seq in place_of.items()
        ]


def _said(batch: EventBatch) -> list[str]:
    """What events say, without what the log adds on receipt."""
    flags = batch["flags"] & ~np.uint16(Flag.CLOCK_AHEAD)
    said: list[str] = lines(batch.replace(recv=0, flags=flags)).to_pylist()
    return said


def _held(log: LogReader, mapping: ReportMapping) -> EventBatch:
    """What the log holds of the file's stream, by seq."""
    stream = stream_id(mapping.site, mapping.producer)
    if not log.marks(stream):
        return EventBatch.empty()
    all_of_it = log.read(types=[int(t) for t in IMPORTED])
    own = all_of_it.take((all_of_it["stream"] == stream) & (all_of_it["epoch"] == EPOCH))
    return own.take(np.argsort(own["seq"], kind="stable"))


def _chunks(file: Path, mapping: ReportMapping, known: frozenset[str], tally: Tally) -> Iterator[_Chunk]:
    reports = _reports(file, mapping, known, tally)
    stream, seq = stream_id(mapping.site, mapping.producer), 0
    while some := list(islice(reports, REPORTS_A_BATCH)):
        chunk = _chunk(some, stream, seq)
        seq += len(chunk.batch)
        tally.events = seq
        yield chunk


_PIECES = (
    ("good", EventType.GOOD, ""),
    ("scrap", EventType.SCRAP, ""),
    ("withheld", EventType.SCRAP, WITHHELD),
    ("rework", EventType.REWORK, ""),
)


def _chunk(reports: list[Report], stream: int, seq: int) -> _Chunk:
    """The events of `reports`: start, end with its duration, then each count above zero."""
    codes: dict[str, int] = {"": 0}
    made: list[tuple[int, ...]] = []

    def text(word: str) -> int:
        return codes.setdefault(word, len(codes))

    for report in reports:
        words = report.texts
        context = (text(report.machine), text(words.get("order", "")), text(words.get("operation", "")))
        who = text(words.get("person", ""))
        why, activity, item = text(words.get("reason", "")), text(report.activity), text(words.get("item", ""))
        flags = int(Flag.HISTORICAL | (Flag.REPAIRED if report.repairs else Flag.NONE))
        common = (*context, who, flags, report.row)
        made.append((report.start, EventType.OPERATION_START, activity, why, 0, *common))
        made.append((report.end, EventType.OPERATION_END, activity, why, report.length, *common))
        for role, kind, reason in _PIECES:
            pieces = report.counts.get(role)
            if pieces:
                made.append((report.end, kind, item, text(reason), pieces, *common))
    names = ("ts", "type", "code", "reason", "value", "subject", "order", "operation", "person", "flags", "row")
    columns = dict(zip(names, np.array(made, np.int64).T, strict=True))
    rows = columns.pop("row")
    batch = EventBatch.from_columns(
        len(made),
        list(codes),
        stream=stream,
        epoch=EPOCH,
        seq=np.arange(seq, seq + len(made)),
        clock=int(ClockSource.RECORD),
        **columns,
    )
    return _Chunk(batch, rows)
