"""What is seen as a file: CSV or Excel, over all pages of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from dengta.apps.orders.queries import TodayView
from dengta.core.time import to_iso
from dengta.documents import Table, TableColumn
from dengta.engines.orders import DayMeasures, Entry
from dengta.engines.plantbook import PlantBook
from dengta.web.download import as_csv, as_workbook
from dengta.web.today.board_page import chosen_entries
from dengta.web.today.measure_page import Cell, row_tables
from dengta.web.today.words import OUTLOOKS, because, lacking

FORMS = ("csv", "xlsx")


def due(view: TodayView, which: str, show: str, form: str) -> HttpResponse:
    """The orders of a list that `show` chooses."""
    head = [_("order"), _("wave"), _("released"), _("due"), _("outlook"), _("ordered"), _("missing pieces"), _("why")]
    rows = (_entry_row(e, view) for e in chosen_entries(view, which, show))
    return _file(f"orders-{which}-{view.board.today.date}", form, head, rows)


def measure(name: str, of: DayMeasures, book: PlantBook, form: str) -> HttpResponse:
    """The rows of a measure, one table under the other."""
    tables = row_tables(name, of, book)
    head, *rest = [row for table in tables for row in ([word for word, _number in table.head], *table.rows)]
    return _file(f"{name}-{of.day.date}", form, head, rest)


def _entry_row(entry: Entry, view: TodayView) -> list[Cell]:
    s, book = entry.standing, view.book
    return [
        s.order,
        s.wave,
        "" if s.released is None else to_iso(s.released, book.zone),
        "" if s.due is None else to_iso(s.due, book.zone),
        str(OUTLOOKS[entry.outlook].word),
        s.ordered,
        "; ".join(lacking(s, book, view.board.at)),
        because(entry.reason, book),
    ]


def _file(name: str, form: str, head: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    told = [list(row) for row in rows]
    width = max(len(row) for row in (head, *told))
    columns = [TableColumn(str(word)) for word in head] + [TableColumn("")] * (width - len(head))
    table = Table(name, columns, [[*row, *[None] * (width - len(row))] for row in told])
    return as_csv(table, name) if form == "csv" else as_workbook([table], name)
