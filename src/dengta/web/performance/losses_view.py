"""The drawings of the first page: waterfall, Pareto of stops and of defects, trends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext

from dengta.apps.performance.queries import Overview
from dengta.apps.performance.site_fold import Folded
from dengta.core.time import Micros
from dengta.documents import Kind, Table, TableColumn
from dengta.engines.kpi import Bar, Column, Figure, Step
from dengta.figures import (
    ParetoBar,
    ParetoView,
    TrendLine,
    TrendView,
    WaterfallStep,
    WaterfallView,
    pareto_svg,
    trend_svg,
    waterfall_svg,
)
from dengta.web.performance.asking import Asked
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.recompute import command
from dengta.web.performance.words import FASTER, MEASURES, STEPS, in_minutes, minutes, reason_name, share, why

SHOWN = 10
"""So many bars of a Pareto are drawn; the table has all."""
_LINES = ("oee", "availability", "effectiveness", "quality_ratio")


def drawn(site: str, folded: Folded, asked: Asked, seen: Overview) -> list[Drawn]:
    """Each with its table and its command."""

    def again(*by: str) -> str:
        return command(site, folded.zone, asked.choice, by)

    return [
        waterfall(seen.total, seen.steps, again()),
        _stops(folded, seen.stops, again("reason", "code")),
        _defects(folded, seen.defects, again("reason")),
        _trends(seen.dates, again("date")),
    ]


def waterfall(total: Figure | None, steps: Sequence[Step], again: str) -> Drawn:
    """From planned busy time to good parts."""
    title = gettext("From planned time to good parts")
    about = gettext("What was planned, what each loss took, what is left: minutes and share of planned busy time.")
    columns = [
        TableColumn(gettext("step")),
        TableColumn(gettext("min"), Kind.MINUTES),
        TableColumn(gettext("of planned"), Kind.SHARE),
        TableColumn(gettext("left, min"), Kind.MINUTES),
    ]
    if total is None or not steps:
        reason = total.clauses["availability"].reason if total else None
        empty = why(reason) or gettext("nothing was heard in this window")
        return Drawn("waterfall", title, about, "", Table(title, columns, ()), again, outside(total), empty)
    planned, view, rows = steps[0].left, [], []
    for step in steps:
        size = step.left if step.name == "planned" else step.took
        label = str(FASTER) if step.name == "speed" and step.took < 0 else str(STEPS[step.name])
        rows.append((label, size, Fraction(size, planned) if planned else None, step.left))
        if size or step.name == "good":
            view.append(_step(step, label, size, planned))
    said = "; ".join(f"{step.label} {step.value}" for step in view)
    notes = [why(step.reason) for step in steps if step.reason is not None] + outside(total)
    drawing = waterfall_svg(WaterfallView(view, said))
    return Drawn("waterfall", title, about, drawing, Table(title, columns, rows), again, notes)


def _step(step: Step, label: str, size: Micros, planned: Micros) -> WaterfallStep:
    whole = step.name in ("planned", "good", "production")
    value = f"{in_minutes(size)} · {share(size, planned)}"
    if whole:
        return WaterfallStep(label, value, 0, size, "whole")
    return WaterfallStep(label, value, step.left + step.took, step.left, "odd" if step.took < 0 else "loss")


def outside(total: Figure | None) -> list[str]:
    """What was done outside planned time, which no step holds."""
    if total is None or total.planned is None:
        return []
    part = total.outside
    worked = part.of[Column.APT] + part.of[Column.ASUT] + part.of[Column.ADET]
    if not worked and not part.of[Column.GOOD]:
        return []
    said = gettext("Outside planned time, and in no step above: {worked} min at work, {good} good pieces.")
    return [said.format(worked=minutes(worked), good=f"{part.of[Column.GOOD]:,}")]


def _stops(folded: Folded, bars: Sequence[Bar], again: str) -> Drawn:
    title, about = gettext("Stops by reason"), gettext("Delays and stops by what they cost, the dearest first.")
    columns = [
        TableColumn(gettext("reason")),
        TableColumn(gettext("min"), Kind.MINUTES),
        TableColumn(gettext("times"), Kind.COUNT),
        *_shares(),
    ]
    names = [reason_name(folded, bar.reason, bar.state) for bar in bars]
    rows = [(name, bar.time, bar.times, *_of_all(bar, bar.time)) for name, bar in zip(names, bars, strict=True)]
    view = [
        ParetoBar(
            name, f"{in_minutes(bar.time)} · {bar.times:,}× · {share(bar.time, bar.total)}", bar.time, bar.until_here
        )
        for name, bar in zip(names[:SHOWN], bars, strict=False)
    ]
    return _pareto("stops", title, about, view, bars, Table(title, columns, rows), again)


def _defects(folded: Folded, bars: Sequence[Bar], again: str) -> Drawn:
    title, about = gettext("Defects by reason"), gettext("Scrap and rework by number of pieces, the most first.")
    columns = [TableColumn(gettext("reason")), TableColumn(gettext("pieces"), Kind.COUNT), *_shares()]
    names = [reason_name(folded, bar.reason) for bar in bars]
    rows = [(name, bar.pieces, *_of_all(bar, bar.pieces)) for name, bar in zip(names, bars, strict=True)]
    view = [
        ParetoBar(name, f"{bar.pieces:,} · {share(bar.pieces, bar.total)}", bar.pieces, bar.until_here)
        for name, bar in zip(names[:SHOWN], bars, strict=False)
    ]
    return _pareto("defects", title, about, view, bars, Table(title, columns, rows), again)


def _shares() -> list[TableColumn]:
    return [TableColumn(gettext("share"), Kind.SHARE), TableColumn(gettext("up to here"), Kind.SHARE)]


def _of_all(bar: Bar, cost: int) -> tuple[Fraction, Fraction]:
    return Fraction(cost, bar.total), Fraction(bar.until_here, bar.total)


def _pareto(
    id_: str, title: str, about: str, view: Sequence[ParetoBar], bars: Sequence[Bar], table: Table, again: str
) -> Drawn:
    if not bars:
        return Drawn(id_, title, about, "", table, again, empty=gettext("None in this window."))
    said = "; ".join(f"{bar.label} {bar.value}" for bar in view)
    rest = len(bars) - len(view)
    notes = [gettext("{n} more are in the table.").format(n=rest)] if rest else []
    return Drawn(id_, title, about, pareto_svg(ParetoView(view, bars[0].total, said)), table, again, notes)


def _trends(dates: Sequence[Figure], again: str) -> Drawn:
    title = gettext("Trends")
    about = gettext("By business date: OEE and its three factors; a gap where one is undefined.")
    columns = [TableColumn(gettext("date"), Kind.DATE), *(TableColumn(str(MEASURES[n]), Kind.SHARE) for n in _LINES)]
    shares = {name: [f.clauses[name].value if f.grade else None for f in dates] for name in _LINES}
    rows = [(date.fromisoformat(f.key["date"]), *(shares[name][i] for name in _LINES)) for i, f in enumerate(dates)]
    table = Table(title, columns, rows)
    if sum(bool(f.grade) for f in dates) < 2:
        empty = gettext("A trend takes at least two dates; choose a longer window.")
        return Drawn("trends", title, about, "", table, again, empty=empty)
    lines = [TrendLine(str(MEASURES[name]), [None if s is None else float(s) for s in shares[name]]) for name in _LINES]
    names = ", ".join(line.name for line in lines)
    said = gettext("{measures} from {first} to {last}").format(measures=names, first=rows[0][0], last=rows[-1][0])
    drawing = trend_svg(TrendView([f"{row[0]:%m-%d}" for row in rows], lines, said))
    return Drawn("trends", title, about, drawing, table, again)
