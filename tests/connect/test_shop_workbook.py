"""A shop as a workbook: the same shop as in TOML, and every fault at its sheet and row."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from dengta.connect.shop_workbook import read_shop
from dengta.core.reason import Refusal
from dengta.documents.shop_sheets import shop_sheets
from dengta.documents.workbook import workbook_bytes
from dengta.engines.scheduling import from_tables, read
from dengta.engines.scheduling.problem import Problem

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "shops").glob("*.toml"))
SIX, NINE = (datetime(2026, 11, 23, hour, tzinfo=UTC).replace(tzinfo=None) for hour in (6, 9))  # as Excel has them
EVERYTHING = """
start = 2026-11-23T06:00:00+08:00
zone = "Asia/Shanghai"
now = "1h"

[[calendar]]
id = "day"
weekly = ["mon-fri 06:00-11:30", "mon-fri 12:00-14:00"]
closed = ["2026-11-26", "2026-11-27"]
rate = 900
openings = [["2026-12-06T06:00:00+08:00", "2026-12-06T12:00:00+08:00", 800], ["27d", "28d"]]

[[setups]]
id = "colour"
times = [["white", "black", "15min"], ["*", "oak", 25]]
default = "20min"
attached = true

[[machine]]
id = "saw"
calendar = "day"
setups = "colour"
state = "white"

[[machine]]
id = "edge"
buffer = 4

[[machine]]
id = "oven"
batch = { capacity = 12, wait = "30min" }

[[resource]]
id = "Li"
skills = ["saw", "edge"]
calendar = "day"

[[material]]
id = "board"
stock = 60
receipts = [["2026-11-24T08:00:00+08:00", 80], ["2d", 5]]

[[order]]
id = "A-1"
due = 2026-11-24T12:00:00+08:00
weight = 4

[[order.operation]]
id = "cut"
on = { saw = "2h", edge = "3h" }
state = "black"
needs = [{ skill = "saw" }, { skill = "edge", during = "setup" }]
uses = { board = 40 }
must_fit = true
split = 2

[[order.operation]]
id = "bake"
on = { oven = "2h" }
key = "hot"
size = 5
after = [{ id = "cut", least = "20min", most = "4h" }]
makes = { board = 1 }

[[order]]
id = "A-2"
release = "2h"
deadline = "20d"
after = ["A-1", { id = "A-3", least = "1h" }]

[[order.operation]]
id = "cut"
on = { edge = 30 }
pin = { start = "9d", machine = "edge" }

[[order]]
id = "A-3"

[[order.operation]]
id = "cut"
on = { edge = "1h" }
progress = { machine = "edge", start = 0, remaining = "10min" }
"""


def _same(one: Problem, other: Problem) -> None:
    for name, column in one.columns._asdict().items():
        assert np.array_equal(column, getattr(other.columns, name)), name
    assert one.names == other.names
    assert (one.origin, one.tick, one.zone) == (other.origin, other.tick, other.zone)


@pytest.mark.parametrize("text", [EVERYTHING, *(file.read_text("utf-8") for file in EXAMPLES)])
def test_a_shop_written_as_a_workbook_is_the_same_shop(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shop.xlsx"
    file.write_bytes(workbook_bytes(shop_sheets(tomllib.loads(text))))
    _same(read(text, "shop.toml", "toml")[0], from_tables(read_shop(file), file.name))


def _book(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_cells_as_people_fill_them_are_understood(tmp_path: Path) -> None:
    """Numbers for names, dates and times of day as Excel has them, capitals in headings, empty rows in between."""
    file = _book(
        tmp_path / "shop.xlsx",
        Shop=[["Start", "Zone"], [SIX, "Asia/Shanghai"]],
        Machines=[["Id"], [7]],
        Orders=[["id", "due"], [1001, NINE], [None, None], [1002, None]],
        Operations=[["order", "id", "machine", "time"], [1001, 10, 7, time(1, 30)], [1002, 10, 7.0, 45.0]],
    )
    problem = from_tables(read_shop(file), file.name)
    assert problem.names.operations == ("1001/10", "1002/10")
    assert problem.names.machines == ("7",)
    assert problem.columns.way_time.tolist() == [90, 45]
    assert problem.columns.due[0] == 180


def test_faults_of_the_form_are_told_at_once_with_sheet_and_row(tmp_path: Path) -> None:
    file = _book(
        tmp_path / "shop.xlsx",
        machines=[["id", "colour", "id"], ["saw"]],
        notes=[["anything"]],
        orders=[["id"], ["A", "stray"]],
        operations=[["order", "id", "machine", "time"], ["A", "cut", "saw", 5]],
    )
    with pytest.raises(Refusal) as refused:
        read_shop(file)
    found = {(reason.code.removeprefix("scheduling."), *reason.place[1:3]) for reason in refused.value.reasons}
    assert found == {
        ("sheet_unknown", "notes"),
        ("column_unknown", "machines", "row 1"),
        ("column_twice", "machines", "row 1"),
        ("cell_outside", "orders", "row 2"),
    }


def test_rows_that_belong_to_nothing_are_told_at_once(tmp_path: Path) -> None:
    file = _book(
        tmp_path / "shop.xlsx",
        machines=[["id"], ["saw"]],
        orders=[["id"], ["A"]],
        operations=[["order", "id", "machine", "time"], ["A", "cut", "saw", 5], ["B", "cut", "saw", 5]],
        receipts=[["material", "at", "quantity"], ["glue", 5, 5]],
        openings=[["calendar", "start", "end"], ["day", 5, 9]],
        links=[["order", "operation", "after"], ["A", "drill", "cut"]],
    )
    with pytest.raises(Refusal) as refused:
        read_shop(file)
    assert sorted(reason.place[1:3] for reason in refused.value.reasons) == [
        ("links", "row 2"), ("openings", "row 2"), ("operations", "row 3"), ("receipts", "row 2"),
    ]  # fmt: skip


def test_faults_of_the_shop_name_sheet_and_row(tmp_path: Path) -> None:
    file = _book(
        tmp_path / "shop.xlsx",
        machines=[["id"], ["saw"]],
        orders=[["id", "due"], ["A", "soon"]],
        operations=[["order", "id", "machine", "time", "must_fit"], ["A", "cut", "saw", "long", "perhaps"]],
    )
    with pytest.raises(Refusal) as refused:
        from_tables(read_shop(file), file.name)
    places = {reason.place for reason in refused.value.reasons}
    assert ("shop.xlsx", "orders", "row 2", "due") in places
    assert ("shop.xlsx", "operations", "row 2", "saw") in places
    assert ("shop.xlsx", "operations", "row 2", "must_fit") in places


def test_the_written_workbook_is_one_people_can_fill(tmp_path: Path) -> None:
    file = tmp_path / "shop.xlsx"
    file.write_bytes(workbook_bytes(shop_sheets(tomllib.loads(EVERYTHING))))
    book = load_workbook(file)
    assert book.sheetnames[0] == "shop"
    assert [cell.value for cell in book["machines"][1]][:3] == ["id", "calendar", "setups"]
    assert book["operations"].freeze_panes == "A2"
