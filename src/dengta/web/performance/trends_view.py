"""Trends by business date, and the matrix of machines and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext

from dengta.apps.performance.queries import Measured, Overview
from dengta.apps.performance.site_fold import Folded
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.figures import MatrixCell, MatrixRow, MatrixView, TrendLine, TrendView, matrix_svg, trend_svg
from dengta.web.performance.addresses import machine_address
from dengta.web.performance.asking import Asked
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.recompute import Again
from dengta.web.performance.words import MEASURES, machine_name, percent, why

_WEEK = 7
_LINES = ("oee", "availability", "effectiveness", "quality_ratio")


def trends(dates: Sequence[Measured], again: Again) -> Drawn:
    """OEE and its factors by business date."""
    title = gettext("Trends")
    about = gettext("By business date: OEE and its three factors; a gap where one is undefined.")
    columns = [TableColumn(gettext("date"), Kind.DATE), *(TableColumn(str(MEASURES[n]), Kind.SHARE) for n in _LINES)]
    shares = {name: [f.value(name) for f in dates] for name in _LINES}
    rows = [(date.fromisoformat(f.key["date"]), *(shares[name][i] for name in _LINES)) for i, f in enumerate(dates)]
    table = Table(title, columns, rows)
    if sum(bool(f.figure.grade) for f in dates) < 2:
        empty = gettext("A trend takes at least two dates; choose a longer window.")
        return Drawn("trends", title, about, "", table, again.command("date"), empty=empty)
    lines = [TrendLine(str(MEASURES[name]), [None if s is None else float(s) for s in shares[name]]) for name in _LINES]
    names = ", ".join(line.name for line in lines)
    said = gettext("{measures} from {first} to {last}").format(measures=names, first=rows[0][0], last=rows[-1][0])
    drawing = trend_svg(TrendView([f"{row[0]:%m-%d}" for row in rows], lines, said))
    return Drawn("trends", title, about, drawing, table, again.command("date"))


def matrix(again: Again, folded: Folded, asked: Asked, seen: Overview) -> Drawn:
    """OEE of each machine on each date."""
    title = gettext("OEE by machine and date")
    about = gettext("In percent; a triangle stands where it is above 100 %, a dash where it is undefined.")
    by = {(f.key["machine"], f.key["date"]): f for f in seen.machine_dates}
    dates = [f.key["date"] for f in seen.dates]
    machines = [f.key["machine"] for f in seen.machines]
    rows = [
        MatrixRow(
            machine_name(folded, machine),
            [_cell(folded, asked, machine, day, by.get((machine, day))) for day in dates],
            machine_address(asked, machine),
        )
        for machine in machines
    ]
    columns = [TableColumn(gettext("Machine")), *(TableColumn(day, Kind.SHARE) for day in dates)]
    values: list[list[Value]] = [
        [machine_name(folded, machine), *(_share(by.get((machine, day))) for day in dates)] for machine in machines
    ]
    said = gettext("OEE of {n} machines from {first} to {last}").format(n=len(machines), first=dates[0], last=dates[-1])
    view, command = MatrixView([day[5:] for day in dates], rows, said), again.command("machine", "date")
    weeks = [slice(max(last - _WEEK, 0), last) for last in range(len(dates), 0, -_WEEK)]
    parts = [
        (f"{dates[week][0]} – {dates[week][-1]}", matrix_svg(view.narrow(week.start, week.stop - week.start)))
        for week in weeks
    ]
    return Drawn("matrix", title, about, matrix_svg(view), Table(title, columns, values), command, parts=parts)


def _cell(folded: Folded, asked: Asked, machine: str, day: str, figure: Measured | None) -> MatrixCell:
    value = _share(figure)
    if figure is None or not figure.figure.grade:
        told = gettext("nothing was heard in this window")
    else:
        ratio = figure.ratios["oee"]
        told = why(ratio.reason) or percent(ratio)
    share = None if value is None else float(value)
    return MatrixCell(
        share, f"{machine_name(folded, machine)}, {day}: {told}", machine_address(asked, machine, date=day)
    )


def _share(figure: Measured | None) -> Fraction | None:
    return figure.value("oee") if figure else None
