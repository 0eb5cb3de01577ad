"""Tables as a workbook: what they stand on first, then a sheet a table; numbers as numbers, texts never formulas."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from dengta.documents.table import Kind, Table, Value, outside

_BOLD = Font(bold=True)
_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.MINUTES: "#,##0.0",
    Kind.TENTHS: "#,##0.0",
    Kind.SECONDS: "0.0",
    Kind.HOURS: "#,##0.0",
    Kind.KWH: "#,##0.0",
    Kind.DECIMAL: "#,##0.0",
    Kind.SHARE: "0.0%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.YUAN: "#,##0.00",
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_NAME = 31


def workbook_bytes(tables: Sequence[Table], facts: Sequence[tuple[str, str]] = (), name: str = "") -> bytes:
    """A workbook with a sheet for each of `tables`; before them, where there are `facts`, a sheet `name` with them as
    (what, value)."""
    book = Workbook(write_only=True)
    names: list[str] = []
    if facts:
        first = book.create_sheet(_sheet_name(name, names))
        first.column_dimensions["A"].width, first.column_dimensions["B"].width = 20, 90
        for what, value in facts:
            first.append([_text(first, what, _BOLD), _text(first, value)])
    for table in tables:
        _fill(book.create_sheet(_sheet_name(table.name, names)), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: WriteOnlyWorksheet, table: Table) -> None:
    sheet.freeze_panes = "A2"
    for i, column in enumerate(table.columns):
        texts = [len(str(row[i])) for row in table.rows[:200]] if column.kind is Kind.TEXT else [10]
        sheet.column_dimensions[get_column_letter(i + 1)].width = min(max([len(column.heading) + 2, *texts]) + 2, 60)
    sheet.append([_text(sheet, column.heading, _BOLD) for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        sheet.append([_cell(sheet, value, kind) for value, kind in zip(row, kinds, strict=True)])


def _cell(sheet: WriteOnlyWorksheet, value: Value, kind: Kind) -> WriteOnlyCell:
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet, outside(value, kind))
    cell.number_format = _FORMATS.get(kind, "General")
    return cell


def _text(sheet: WriteOnlyWorksheet, value: str, font: Font | None = None) -> WriteOnlyCell:
    """A text that stays one, whatever it begins with."""
    cell = WriteOnlyCell(sheet, _CONTROL.sub("", value))
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _sheet_name(name: str, taken: list[str]) -> str:
    """`name` as Excel takes it: short, without its signs, once only."""
    base = _FORBIDDEN.sub(" ", name).strip("' ")[:_LONGEST_NAME] or "1"
    number, found = 1, base
    while found.casefold() in taken:
        number += 1
        found = f"{base[: _LONGEST_NAME - 1 - len(str(number))]} {number}"
    taken.append(found.casefold())
    return found
