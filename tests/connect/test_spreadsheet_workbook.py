"""Workbooks: real dates of two calendars, formulas that went wrong, merged cells, and files that are none."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.connect.spreadsheet_table import open_sheet
from dengta.core.reason import Refusal
from dengta.core.time import MINUTE, from_iso
from dengta.core.vocabulary import EventType
from dengta.words import LANGUAGES, say
from tests.connect.sheets import Site, faults, mapping, repairs, workbook

TEN = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - a workbook knows no zones
AT = from_iso("2026-03-02T10:00:00+08:00")
HEAD: list[object] = ["Machine", "Kind", "Good", "Min", "Done"]
ROW: list[object] = ["saw-1", "D", 8, 30, TEN]


def how(file: str = "") -> ReportMapping:
    """The mapping of HEAD."""
    return mapping(f"""
        [file]
        {file}
        [time]
        format = "%Y-%m-%d %H:%M"
        [columns]
        machine = "Machine"
        activity = "Kind"
        good = "Good"
        minutes = "Min"
        end = "Done"
        [activity]
        D = "run"
    """)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without events."""
    return Site(tmp_path)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where the workbook is."""
    return tmp_path / "r.xlsx"


def ends(site: Site) -> list[tuple[int, int]]:
    """(end, minutes) of the reports in the log."""
    return [(e.ts, e.value // MINUTE) for e in site.events() if e.type is EventType.OPERATION_END]


def codes(refused: Callable[[], object]) -> list[tuple[str, tuple[str, ...]]]:
    """The reasons of a Refusal, each of which has its words."""
    with pytest.raises(Refusal) as caught:
        refused()
    assert all(say(reason, language) for reason in caught.value.reasons for language in LANGUAGES)
    return [(reason.code.removeprefix("import."), reason.place) for reason in caught.value.reasons]


def test_dates_durations_and_texts_that_are_dates(site: Site, book: Path) -> None:
    """A real date, the same as text, as Excel's day number; minutes as number, as duration, as time of day."""
    workbook(
        book,
        [
            HEAD,
            ROW,
            ["saw-1", "D", 1, timedelta(minutes=30), "2026-03-02 11:00"],
            ["saw-1", "D", 2.0, time(0, 45), 46083.5],
            ["saw-1", "D", "3", "15.0", TEN + timedelta(hours=3)],
        ],
    )
    judged, _ = site.take(book, how())
    assert ends(site) == [(AT + hour * 60 * MINUTE, length) for hour, length in ((0, 30), (1, 30), (2, 45), (3, 15))]
    assert repairs(judged) == [(4, "Done", "repaired_serial")]
    assert site.take(book, how())[1] == 0


def test_a_workbook_of_1904(site: Site, book: Path) -> None:
    """Its days are counted from another day 0, in dates and in numbers alike."""
    made = workbook(book, [HEAD])
    made.epoch = CALENDAR_MAC_1904
    assert made.active is not None
    made.active.append(ROW)
    made.active.append(["saw-1", "D", 1, 30, 46083.5 - 1462])
    made.save(book)
    site.take(book, how())
    assert ends(site) == [(AT, 30), (AT + 120 * MINUTE, 30)]


def test_days_of_1900_and_times_without_a_day_are_no_times(site: Site, book: Path) -> None:
    """What a formatted zero, or a formatted small number, becomes."""
    workbook(book, [HEAD, [*ROW[:4], datetime(1900, 1, 5)], [*ROW[:4], time(7, 30)], [*ROW[:4], 5], [*ROW[:4], 1e15]])  # noqa: DTZ001
    assert [code for _, _, code in faults(site.judge(book, how()))] == [
        "time_out_of_range",
        "time_without_date",
        "time_out_of_range",
        "time_out_of_range",
    ]


def test_formulas_that_went_wrong_and_merged_cells_are_named(site: Site, book: Path) -> None:
    """Every fault of a row at once; a merged title above the heading is none."""
    made = workbook(book, [["March"], HEAD, ["saw-1", "#REF!", 8, "#DIV/0!", TEN], ROW, ROW])
    assert made.active is not None
    made.active.merge_cells("A1:E1")
    made.active.merge_cells("A4:A5")
    made.save(book)
    judged = site.judge(book, how("heading_row = 2"))
    assert faults(judged) == [(3, "Kind", "cell_formula"), (3, "Min", "cell_formula"), (5, "Machine", "cell_merged")]
    assert next(iter(judged.tally.listed)).reason.params == {"value": "#REF!"}


