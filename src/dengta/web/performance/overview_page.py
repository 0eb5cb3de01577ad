"""The first page of Performance as the template shows it: figures as words, links and drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from django.utils.translation import gettext

from dengta.apps.performance.queries import Measured, Overview
from dengta.apps.performance.site_fold import Folded
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Column
from dengta.figures import share_bar_svg
from dengta.web.performance import energy_view, paretos_view, trends_view
from dengta.web.performance.addresses import machine_address, reason_address
from dengta.web.performance.asking import Asked, shifts
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.head import Head, head
from dengta.web.performance.recompute import Again, Recompute
from dengta.web.performance.reported_view import reported
from dengta.web.performance.revised_view import RevisedView
from dengta.web.performance.shown import DASH
from dengta.web.performance.waterfall_view import waterfall
from dengta.web.performance.words import MEASURES, line_name, machine_name, minutes, percent, shift_name, why

OEE = ("oee", "availability", "effectiveness", "quality_ratio")


@dataclass(frozen=True, slots=True)
class Card:
    """One measure of the whole: its value, what it was divided from, and why it is undefined; `was`: what it said
    before the last late events, "" where they changed nothing."""

    definition: str
    label: str
    value: str
    made_of: str
    why: str
    above: bool
    was: str = ""


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine in the table. cells: its ratios and one of each shift, as HTML made here."""

    name: str
    href: str
    cells: str
    planned: str
    good: str
    scrap: str
    grade: str


