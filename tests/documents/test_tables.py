"""What is seen goes out as it is: numbers as numbers, texts as texts, never as formulas."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from dengta.core.time import MINUTE, SECOND
from dengta.documents import Kind, Table, TableColumn, csv_bytes
from dengta.documents.workbook import workbook_bytes

TABLE = Table(
    "Stops: [all] / by reason",
    [
        TableColumn("=reason"),
        TableColumn("min", Kind.MINUTES),
        TableColumn("share", Kind.SHARE),
        TableColumn("pieces", Kind.COUNT),
        TableColumn("cycle", Kind.SECONDS),
        TableColumn("date", Kind.DATE),
    ],
    [
        ["=1+1", 90 * MINUTE, Fraction(1, 3), 7, Fraction(25 * SECOND, 2), date(2026, 11, 23)],
        ["-缺料", 3 * MINUTE // 2, None, -4, None, None],
        ["@SUM(A1)", None, Fraction(3, 2), 0, 8 * SECOND, date(2026, 2, 28)],
    ],
    [("site", "furniture"), ("command", "-dangerous")],
)


def test_csv_opens_in_a_spreadsheet_and_holds_no_formula() -> None:
    raw = csv_bytes(TABLE)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[:3] == [["site", "furniture"], ["command", "'-dangerous"], []]
    assert rows[3][0] == "'=reason"
    assert rows[4] == ["'=1+1", "90", repr(1 / 3), "7", "12.5", "2026-11-23"]
    assert rows[5] == ["'-缺料", "1.5", "", "-4", "", ""]
    assert rows[6] == ["'@SUM(A1)", "", "1.5", "0", "8", "2026-02-28"]


def test_a_workbook_says_first_what_it_stands_on() -> None:
    twice = [TABLE, TABLE]
    book = load_workbook(io.BytesIO(workbook_bytes(twice, TABLE.facts, "依据")))
    assert book.sheetnames == ["依据", "Stops   all    by reason", "Stops   all    by reason 2"]
    assert [[cell.value for cell in row] for row in book["依据"]] == [["site", "furniture"], ["command", "-dangerous"]]
    sheet = book[book.sheetnames[1]]
    first = [cell.value for cell in sheet[2]]
    assert first == ["=1+1", 90, pytest.approx(1 / 3), 7, 12.5, datetime(2026, 11, 23)]  # noqa: DTZ001 - as Excel has it
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "n", "n", "d"]
    assert sheet["C2"].number_format == "0.0%"
    assert [cell.value for cell in sheet[3]] == ["-缺料", 1.5, None, -4, None, None]
    assert sheet["A4"].data_type == "s"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="as long as"):
        Table("t", [TableColumn("a")], [["x", "y"]])
