"""A measure with its rows: definition, exact digits, the command that makes them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from dengta.engines import orders
from dengta.engines.orders import BusinessDay, DayMeasures, Measure
from dengta.engines.plantbook import PlantBook
from dengta.web.floor.words import called
from dengta.web.today.board_page import made_of
from dengta.web.today.words import (
    DEFINITIONS,
    MEASURES,
    STATES,
    because,
    change,
    clock,
    hours,
    value,
    why_undefined,
)

NAMES = (orders.EFFICIENCY, orders.CYCLE, orders.ACCURACY)
PAGE = 50
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows behind a measure; `links`: the first cell of each row is an order."""

    title: str
    head: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    links: bool = False

    @property
    def cells(self) -> list[list[tuple[Cell, bool]]]:
        """Each row's cells, with whether it is a number."""
        numbers = [number for _word, number in self.head]
        return [list(zip(row, numbers, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Exact:
    """A figure to the last digit."""

    name: str
    value: str
    numerator: int
    denominator: int
    unit: str
    exact: str


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """Everything on the page of a measure."""

    name: str
    title: str
    day: str
    before: str
    value: str
    made_of: str
    change: str
    why: str
    definition: str
    exact: Sequence[Exact]
    left_out: int
    tables: Sequence[RowTable]
    page: int
    pages: int
    command: str


def command(book: PlantBook, day: BusinessDay) -> str:
    """What makes the measures of `day` again."""
    return f"dengta orders --site {book.site} --on {day.date} --json"


def build(name: str, of: DayMeasures, before: DayMeasures, book: PlantBook, page: str) -> MeasurePage:
    """The page of the measure `name`."""
    figure = of.measures[name]
    tables = row_tables(name, of, book)
    pager = Paginator(tables[-1].rows, PAGE)
    here = pager.get_page(page)
    last = tables[-1]
    shown = [*tables[:-1], RowTable(last.title, last.head, list(here.object_list), last.links)]
    exact = [name, orders.CYCLE_P90] if name == orders.CYCLE else [name]
    return MeasurePage(
        name=name,
        title=str(MEASURES[name]),
        day=of.day.date.isoformat(),
        before=before.day.date.isoformat(),
        value=value(figure),
        made_of=made_of(name, of),
        change=change(figure, before.measures[name]),
        why=why_undefined(figure.reason) if figure.reason else "",
        definition=str(DEFINITIONS[name]),
        exact=[_exact(of.measures[one]) for one in exact],
        left_out=figure.left_out,
        tables=shown,
        page=here.number,
        pages=pager.num_pages,
        command=command(book, of.day),
    )


def row_tables(name: str, of: DayMeasures, book: PlantBook) -> list[RowTable]:
    """The rows of the measure; the last table is the one that is paged."""
    at = of.day.start
    if name == orders.EFFICIENCY:
        labour: list[Sequence[Cell]] = [
            [called(book.persons, r.person), hours(r.time), _("no logout; ended with the shift") if r.open else ""]
            for r in of.labour
        ]
        source = _("Labour from attendance") if of.labour_from == "attendance" else _("Labour from reports")
        made: list[Sequence[Cell]] = [[called(book.machines, r.machine), r.item, r.pieces] for r in of.output]
        return [
            RowTable(source, [(_("person"), False), (_("hours"), True), (_("note"), False)], labour),
            RowTable(
                _("Good pieces at the last operation"),
                [(_("machine"), False), (_("item"), False), (_("pieces"), True)],
                made,
            ),
        ]
    if name == orders.CYCLE:
        cycles: list[Sequence[Cell]] = [
            [r.order, clock(r.released, book, at), clock(r.completed, book, at), hours(r.cycle)] for r in of.cycles
        ]
        head = [(_("order"), False), (_("released"), False), (_("complete"), False), (_("hours"), True)]
        return [RowTable(_("Orders completed on the day, the quickest first"), head, cycles, links=True)]
    accuracy: list[Sequence[Cell]] = [
        [
            r.order,
            clock(r.due, book, at),
            _("yes") if r.exact else because(r.reason, book) if r.exact is None else _("no"),
            str(STATES[r.state]),
            r.missing,
            r.surplus,
        ]
        for r in sorted(of.accuracy, key=lambda r: (r.exact is True, r.order))
    ]
    head = [
        (_("order"), False),
        (_("due"), False),
        (_("complete and exact"), False),
        (_("state at its due time"), False),
        (_("missing pieces"), True),
        (_("too many"), True),
    ]
    return [RowTable(_("Orders due on the day, those that were not exact first"), head, accuracy, links=True)]


def _exact(figure: Measure) -> Exact:
    unit = {
        orders.EFFICIENCY: _("pieces / microseconds of labour, × 3,600,000,000 for an hour"),
        orders.ACCURACY: _("orders / orders"),
    }.get(figure.definition, _("microseconds"))
    exact = "–" if figure.value is None else f"{figure.value.numerator}/{figure.value.denominator}"
    title = str(MEASURES[figure.definition])
    return Exact(title, value(figure), figure.numerator, figure.denominator, unit, exact)
