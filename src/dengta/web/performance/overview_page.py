"""The first page of Performance as the template shows it: figures as words, links and drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from dengta.apps.performance.queries import Overview
from dengta.apps.performance.site_fold import Folded
from dengta.core.time import Micros, to_datetime
from dengta.engines.kpi import Figure
from dengta.figures import share_bar_svg
from dengta.web.performance import losses_view
from dengta.web.performance.asking import PRESETS, Asked, shifts
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.recompute import Recompute, command, recompute
from dengta.web.performance.words import (
    MEASURES,
    WINDOWS,
    line_name,
    machine_name,
    minutes,
    percent,
    shift_name,
    why,
)

OEE = ("oee", "availability", "effectiveness", "quality_ratio")


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in a list: what the address says, what people read, whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One measure of the whole: its value, what it was divided from, and why it is undefined."""

    definition: str
    label: str
    value: str
    made_of: str
    why: str
    above: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A ratio in a table."""

    value: str
    bar: str
    why: str
    above: bool
    href: str = ""


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine in the table: its ratios, one of each shift, its time and pieces."""

    name: str
    href: str
    ratios: Sequence[Cell]
    shifts: Sequence[Cell]
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
    """Everything on the page."""

    window: str
    as_of: str
    book: str
    grade: str
    presets: Sequence[tuple[str, str, bool]]
    first: str
    last: str
    lines: Sequence[Option]
    machines: Sequence[Option]
    shifts: Sequence[Option]
    cards: Sequence[Card]
    ratio_names: Sequence[str]
    shift_names: Sequence[str]
    table: Sequence[LineRows]
    figures: Sequence[Drawn]
    recompute: Recompute | None
    table_command: str

    @property
    def width(self) -> int:
        """Columns of the table of machines."""
        return 5 + len(self.ratio_names) + len(self.shift_names)


def build(site: str, folded: Folded, asked: Asked, seen: Overview) -> Page:
    """The page of one choice."""
    choice, book, zone = asked.choice, folded.book, folded.zone
    named = shifts(book)
    total = seen.total
    return Page(
        window=f"{_moment(folded, choice.window.start)} – {_moment(folded, choice.window.end)}",
        as_of=_moment(folded, folded.until),
        book=book.hash if book else "",
        grade=total.grade if total else "",
        presets=[
            (f"?{asked.query(**{'from': '', 'to': '', 'window': p})}", str(WINDOWS[p]), p == asked.preset)
            for p in PRESETS
        ],
        first=str(asked.first),
        last=str(asked.last),
        lines=[Option(n, line_name(folded, n), n == choice.line) for n in (book.lines if book else ())],
        machines=[Option(m, machine_name(folded, m), m == choice.machine) for m in folded.machines],
        shifts=[Option(s, shift_name(folded, s), s == choice.shift) for s in named],
        cards=[_card(total, name) for name in OEE] if total else [],
        ratio_names=[str(MEASURES[name]) for name in OEE],
        shift_names=[shift_name(folded, s) for s in named],
        table=_table(folded, asked, seen, named),
        figures=losses_view.drawn(site, folded, asked, seen),
        recompute=recompute(site, zone, choice, total, OEE) if total else None,
        table_command=command(site, zone, choice, ("machine", "shift")),
    )


def _moment(folded: Folded, at: Micros) -> str:
    return f"{to_datetime(at, folded.zone):%Y-%m-%d %H:%M}"


def _card(total: Figure, name: str) -> Card:
    ratio, whole = total.clauses[name], total.whole
    of = {column.name: n for column, n in whole.of.items()}
    pieces = of["GOOD"] + of["SCRAP"] + of["REWORK"]
    inside = {column.name: n for column, n in total.inside.of.items()}
    told = {
        "oee": gettext("availability × effectiveness × quality"),
        "availability": gettext("{above} min producing of {below} min planned").format(
            above=minutes(inside["APT"]), below=minutes(total.planned or 0)
        ),
        "effectiveness": gettext("{above} min by planned cycles in {below} min producing").format(
            above=minutes(whole.run), below=minutes(of["APT"])
        ),
        "quality_ratio": gettext("{above} good of {below} pieces").format(above=f"{of['GOOD']:,}", below=f"{pieces:,}"),
    }
    made_of = "" if ratio.value is None else told[name]
    return Card(name, str(MEASURES[name]), percent(ratio), made_of, why(ratio.reason), ratio.above_one)


def _cell(figure: Figure | None, name: str, href: str = "") -> Cell:
    if figure is None or not figure.grade:
        return Cell("–", "", gettext("nothing was heard in this window"), above=False)
    ratio = figure.clauses[name]
    value = None if ratio.value is None else float(ratio.value)
    return Cell(percent(ratio), share_bar_svg(value), why(ratio.reason), ratio.above_one, href)


def _table(folded: Folded, asked: Asked, seen: Overview, named: Sequence[str]) -> list[LineRows]:
    by_shift = {(f.key["machine"], f.key["shift"]): f for f in seen.shifts}
    by_line: dict[str, list[tuple[float, int, MachineRow]]] = {}
    for i, figure in enumerate(seen.machines):
        machine = figure.key["machine"]
        oee = figure.clauses["oee"].value
        href = f"{reverse('machine', args=[machine])}"
        row = MachineRow(
            machine_name(folded, machine),
            href,
            [_cell(figure, name) for name in OEE],
            [_cell(by_shift.get((machine, shift)), "oee") for shift in named],
            "–" if figure.planned is None else minutes(figure.planned),
            f"{_pieces(figure, 'GOOD'):,}",
            f"{_pieces(figure, 'SCRAP'):,}",
            figure.grade or "–",
        )
        book = folded.book
        line = book.machines[machine].line if book and machine in book.machines else ""
        by_line.setdefault(line, []).append((2.0 if oee is None else float(oee), i, row))
    order = [*(folded.book.lines if folded.book else ()), ""]
    return [
        LineRows(
            line_name(folded, line) or gettext("not in the plant book"),
            [row for _, _, row in sorted(rows, key=lambda r: r[:2])],
        )
        for line, rows in sorted(by_line.items(), key=lambda pair: order.index(pair[0]))
    ]


def _pieces(figure: Figure, column: str) -> int:
    return next(n for c, n in figure.whole.of.items() if c.name == column)
