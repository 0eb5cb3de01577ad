"""Workbooks (.xlsx), row by row, never whole in memory. What a program computed is read, formulas are not run."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from dengta.connect.spreadsheet_table import Broken, Cell, Row, Sheet
from dengta.core.reason import Reason, Refusal

MOST_UNPACKED, MOST_SHARED = 2 * 10**9, 200 * 10**6
"""Bytes a workbook may unpack to; its shared texts, which have to be in memory, are held to less."""
MOST_SWELLING = 150
"""Times its packed size that a part larger than `_SMALL` may unpack to; a table of reports swells 10 to 40 times."""
_SMALL = 20 * 10**6
_BROKEN = (
    BadZipFile, KeyError, ValueError, IndexError, TypeError, AttributeError, OSError, EOFError, zlib.error,
    InvalidFileException, ElementTree.ParseError, RuntimeError,
)  # fmt: skip
"""What openpyxl and the modules under it raise over a file that is no sound workbook; RuntimeError stands for parts
that are encrypted or packed in a way nobody here unpacks."""
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
Merge = tuple[int, int, int, int]


def sheets(file: Path) -> list[str]:
    """The names of the sheets that hold cells. Refusal where `file` is no workbook."""
    with _workbook(file) as book:
        return [sheet.title for sheet in book.worksheets]


@contextmanager
def open_sheet(file: Path, name: str) -> Iterator[Sheet]:
    """The sheet `name` of `file` (``""``: the first)."""
    with _workbook(file) as book:
        titles = [sheet.title for sheet in book.worksheets]
        if not titles or (name and name not in titles):
            raise Refusal(
                Reason("import.sheet_absent", (file.name,), {"sheet": name or "-", "found": ", ".join(titles)})
            )
        sheet = book[name or titles[0]]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        try:
            merged = _merged(file, sheet._worksheet_path)
        except _BROKEN as fault:
            raise Refusal(Reason("import.not_workbook", (file.name, sheet.title), {"fault": _said(fault)})) from None
        yield Sheet((file.name, sheet.title), _rows(sheet, merged, file.name), book.epoch)


@contextmanager
def _workbook(file: Path) -> Iterator[Any]:
    _refuse_bomb(file)
    with file.open("rb") as data:  # whatever the file is called
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that carry no data
            try:
                book = load_workbook(data, read_only=True, data_only=True, keep_links=False)
            except _BROKEN as fault:
                raise Refusal(Reason("import.not_workbook", (file.name,), {"fault": _said(fault)})) from None
        try:
            yield book
        finally:
            book.close()


def _refuse_bomb(file: Path) -> None:
    """Before anything is unpacked: a file that would fill the memory is no report."""
    try:
        with ZipFile(file) as packed:
            parts = packed.infolist()
    except _BROKEN as fault:
        raise Refusal(Reason("import.not_workbook", (file.name,), {"fault": _said(fault)})) from None
    unpacked = sum(part.file_size for part in parts)
    shared = max((part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")), default=0)
    swollen = [p for p in parts if p.file_size > max(_SMALL, MOST_SWELLING * p.compress_size)]
    if unpacked > MOST_UNPACKED or shared > MOST_SHARED or swollen:
        told = {"packed": file.stat().st_size // 1000, "unpacked": unpacked // 10**6}
        raise Refusal(Reason("import.workbook_bomb", (file.name,), told))


def _merged(file: Path, part: str) -> list[Merge]:
    """The merged ranges of a sheet, from 1. They stand behind its cells, so they are looked for first."""
    found: list[Merge] = []
    with ZipFile(file) as packed, packed.open(part) as data:
        tail = b""
        while piece := data.read(1 << 20):
            piece = tail + piece
            found += [range_boundaries(ref.decode()) for ref in _MERGED.findall(piece)]
            tail = piece[piece.rfind(b"<") :] if b"<" in piece else b""
    return sorted(dict.fromkeys(found), key=lambda m: m[1])


def _rows(sheet: Any, merged: Sequence[Merge], name: str) -> Iterator[Row]:
    number = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells_of = sheet.iter_rows()
        for number, cells in enumerate(cells_of, 1):
            row = [_cell(cell) for cell in cells]
            for low, top, high, bottom in merged:
                if top <= number <= bottom:
                    _swallow(row, number, (low, top, high, bottom))
            yield number, row
    except _BROKEN as fault:
        place = (name, sheet.title, f"row {number + 1}")
        raise Refusal(Reason("import.not_workbook", place, {"fault": _said(fault)})) from None


def _swallow(row: list[Cell], number: int, merge: Merge) -> None:
    """Mark the cells of a merged range that hold no value of their own."""
    low, top, high, bottom = merge
    row += [""] * (high - len(row))
    ref = f"{get_column_letter(low)}{top}:{get_column_letter(high)}{bottom}"
    for column in range(low, high + 1):
        if (column, number) != (low, top):
            row[column - 1] = Broken("cell_merged", ref)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return Broken("cell_formula", str(value))
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str | int | float | datetime | time | timedelta):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return str(value)


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:160]