@dataclass(frozen=True, slots=True)
class LineRows:
    """The machines of a line, the worst first."""

    name: str
    rows: Sequence[MachineRow]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page. table_again: the command behind the table of machines."""

    head: Head
    cards: Sequence[Card]
    revised: RevisedView | None
    ratio_names: Sequence[str]
    shift_names: Sequence[str]
    machines: Sequence[LineRows]
    losses: Sequence[Drawn]
    matrix: Drawn | None
    recompute: Recompute | None
    table_again: str
    tables: Mapping[str, Table]
    exports: str

    @property
    def width(self) -> int:
        """Columns of the table of machines."""
        return 5 + len(self.ratio_names) + len(self.shift_names)


def build(again: Again, folded: Folded, asked: Asked, seen: Overview, changed: RevisedView | None) -> Page:
    """The page of one choice."""
    total, named = seen.total, shifts(folded.book)
    labour = reported(total.figure, again) if total else None
    energy = None
    if total and energy_view.is_metered(total):
        energy = energy_view.by_machine(again, folded, asked, total, _in_order(folded, seen))
    losses = [
        waterfall(total, seen.steps, again.command()),
        paretos_view.stops(
            folded,
            seen.stops,
            again.command("reason", "code"),
            lambda bar: reason_address(asked, "stop", bar.reason, bar.state),
        ),
        paretos_view.defects(
            folded, seen.defects, again.command("reason"), lambda bar: reason_address(asked, "defect", bar.reason)
        ),
        *([] if asked.one_date else [trends_view.trends(seen.dates, again)]),
        *([labour] if labour else []),
        *([energy] if energy else []),
    ]
    matrix = None if asked.one_date else trends_view.matrix(again, folded, asked, seen)
    return Page(
        head=head(folded, asked, total.figure if total else None),
        cards=cards(total, changed),
        revised=changed,
        ratio_names=[str(MEASURES[name]) for name in OEE],
        shift_names=[shift_name(folded, s) for s in named],
        machines=_lines(folded, asked, seen, named),
        losses=losses,
        matrix=matrix,
        recompute=again.of(total.figure, digits_of(total)) if total else None,
        table_again=again.command("machine", "shift"),
        tables={
            "machines": _table(again, folded, seen, named),
            **({"changes": changed.table} if changed else {}),
            **{d.id: d.file for d in (*losses, *([matrix] if matrix else []))},
        },
        exports=asked.query(),
    )


def digits_of(total: Measured) -> Sequence[str]:
    """The definitions whose digits a page shows."""
    return (*OEE, *(energy_view.RATIOS if energy_view.is_metered(total) else ()))


def _in_order(folded: Folded, seen: Overview) -> list[Measured]:
    """The machines in the order of the plant."""
    place = {machine: i for i, machine in enumerate(folded.machines)}
    return sorted(seen.machines, key=lambda one: place[one.key["machine"]])


def cards(total: Measured | None, changed: RevisedView | None) -> list[Card]:
    """OEE and its factors as quotients of sums; none where nothing was heard."""
    found = [_card(total, name) for name in OEE] if total else []
    if total is None or changed is None or changed.before is None:
        return found
    was = changed.before.ratios
    return [
        card
        if was[card.definition].value == total.ratios[card.definition].value
        else replace(card, was=percent(was[card.definition]))
        for card in found
    ]


def _card(total: Measured, name: str) -> Card:
    ratio, whole, inside = total.ratios[name], total.figure.whole, total.figure.inside
    good, pieces = total.pieces(Column.GOOD), total.pieces(Column.GOOD, Column.SCRAP, Column.REWORK)
    told = {
        "oee": gettext("availability × effectiveness × quality"),
        "availability": gettext("{above} min producing of {below} min planned").format(
            above=minutes(inside.of[Column.APT]), below=minutes(total.figure.planned or 0)
        ),
        "effectiveness": gettext("{above} min by planned cycles in {below} min producing").format(
            above=minutes(whole.run), below=minutes(whole.of[Column.APT])
        ),
        "quality_ratio": gettext("{above} good of {below} pieces").format(above=f"{good:,}", below=f"{pieces:,}"),
    }
    made_of = "" if ratio.value is None else told[name]
    return Card(name, str(MEASURES[name]), percent(ratio), made_of, why(ratio.reason), ratio.above_one)


def _cell(measured: Measured | None, name: str, heading: str, href: str = "") -> str:
    """A ratio in the table of machines: number and bar, a dash that says why, a mark and a word above 100 %."""
    label = f' data-label="{escape(heading)}"'
    ratio = measured.ratios[name] if measured and measured.figure.grade else None
    if ratio is None or ratio.value is None:
        told = escape(why(ratio.reason) if ratio else gettext("nothing was heard in this window"))
        return f'<td class="n" title="{told}"{label}>{DASH}<span class="unseen">{told}</span></td>'
    face = f'<a href="{escape(href)}">{percent(ratio)}</a>' if href else percent(ratio)
    bar = share_bar_svg(float(ratio.value))
    if ratio.above_one:
        word = escape(gettext("above 100 %"))
        return f'<td class="n above"{label}>▲ {face} <span>{word}</span>{bar}</td>'
    return f'<td class="n"{label}>{face}{bar}</td>'


def _lines(folded: Folded, asked: Asked, seen: Overview, named: Sequence[str]) -> list[LineRows]:
    by_shift = {(f.key["machine"], f.key["shift"]): f for f in seen.shifts}
    return [
        LineRows(
            line_name(folded, line) or gettext("not in the plant book"),
            [_row(folded, asked, figure, by_shift, named) for figure in figures],
        )
        for line, figures in _sorted(folded, seen).items()
    ]


def _sorted(folded: Folded, seen: Overview) -> dict[str, list[Measured]]:
    """The machines by line, in the order of the book; within a line the worst first, undefined ones last."""
    book = folded.book
    by_line: dict[str, list[Measured]] = {line: [] for line in (*(book.lines if book else ()), "")}
    for figure in sorted(seen.machines, key=_oee):
        machine = figure.key["machine"]
        by_line[book.machines[machine].line if book and machine in book.machines else ""].append(figure)
    return {line: figures for line, figures in by_line.items() if figures}


def _oee(measured: Measured) -> tuple[bool, float]:
    value = measured.value("oee")
    return value is None, float(value or 0)


def _row(
    folded: Folded,
    asked: Asked,
    one: Measured,
    by_shift: Mapping[tuple[str, str], Measured],
    named: Sequence[str],
) -> MachineRow:
    machine, planned = one.key["machine"], one.figure.planned
    shares = [
        _cell(
            by_shift.get((machine, s)), "oee", f"OEE {shift_name(folded, s)}", machine_address(asked, machine, shift=s)
        )
        for s in named
    ]
    return MachineRow(
        machine_name(folded, machine),
        machine_address(asked, machine),
        "".join((*(_cell(one, name, str(MEASURES[name])) for name in OEE), *shares)),
        DASH if planned is None else minutes(planned),
        f"{one.pieces(Column.GOOD):,}",
        f"{one.pieces(Column.SCRAP):,}",
        one.figure.grade or DASH,
    )


def _table(again: Again, folded: Folded, seen: Overview, named: Sequence[str]) -> Table:
    """The table of machines for a file."""
    by_shift = {(f.key["machine"], f.key["shift"]): f for f in seen.shifts}
    heads = [
        TableColumn(gettext("line")),
        TableColumn(gettext("Machine")),
        *(TableColumn(str(MEASURES[name]), Kind.SHARE) for name in OEE),
        *(TableColumn(f"OEE {shift_name(folded, s)}", Kind.SHARE) for s in named),
        TableColumn(gettext("planned, min"), Kind.MINUTES),
        TableColumn(gettext("good"), Kind.COUNT),
        TableColumn(gettext("scrap"), Kind.COUNT),
        TableColumn(gettext("rework"), Kind.COUNT),
        TableColumn(gettext("grade")),
    ]
    rows: list[list[Value]] = [
        [
            line_name(folded, line),
            machine_name(folded, f.key["machine"]),
            *(f.value(name) for name in OEE),
            *(_share(by_shift.get((f.key["machine"], s))) for s in named),
            f.figure.planned,
            *(f.pieces(c) for c in (Column.GOOD, Column.SCRAP, Column.REWORK)),
            f.figure.grade,
        ]
        for line, figures in _sorted(folded, seen).items()
        for f in figures
    ]
    facts = [(gettext("command"), again.command("machine", "shift"))]
    return Table(gettext("OEE by machine and shift"), heads, rows, facts)


def _share(measured: Measured | None) -> Value:
    return measured.value("oee") if measured else None
