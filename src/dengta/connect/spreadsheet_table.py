"""The rows of a spreadsheet file, whatever it is: text or workbook, one reader above both."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dengta.core.reason import Reason, Refusal, refuse_if

if TYPE_CHECKING:
    from dengta.connect.spreadsheet_mapping import Layout

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
LONGEST_CELL = 32_767
"""Characters a cell may have, as in a workbook; a longer one is a quote that never ends."""


class Broken(NamedTuple):
    """A cell of a workbook that holds no value: a formula's error, or a cell that a merge swallowed."""

    rule: str
    value: str


Cell = str | int | float | datetime | time | timedelta | Broken
Row = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that is being read. `place`: file and sheet, for reasons. `epoch`: day 0 of a workbook's serial dates."""

    place: tuple[str, ...]
    rows: Iterator[Row]
    epoch: datetime | None = None

    def heading(self, row: int) -> list[str]:
        """The cells of row `row` as texts; rows before it are passed over. Refusal where there is none."""
        for number, cells in self.rows:
            if number == row:
                heading = [_text(cell) for cell in cells]
                while heading and not heading[-1]:
                    heading.pop()
                if heading:
                    return heading
            if number >= row:
                break
        raise Refusal(Reason("import.file_empty", (*self.place, f"row {row}")))


def _text(cell: Cell) -> str:
    return "" if isinstance(cell, Broken) else str(cell).strip()


@contextmanager
def open_sheet(file: Path, layout: Layout) -> Iterator[Sheet]:
    """The table of `file`, its rows numbered from 1 as a spreadsheet counts. Refusal where there is none."""
    if is_workbook(file):
        from dengta.connect import spreadsheet_workbook  # a text file needs no openpyxl

        with spreadsheet_workbook.open_sheet(file, layout.sheet) as sheet:
            yield sheet
        return
    refuse_binary(file, layout.encoding)
    with file.open(encoding=layout.encoding, errors="surrogateescape", newline="") as text:
        yield Sheet((file.name,), _records(text, layout.delimiter, file.name))


def is_workbook(file: Path) -> bool:
    """Whether `file` begins as an .xlsx does. Refusal: an old .xls, which is another format."""
    with file.open("rb") as data:
        head = data.read(8)
    if head == _OLD_OFFICE:
        raise Refusal(Reason("import.old_workbook", (file.name,)))
    return head.startswith(_ZIP)


def refuse_binary(file: Path, encoding: str) -> None:
    """Refusal where `file` holds bytes that no text in `encoding` has."""
    with file.open("rb") as data:
        head = data.read(1 << 16)
    if b"\0" in head and not encoding.startswith(_WIDE) and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(Reason("import.binary", (file.name,), {"at": head.index(b"\0")}))


def _records(text: Iterable[str], delimiter: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as fault:
            raise Refusal(Reason("import.not_csv", (name, f"row {number}"), {"fault": str(fault)})) from None
        yield number, cells


def judge_heading(place: tuple[str, ...], heading: Sequence[str], columns: dict[str, str]) -> None:
    """Refusal with every column of a mapping that is not in `heading`, or twice."""
    found = ", ".join(heading)[:200]
    refuse_if(
        [
            *(
                Reason("import.column_absent", place, {"role": role, "column": column, "found": found})
                for role, column in columns.items()
                if column not in heading
            ),
            *(
                Reason("import.column_twice", place, {"column": column})
                for column in dict.fromkeys(columns.values())
                if heading.count(column) > 1
            ),
        ]
    )
