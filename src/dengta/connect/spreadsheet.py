"""Reports from a spreadsheet export: every row becomes events, or is listed with its reason.

One kind of file of one site is one stream; its events are numbered as they come in. What the log holds is compared as
reports: the same file again, the file grown, next month's file that overlaps it, or rows that could not be read before
add only what is new. A report that the log holds and the file, in its own time, tells otherwise or not at all is a
contradiction: nothing recorded is edited, so the file is refused and the row named. An operation that another stream
reports already is its twin: kept as a second source, not counted (`spreadsheet_twins`).

A file is read a chunk at a time and more than once: to look for twins where there can be some, to judge all of it
against itself and the log, to send it. Nothing is kept before all of it was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from dengta.connect.sink import Sink
from dengta.connect.spreadsheet_events import (
    EPOCH,
    Array,
    Fingerprints,
    Repeats,
    batch_of,
    events_of,
    fingerprints,
)
from dengta.connect.spreadsheet_held import NEVER, Held
from dengta.connect.spreadsheet_mapping import ReportMapping, read_mapping
from dengta.connect.spreadsheet_rows import Report, RowReader
from dengta.connect.spreadsheet_table import judge_heading, open_sheet
from dengta.connect.spreadsheet_tally import Listed, Tally
from dengta.connect.spreadsheet_twins import Dictionary, Facts, Side, Twins, match, side_of, twins_of_events
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import Micros
from dengta.log import LogReader

__all__ = ["Listed", "Survey", "Tally", "read_mapping", "reports_of", "send", "survey"]

REPORTS_A_BATCH = 2_000
Progress = Callable[[int], None]
Some = tuple[list[Report], Array]
"""Reports that count, in file order, and their fingerprints."""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A file that was read and judged: the account of its rows, what the log held of it, what others say of it."""

    tally: Tally
    held: Held
    twins: Twins


def survey(
    file: Path, mapping: ReportMapping, known: frozenset[str], log: LogReader, progress: Progress | None = None
) -> Survey:
    """Read all of `file` without keeping anything. `known`: machine ids of the plant book; `progress` gets rows read.

    Raises Refusal when the file cannot be read as `mapping` says, and when it contradicts what was imported.
    """
    _judge_rules(mapping, known)
    tally, held = Tally(), Held.of(log, mapping)
    twins = _find_twins(file, mapping, known, log, held)
    ends = NEVER
    for reports, prints in reports_of(file, mapping, known, tally, held):
        numbers = held.known.find(prints)
        held.seen[numbers[numbers >= 0]] = True
        for report, number in zip(reports, numbers.tolist(), strict=True):
            ends = (min(ends[0], report.end), max(ends[1], report.end))
            twin = report.row in twins.by_row or bool(number >= 0 and held.twin[number])
            if number < 0 and not twin and mapping.twins_only:
                tally.leave(report)
            else:
                whole = twins.complete(report) if number < 0 else _completed(report, held, number)
                tally.keep(whole, events_of(whole, mapping.style), twin=twin)
        if progress:
            progress(tally.total)
    missing = held.missing(*ends)
    if len(missing):
        rows = _rows_at({held.place(n) for n in missing.tolist()}, file, mapping, known)
        refuse_if(reason.at(file.name) for reason in held.contradictions(missing, rows))
    tally.close()
    return Survey(tally, held, twins)


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
    tally, held, twins = Tally(), judged.held, judged.twins
    seq, done, doubtful = held.next_seq, 0, [np.empty(0, "S16")]
    if any(mark.epoch == EPOCH and mark.next > seq for mark in sink.marks(held.stream)):
        raise Refusal(Reason("import.at_once", (file.name,)))
    for reports, prints in reports_of(file, mapping, known, tally, held):
        fresh = [
            twins.complete(report)
            for report, number in zip(reports, held.known.find(prints).tolist(), strict=True)
            if number < 0 and (not mapping.twins_only or report.row in twins.by_row)
        ]
        if fresh:
            batch = batch_of(fresh, mapping.style, held.stream, seq, twins.named, mapping.source)
            if sink.append(batch).accepted != len(batch):  # sent again by ourselves, or the numbers were taken
                doubtful.append(_prints(fresh, mapping))
            seq += len(batch)
        done += len(reports)
        progress(done + tally.total)
    unsure = np.concatenate(doubtful)
    if len(unsure) and (Held.of(log, mapping).known.find(unsure) < 0).any():
        raise Refusal(Reason("import.at_once", (file.name,)))
    return seq - held.next_seq