def test_sheets_are_named_and_columns_are_where_they_are(site: Site, book: Path) -> None:
    """A sheet that is not there; a column twice and one that is absent, at once, with file, sheet and row."""
    workbook(book, [["Machine", "Kind", "Good", "Good", "Done"]], sheet="表一")
    assert codes(lambda: site.judge(book, how('sheet = "April"'))) == [("sheet_absent", ("r.xlsx",))]
    place = ("r.xlsx", "表一", "row 1")
    assert codes(lambda: site.judge(book, how())) == [("column_absent", place), ("column_twice", place)]
    assert codes(lambda: site.judge(book, how("heading_row = 9"))) == [("file_empty", ("r.xlsx", "表一", "row 9"))]


def test_rows_may_end_early_and_may_not_go_on(site: Site, book: Path) -> None:
    """Empty cells at the end are left out of workbooks; a value beyond the heading has no column."""
    workbook(book, [[*HEAD, "Remark"], ROW, [*ROW, "ok", "?"]])
    assert faults(site.judge(book, how())) == [(3, "", "row_width")]


def test_files_that_are_no_workbook(site: Site, book: Path) -> None:
    """Cut off, another archive, an old .xls, a table that unpacks to fill the memory."""
    workbook(book, [HEAD, *[ROW] * 500])
    whole = book.read_bytes()
    book.write_bytes(whole[: len(whole) // 2])
    assert [code for code, _ in codes(lambda: site.judge(book, how()))] == ["not_workbook"]
    with zipfile.ZipFile(book, "w") as packed:
        packed.writestr("letter.txt", "hello")
    assert [code for code, _ in codes(lambda: site.judge(book, how()))] == ["not_workbook"]
    book.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert [code for code, _ in codes(lambda: site.judge(book, how()))] == ["old_workbook"]
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(64):
            part.write(bytes(1 << 20))
    assert [code for code, _ in codes(lambda: site.judge(book, how()))] == ["workbook_bomb"]
    assert site.log.read().columns["seq"].tolist() == []


@pytest.mark.parametrize(("field", "value"), [(8, 1), (10, 99)], ids=["encrypted", "packed unlike any other"])
def test_a_sheet_nobody_here_unpacks_is_refused(site: Site, book: Path, field: int, value: int) -> None:
    """The directory at the end of the archive says so; the rest of the workbook is sound."""
    workbook(book, [HEAD, ROW])
    data = bytearray(book.read_bytes())
    entry = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + field] = value
    book.write_bytes(data)
    assert codes(lambda: site.judge(book, how())) == [("not_workbook", ("r.xlsx",))]


def test_a_sheet_with_a_flipped_byte_is_refused(site: Site, book: Path) -> None:
    """Far behind what is read of it when the workbook is opened."""
    workbook(book, [HEAD, *[[f"saw-{i}", *ROW[1:]] for i in range(20_000)]])
    with zipfile.ZipFile(book) as packed:
        part = packed.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(book.read_bytes())
    data[part.header_offset + part.compress_size * 3 // 4] ^= 0xFF
    book.write_bytes(data)
    assert codes(lambda: site.judge(book, how())) == [("not_workbook", ("r.xlsx", "Reports"))]


def test_a_sheet_that_breaks_off_is_refused_at_its_row(site: Site, book: Path) -> None:
    """Damaged inside: nothing of it is kept."""
    workbook(book, [HEAD, *[ROW] * 50])
    with zipfile.ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(book, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    ((code, place),) = codes(lambda: site.take(book, how()))
    assert (code, place[:2]) == ("not_workbook", ("r.xlsx", "Reports"))
    assert place[2].startswith("row ")
    assert not (site.folder / "log").exists()


def test_a_sheet_is_read_a_row_at_a_time(book: Path) -> None:
    """The reader gives the first row before it has seen the last."""
    workbook(book, [HEAD, *[ROW] * 5])
    with open_sheet(book, how().layout) as sheet:
        assert sheet.heading(1) == HEAD
        assert next(sheet.rows)[0] == 2
