"""A table as CSV that a spreadsheet opens as it is: UTF-8 with its mark, the facts first, a row a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from dengta.documents.table import Table, outside

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(table: Table) -> bytes:
    """`table` with its facts above it, one (what, value) a line, and an empty line between."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(_safe(fact) for fact in table.facts)
    if table.facts:
        writer.writerow(())
    writer.writerow(list(_safe(column.heading for column in table.columns)))
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow(list(_safe(outside(value, kind) for value, kind in zip(row, kinds, strict=True))))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(cells: Iterable[object]) -> Iterator[object]:
    """Texts that a spreadsheet would take for a formula get an apostrophe in front; what is not known stays empty."""
    for cell in cells:
        yield f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
