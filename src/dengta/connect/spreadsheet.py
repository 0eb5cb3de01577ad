"""Operation reports from a spreadsheet export: every row becomes events, or is listed with its reason.

One kind of file of one site is one stream; its events are numbered as they come in. What the log holds is compared as
reports: the same file again, the file grown, next month's file that overlaps it, or rows that could not be read before
add only what is new. A report that the log holds and the file, in its own time, tells otherwise or not at all is a
contradiction: nothing recorded is edited, so the file is refused and the row named.

A file is read twice, a row at a time: once to judge all of it against itself and the log, once to send it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from dengta.connect.sink import Sink
from dengta.connect.spreadsheet_held import EPOCH, Held
from dengta.connect.spreadsheet_mapping import WITHHELD, ReportMapping, read_mapping
from dengta.connect.spreadsheet_rows import Report, RowReader
from dengta.connect.spreadsheet_tally import Listed, Tally
from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import EARLIEST, LATEST, Micros
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.log import LogReader

__all__ = ["Listed", "Survey", "Tally", "read_mapping", "send", "survey"]

REPORTS_A_BATCH = 2_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """A file that was read and judged: the account of its rows, and what the log held of it."""

    tally: Tally
    held: Held


def survey(file: Path, mapping: ReportMapping, known: frozenset[str], log: LogReader) -> Survey:
    """Read all of `file` without keeping anything. `known`: machine ids of the plant book.

    Raises Refusal when the file cannot be read as `mapping` says, and when it contradicts what was imported.
    """
    tally, held = Tally(), Held.of(log, stream_id(mapping.site, mapping.producer))
    seen: set[bytes] = set()
    new: dict[tuple[str, str, Micros], int] = {}
    ends: list[Micros] = [LATEST, EARLIEST]
    for report, fingerprint in _reports(file, mapping, known, tally):
        tally.events += events_of(report)
        if not held.reports:
            continue
        ends = [min(ends[0], report.end), max(ends[1], report.end)]
        if fingerprint in held.reports:
            seen.add(fingerprint)
        else:
            new.setdefault((report.machine, report.texts.get("order", ""), report.end), report.row)
    refuse_if(reason.at(file.name) for reason in held.contradictions(seen, new, *ends))
    tally.close()
    return Survey(tally, held)


def send(
    file: Path,
    mapping: ReportMapping,
    known: frozenset[str],
    judged: Survey,
    log: LogReader,
    sink: Sink,
    progress: Progress,
) -> int:
    """Send what the log does not hold of `file`; durable when this returns. Returns how many events that were.

    `progress` gets rows done. Raises Refusal when somebody else imported into the stream meanwhile: what was sent is
    kept, the rest comes with the next import.
    """
    tally, held = Tally(), judged.held
    reports = _reports(file, mapping, known, tally)
    fresh = ((report, fingerprint) for report, fingerprint in reports if fingerprint not in held.reports)
    seq, doubtful = held.next_seq, []
    if any(mark.epoch == EPOCH and mark.next > seq for mark in sink.marks(held.stream)):
        raise Refusal(Reason("import.at_once", (file.name,)))
    while some := list(islice(fresh, REPORTS_A_BATCH)):
        batch = _batch([report for report, _ in some], held.stream, seq)
        if sink.append(batch).accepted != len(batch):  # sent again by ourselves, or the numbers were taken
            doubtful += some
        seq += len(batch)
        progress(tally.total)
    if doubtful:
        there = Held.of(log, held.stream).reports
        if any(fingerprint not in there for _, fingerprint in doubtful):
            raise Refusal(Reason("import.at_once", (file.name,)))
    return seq - held.next_seq


def _reports(file: Path, mapping: ReportMapping, known: frozenset[str], tally: Tally) -> Iterator[tuple[Report, bytes]]:
    """The reports that count with their fingerprints, in file order; `tally` takes note of every row."""
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
            fingerprint = report.fingerprint()
            first = seen.setdefault(fingerprint, row)
            if first != row:
                tally.repeat(report, first)
                continue
            tally.keep(report)
            yield report, fingerprint


def _records(rows: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number as a spreadsheet counts them, from 1."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as fault:
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


_PIECES = (
    ("good", EventType.GOOD, ""),
    ("scrap", EventType.SCRAP, ""),
    ("withheld", EventType.SCRAP, WITHHELD),
    ("rework", EventType.REWORK, ""),
)


def events_of(report: Report) -> int:
    """How many events a report becomes: its start, its end, and each count above zero."""
    return 2 + sum(1 for role, _, _ in _PIECES if report.counts.get(role))


def _batch(reports: list[Report], stream: int, seq: int) -> EventBatch:
    """The events of `reports`, numbered from `seq`."""
    codes: dict[str, int] = {"": 0}
    made: list[tuple[int, ...]] = []

    def text(word: str) -> int:
        return codes.setdefault(word, len(codes))

    for report in reports:
        words = report.texts
        flags = int(Flag.HISTORICAL | (Flag.REPAIRED if report.repairs else Flag.NONE))
        context = (*(text(words.get(name, "")) for name in ("order", "operation", "person")), flags)
        common = (text(report.machine), *context)
        activity, why = text(report.activity), text(words.get("reason", ""))
        made.append((report.start, EventType.OPERATION_START, activity, why, 0, *common))
        made.append((report.end, EventType.OPERATION_END, activity, why, report.length, *common))
        for role, kind, reason in _PIECES:
            if pieces := report.counts.get(role):
                made.append((report.end, kind, text(words.get("item", "")), text(reason), pieces, *common))
    names = ("ts", "type", "code", "reason", "value", "subject", "order", "operation", "person", "flags")
    columns = dict(zip(names, np.array(made, np.int64).T, strict=True))
    number = np.arange(seq, seq + len(made))
    fixed = {"stream": stream, "epoch": EPOCH, "clock": int(ClockSource.RECORD)}
    return EventBatch.from_columns(len(made), list(codes), seq=number, **fixed, **columns)
