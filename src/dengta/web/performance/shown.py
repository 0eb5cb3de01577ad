"""A table on a page: the cells of a `documents.Table` as people read them, as HTML made here.

Django's loops are slow for thousands of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from html import escape

from dengta.core.money import Money
from dengta.core.time import HOUR, MINUTE, SECOND
from dengta.documents import Kind, Table, Value
from dengta.documents.table import MWH_A_KWH

DASH = "–"
_FIT = 3
"""So many columns fit a phone."""
_DIGITS = {
    Kind.MINUTES: (MINUTE, 0),
    Kind.TENTHS: (MINUTE, 1),
    Kind.SECONDS: (SECOND, 1),
    Kind.HOURS: (HOUR, 1),
    Kind.KWH: (MWH_A_KWH, 1),
    Kind.DECIMAL: (1, 1),
}


def table_html(table: Table, hrefs: Sequence[str] = ()) -> str:
    """`table` as an HTML table; `hrefs`: where the first cell of each row leads. On a phone the rows of a wide one are
    stacked, each cell under the name of its column."""
    kinds = [column.kind for column in table.columns]
    classes = ["" if kind in (Kind.TEXT, Kind.DATE) else ' class="n"' for kind in kinds]
    heads = "".join(
        f'<th scope="col"{cls}>{escape(column.heading)}</th>'
        for column, cls in zip(table.columns, classes, strict=True)
    )
    if len(kinds) > _FIT:
        named = (f' data-label="{escape(column.heading)}"' for column in table.columns[1:])
        classes = [classes[0], *(f"{cls}{name}" for cls, name in zip(classes[1:], named, strict=True))]
    rows = []
    for i, row in enumerate(table.rows):
        cells = [escape(said(value, kind)) for value, kind in zip(row, kinds, strict=True)]
        if i < len(hrefs) and hrefs[i]:
            cells[0] = f'<a href="{escape(hrefs[i])}">{cells[0]}</a>'
        rows.append("".join(f"<td{cls}>{cell}</td>" for cell, cls in zip(cells, classes, strict=True)))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    stacked = ' class="stack"' if len(kinds) > _FIT else ""
    return f"<table{stacked}><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def said(value: Value, kind: Kind) -> str:
    """One cell: minutes whole, shares in percent, thousands apart, a dash for what is not known."""
    if value is None:
        return DASH
    if isinstance(value, str | date):
        return str(value)
    if kind is Kind.SHARE:
        return f"{100 * float(value):.1f} %"
    if kind is Kind.YUAN:
        return str(Money(int(value)))
    if kind in _DIGITS:
        unit, digits = _DIGITS[kind]
        return f"{float(Fraction(value, unit)):,.{digits}f}"
    return f"{value:,}"