def reports_of(
    file: Path, mapping: ReportMapping, known: frozenset[str], tally: Tally, held: Held | None = None
) -> Iterator[Some]:
    """The reports that count, a chunk at a time; `tally` takes note of rows that do not: rejected ones and repeats.
    `held`: what the log holds of the file; with it, telling repeats takes less memory."""
    with open_sheet(file, mapping.layout) as sheet:
        heading = sheet.heading(mapping.layout.heading_row)
        judge_heading((*sheet.place, f"row {mapping.layout.heading_row}"), heading, dict(mapping.columns))
        reader = RowReader(mapping, heading, known, sheet.epoch)
        seen = Repeats(held.known, len(held)) if held else Repeats(Fingerprints(), 0)
        while rows := list(islice(sheet.rows, REPORTS_A_BATCH)):
            reports = []
            for row, cells in rows:
                if not any(cell != "" for cell in cells):
                    _pass_over(row, cells, tally)
                    continue
                report = reader.read(row, cells)
                if isinstance(report, list):
                    tally.reject(row, report)
                else:
                    reports.append(report)
            yield _without_repeats(reports, _prints(reports, mapping), seen, tally)


def _pass_over(row: int, cells: object, tally: Tally) -> None:
    """An empty row is no report; that there are some is said."""
    if cells:
        tally.note(Reason("import.note_blank", (f"row {row}",)))


def _prints(reports: list[Report], mapping: ReportMapping) -> Array:
    batch = batch_of(reports, mapping.style, 0, 0)
    return fingerprints(batch, mapping.style, machine=mapping.says("machine"), activity=mapping.says("activity"))


def _without_repeats(reports: list[Report], prints: Array, seen: Repeats, tally: Tally) -> Some:
    rows = np.array([report.row for report in reports], np.int64)
    fresh, first = np.unique(prints, return_index=True)
    earlier = seen.find(prints)
    own = rows[first[np.searchsorted(fresh, prints)]] if len(fresh) else rows
    told = np.where(earlier >= 0, earlier, own)
    new = told == rows
    for at in np.flatnonzero(~new).tolist():
        tally.repeat(reports[at], int(told[at]))
    seen.add(prints[new], rows[new])
    return [reports[at] for at in np.flatnonzero(new).tolist()], prints[new]


def _judge_rules(mapping: ReportMapping, known: frozenset[str]) -> None:
    """A rule may only name a machine that is there."""
    rules = mapping.rules
    refuse_if(
        Reason("import.rule_machine", ("rules", key), {"machine": machine})
        for key, machine in (("unknown_machine", rules.unknown_machine), ("missing_machine", rules.missing_machine))
        if machine not in known | {"reject"}
    )


def _completed(report: Report, held: Held, number: int) -> Report:
    """A report that is held already, with what the log knows of it."""
    return report._replace(
        machine=report.machine or held.place(number)[0], activity=report.activity or held.activity(number)
    )


def _find_twins(file: Path, mapping: ReportMapping, known: frozenset[str], log: LogReader, held: Held) -> Twins:
    """Facts of other streams that new rows say again."""
    none = Twins(Facts.none(), {}, np.empty(0, np.int64), {})
    if not mapping.tells_operations or set(log.all_marks().streams()) <= {held.stream}:
        return none
    words, sides, rows, ends = Dictionary(), [], [], NEVER
    for reports, prints in reports_of(file, mapping, known, Tally(), held):
        if reports:
            ends = (min(ends[0], *(r.end for r in reports)), max(ends[1], *(r.end for r in reports)))
        fresh = [r for r, n in zip(reports, held.known.find(prints).tolist(), strict=True) if n < 0]
        sides.append(side_of(fresh, words))
        rows += [report.row for report in fresh]
    facts = Facts.of(log, held.stream, max(ends[0] - mapping.tolerance, 0), ends[1] + mapping.tolerance)
    if not len(facts):
        return none
    free = np.array([i for i in range(len(facts)) if facts.key(i) not in held.taken], np.int64)
    mine = facts.side(words)
    theirs = Side(*(np.concatenate(column) for column in zip(*sides, strict=True)))
    left, right = match(Side(*(column[free] for column in mine)), theirs, mapping.tolerance)
    fact_of = {rows[j]: int(free[i]) for i, j in zip(left.tolist(), right.tolist(), strict=True)}
    events = dict(twins_of_events(log, facts, list(fact_of.values())))
    named = {row: events[fact] for row, fact in fact_of.items()}
    return Twins(facts, fact_of, np.setdiff1d(free, free[left]), named)


def _rows_at(
    places: set[tuple[str, str, Micros]], file: Path, mapping: ReportMapping, known: frozenset[str]
) -> dict[tuple[str, str, Micros], int]:
    """The rows of the file that stand where the log has another report."""
    wanted = places | {("", order, end) for _, order, end in places}
    found: dict[tuple[str, str, Micros], int] = {}
    for reports, _ in reports_of(file, mapping, known, Tally()):
        for report in reports:
            place = (report.machine, report.texts.get("order", ""), report.end)
            if place in wanted:
                found.setdefault(place, report.row)
    return found
