"""A table on a page: the cells of a `documents.Table` as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from dengta.core.time import MINUTE
from dengta.documents import Kind, Table, Value

DASH = "–"


class Head(NamedTuple):
    """A column's heading; number: right aligned."""

    heading: str
    number: bool


class ShownCell(NamedTuple):
    """A cell's text, and where it leads."""

    text: str
    number: bool
    href: str = ""


class Shown(NamedTuple):
    """Headings and rows of a table."""

    heads: list[Head]
    rows: list[list[ShownCell]]


def shown(table: Table, href: Callable[[int], str] | None = None) -> Shown:
    """`table` for a page; `href` gives the address behind the first cell of a row number."""
    kinds = [column.kind for column in table.columns]
    heads = [Head(column.heading, _is_number(column.kind)) for column in table.columns]
    rows = []
    for i, row in enumerate(table.rows):
        leads = href(i) if href else ""
        rows.append(
            [
                ShownCell(said(value, kind), _is_number(kind), leads if c == 0 else "")
                for c, (value, kind) in enumerate(zip(row, kinds, strict=True))
            ]
        )
    return Shown(heads, rows)


def said(value: Value, kind: Kind) -> str:
    """One cell: minutes whole, shares in percent, thousands apart, a dash for what is not known."""
    if value is None:
        return DASH
    if isinstance(value, str | date):
        return str(value)
    if kind is Kind.SHARE:
        return f"{100 * float(value):.1f} %"
    if kind is Kind.MINUTES:
        return f"{float(Fraction(value, MINUTE)):,.0f}"
    return f"{value:,}"


def _is_number(kind: Kind) -> bool:
    return kind in (Kind.COUNT, Kind.MINUTES, Kind.SHARE)
