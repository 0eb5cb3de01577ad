"""The figures of one machine, by the one fold that makes every figure: the time of a shift, the pieces of each hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext

from dengta.apps.production.current import PIECES
from dengta.core.intervals import Interval
from dengta.core.time import DAY, MINUTE, Micros, instant, local_day, to_datetime, to_iso
from dengta.engines import kpi
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.web.floor.words import ELEMENTS, language

DAYS = (7, 30)
_BEFORE = 4 * DAY
"""The state at the start of a window was told before it: so far back it is looked for."""


@dataclass(frozen=True, slots=True)
class ElementRow:
    """A time element of the shift: minutes, and share of the shift so far."""

    code: str
    word: str
    minutes: str
    share: str


@dataclass(frozen=True, slots=True)
class ShiftTable:
    """The shift now (or the last one), its time, its pieces, and the command that computes the same again."""

    name: str
    day: str
    hours: str
    running: bool
    rows: Sequence[ElementRow]
    total: str
    pieces: Sequence[tuple[str, str]]
    command: str


@dataclass(frozen=True, slots=True)
class PiecesByHour:
    """Pieces of each hour of the last days: `days` (date, by hour, sum) for the table, `chart` for the drawing."""

    machine: str
    asked: int
    days: Sequence[tuple[str, Sequence[int | None], int]]
    chart: dict[str, Any]
    total: str


def shift_table(reader: LogReader, book: PlantBook, machine: str, at: Micros) -> ShiftTable | None:
    """The shift in which `at` lies, else the last one of three days; None when there was none.

    A machine whose calendar has no shifts at all is shown by the local day.
    """
    whole, name, day = _shift(book, machine, at) or (None, "", "")
    if whole is None:
        return None
    window = Interval(whole.start, min(whole.end, at))
    batch = reader.read(window.start - _BEFORE, window.end + 1, subjects=[machine], types=kpi.FOLDED)
    (figure,) = kpi.compute(batch, kpi.setting_of(book, [machine], window))
    part = figure.whole
    start, end = (to_datetime(edge, book.zone) for edge in (whole.start, whole.end))
    return ShiftTable(
        name=name,
        day=day,
        hours=f"{start:%H:%M}–{end:%H:%M}",
        running=whole.end > at,
        rows=_reported(part, window.length) if _only_reports(part) else _told(figure, window.length),
        total=_minutes(window.length),
        pieces=_made(part, counted=any(c.code == PIECES for c in book.machines[machine].counters)),
        command=f"dengta kpi --by machine --site {book.site} "
        f"--from {to_iso(window.start, book.zone)} --to {to_iso(window.end, book.zone)}",
    )


def _shift(book: PlantBook, machine: str, at: Micros) -> tuple[Interval, str, str] | None:
    """Interval, name and business date of the shift to show."""
    shifts = book.calendar(machine).all_shifts()
    if not shifts:
        today = local_day(at - 1, book.zone)
        day = Interval(instant(today, 0, book.zone), instant(today + timedelta(days=1), 0, book.zone))
        return day, gettext("the day, as no shifts are planned"), today.isoformat()
    worked = book.resolver(machine).occurrences(Interval(at - 3 * DAY, at))
    if not worked:
        return None
    last = worked[-1]
    return last.interval, shifts[last.shift].name[language()], last.business_date.isoformat()


def _only_reports(part: kpi.Part) -> bool:
    """Whether reports are all that is known of the machine: what is not unknown is their union."""
    union = (kpi.Column.MACHINE_RUN, kpi.Column.MACHINE_SETUP, kpi.Column.MACHINE_BREAKDOWN)
    known = (kpi.Column.APT, kpi.Column.ASUT, kpi.Column.ADET)
    others = (kpi.Column.ADOT, kpi.Column.PMT, kpi.Column.REST)
    told = [part.of[c] for c in known]
    return any(told) and told == [part.of[c] for c in union] and not any(part.of[c] for c in others)


def _told(figure: kpi.Figure, passed: Micros) -> list[ElementRow]:
    return [
        _row(element.value, str(ELEMENTS[element.value]), length, passed) for element, length in figure.elements.items()
    ]


def _reported(part: kpi.Part, passed: Micros) -> list[ElementRow]:
    """The time of a machine that only reports operations: its union of reports, and what nobody reported."""
    run, setup, breakdown = (
        part.of[column] for column in (kpi.Column.MACHINE_RUN, kpi.Column.MACHINE_SETUP, kpi.Column.MACHINE_BREAKDOWN)
    )
    return [
        _row("", gettext("production, as reported"), run, passed),
        _row("", gettext("setup, as reported"), setup, passed),
        _row("", gettext("breakdown, as reported"), breakdown, passed),
        _row("", gettext("nothing reported"), passed - run - setup - breakdown, passed),
    ]


def _row(code: str, word: str, length: Micros, passed: Micros) -> ElementRow:
    return ElementRow(code, word, _minutes(length), f"{100 * length / passed:.1f} %")


def _made(part: kpi.Part, *, counted: bool) -> list[tuple[str, str]]:
    shown = [
        (kpi.Column.GOOD, gettext("good")),
        (kpi.Column.SCRAP, gettext("scrap")),
        (kpi.Column.REWORK, gettext("rework")),
    ]
    if counted:
        shown.insert(0, (kpi.Column.COUNTED, gettext("counted by the machine")))
    return [(label, f"{part.of[column]:,}") for column, label in shown]


def _minutes(length: Micros) -> str:
    return f"{length / MINUTE:,.1f}"


def pieces_by_hour(reader: LogReader, book: PlantBook, machine: str, at: Micros, days: int) -> PiecesByHour:
    """Pieces by the hour of the plant's wall clock, today and the `days` - 1 before; hours to come are None."""
    today = local_day(at, book.zone)
    dates = [today - timedelta(days=back) for back in range(days)]
    starts = {instant(date, hour * 60, book.zone) for date in dates for hour in range(24)}
    edges = sorted(starts | {instant(today + timedelta(days=1), 0, book.zone)})
    setting = kpi.setting_of(book, [machine], Interval(edges[0], edges[-1]), edges)
    batch = reader.read(edges[0] - DAY, at, subjects=[machine], types=kpi.FOLDED)
    rows = kpi.fold(setting, kpi.apply(batch), at)
    counted = any(c.code == PIECES for c in book.machines[machine].counters)
    columns = [kpi.Column.COUNTED] if counted else [kpi.Column.GOOD, kpi.Column.SCRAP]
    hour = np.searchsorted(edges, setting.cells[0].start[rows.keys[:, 1]], "right") - 1
    made = np.zeros(len(edges) - 1, np.int64)
    np.add.at(made, hour, rows.values[:, columns].sum(axis=1))
    by_date: dict[str, list[int | None]] = {date.isoformat(): [None] * 24 for date in dates}
    hours = [(to_datetime(edge, book.zone), n) for edge, n in zip(edges[:-1], made.tolist(), strict=True) if edge <= at]
    for there, n in hours:
        row = by_date[there.date().isoformat()]
        row[there.hour] = (row[there.hour] or 0) + n  # the hour that the autumn change repeats holds both
    return PiecesByHour(
        machine,
        days,
        [(date, row, sum(n or 0 for n in row)) for date, row in by_date.items()],
        {
            "at": [f"{there:%m-%d %H:%M}" for there, _ in hours],
            "pieces": [n for _, n in hours],
            "label": gettext("pieces an hour"),
        },
        f"{int(made.sum()):,}",
    )
