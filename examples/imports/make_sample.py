"""Writes operation reports of a fictional workshop, with the sins of real ones.

    python examples/imports/make_sample.py examples/imports/sample-shop.csv
    python examples/imports/make_sample.py big.csv --rows 1000000 --seed 7
    python examples/imports/make_sample.py gbk.csv --encoding gbk
    python examples/imports/make_sample.py sample.xlsx
    python examples/imports/make_sample.py sample-times.csv --times

The same seed gives the same bytes. Sins: reports that overlap on a machine, lines told twice, zero minutes, runs
without pieces, nights and weekends, benches among the machines, a station nobody knows, workers called "?", a date that
is none, an empty cell, a negative duration, a tab inside a word. As a workbook it also has a title above its heading in
row 4, real dates, a formula that went wrong and merged cells.

`--times` writes what another system recorded of the same work: start and end by a clock in Central Europe, which keeps
summer time; no stations, kinds or pieces; a few reports are missing, and a third of its rows are work of other orders.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HEADING = ["Order", "Part", "Step", "Station", "Worker", "Kind", "Good", "On hold", "To rework", "Minutes", "Finished", "Remark", "No."]  # fmt: skip  # noqa: E501
STEPS = {
    "Turning": ["1# Lathe", "2# Lathe"],
    "Milling": ["1# Mill"],
    "Grinding": ["1# Grinder"],
    "Inspection": ["Inspection"],
    "Packing": ["Packing"],
}
PARTS = ["Hinge pin", "Lock bolt", "Spindle", "Bush", "调节螺母"]
FIRST_DAY = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001 - a wall clock; the mapping says whose
Row = list[str]


def reports(rows: int, seed: int) -> Iterator[Row]:
    """`rows` reports in the order of orders, as an order system exports them."""
    chance = random.Random(seed)  # noqa: S311 - an example, not a secret
    number, order = 0, 1000
    while True:
        order += 1
        part, clock = chance.choice(PARTS), FIRST_DAY + timedelta(hours=chance.randrange(24 * max(rows // 40, 1)))
        for step, stations in STEPS.items():
            for kind in chance.choice((["Work"], ["Change", "Work"], ["Change", "Work", "Fault", "Work"])):
                if number == rows:
                    return
                number += 1
                minutes = 0 if chance.random() < 0.03 else chance.randrange(5, 300)
                # Reports of one order follow each other; those of two orders on one machine overlap.
                clock += timedelta(minutes=minutes + chance.randrange(20))
                pieces = chance.randrange(1, 40) if kind == "Work" and chance.random() > 0.2 else 0
                held = chance.randrange(1, 4) if pieces and chance.random() < 0.04 else 0
                again = chance.randrange(1, 4) if pieces and chance.random() < 0.05 else 0
                worker = "?" if chance.random() < 0.03 else f"W{chance.randrange(1, 13):02d}"
                remark = "second pass" if chance.random() < 0.06 else "-"
                yield [
                    f"A{order}", part, step, chance.choice(stations), worker, kind, str(pieces), str(held), str(again),
                    f"{minutes}.0", clock.strftime("%Y-%m-%d %H:%M"), remark, str(number),
                ]  # fmt: skip


def sinful(rows: int, seed: int) -> Iterator[Row]:
    """The same reports; in every sixty, one is told twice and some cannot be read."""
    chance = random.Random(seed + 1)  # noqa: S311
    sins = {
        10: ("Station", "Outside"),
        20: ("Finished", "2026-13-45 99:00"),
        30: ("Minutes", ""),
        40: ("Minutes", "-15.0"),
        55: ("Part", "Lock\tbolt"),
    }
    extra = 0
    for i, row in enumerate(reports(rows - rows // 60, seed)):
        if i % 60 in sins:
            column, value = sins[i % 60]
            row[HEADING.index(column)] = value
        yield row
        if i % 60 == 50 and extra < rows // 60:
            extra += 1
            yield [*row[:-1], str(chance.randrange(10**6))]  # only the running number differs: nobody reads it


TIMES = ["case", "step", "worker", "began", "ended"]
CENTRAL_EUROPE, CHINA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def times(rows: int, seed: int) -> Iterator[Row]:
    """The same work by another system: every report but some, and work that the first one does not know."""
    chance = random.Random(seed + 2)  # noqa: S311
    for row in reports(rows - rows // 60, seed):
        told = dict(zip(HEADING, row, strict=True))
        end = datetime.strptime(told["Finished"], "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
        for order in (told["Order"], told["Order"].replace("A", "B")):
            if chance.random() < (0.02 if order == told["Order"] else 0.67):
                continue
            walls = (end - timedelta(minutes=float(told["Minutes"])), end)
            began, ended = (f"{at.astimezone(CENTRAL_EUROPE):%Y/%m/%d %H:%M:%S}" for at in walls)
            yield [order, told["Step"], told["Worker"], began, ended]


def write_workbook(file: Path, rows: Iterator[Row]) -> None:
    """The sinful reports as a workbook with the sins of workbooks."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Reports"
    sheet.append(["Sample workshop"])
    sheet.merge_cells("A1:D1")
    sheet.append(["printed on 31 March 2026"])
    sheet.append([])
    sheet.append(HEADING)
    for number, row in enumerate(rows, 5):
        told: list[object] = list(row)
        for name in ("Good", "On hold", "To rework", "Minutes"):
            at = HEADING.index(name)
            told[at] = float(row[at]) if row[at] else None
        at = HEADING.index("Finished")
        with contextlib.suppress(ValueError):  # a date that is none stays a text
            told[at] = datetime.strptime(row[at], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a workbook knows no zones
        told[HEADING.index("Part")] = row[1].replace("\t", " ")  # no workbook holds a tab
        sheet.append(told)
        if number % 50 == 0:
            sheet.cell(number, HEADING.index("Minutes") + 1).value = "#DIV/0!"
        if number == 90:
            sheet.merge_cells(start_row=89, end_row=90, start_column=4, end_column=4)
    book.create_sheet("Notes").append(["nothing of interest"])
    book.save(file)


def main() -> None:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--times", action="store_true")
    asked = parser.parse_args()
    if asked.file.suffix == ".xlsx":
        write_workbook(asked.file, sinful(asked.rows, asked.seed))
        return
    with asked.file.open("w", encoding=asked.encoding, newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(TIMES if asked.times else HEADING)
        table.writerows((times if asked.times else sinful)(asked.rows, asked.seed))


if __name__ == "__main__":
    main()
