"""Bring real input: three months of a machining plant, from its own reports to figures that agree with the file.

The file's truth is reckoned here with nothing but the csv module. The same story runs on a generated file with the same
sins, which lives in the repository, and on the real shop where the reference data are present.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.conftest import ROOT, Terminal

EXAMPLES = ROOT / "examples" / "imports"


def import_twice(terminal: Terminal, file: Path, mapping: Path) -> dict[str, object]:
    """The report of the first import; the second changes nothing."""
    first = json.loads(terminal.run("import", str(file), "--mapping", str(mapping), "--json").stdout)
    before = terminal.run("log", "export").stdout
    again = json.loads(terminal.run("import", str(file), "--mapping", str(mapping), "--json").stdout)
    assert again["events"]["accepted"] == 0
    assert terminal.run("log", "export").stdout == before
    rows = first["rows"]
    assert rows["total"] == rows["accepted"] + rows["repaired"] + rows["duplicate"] + rows["rejected"]
    report: dict[str, object] = first
    return report


@pytest.mark.shared
def test_the_real_shop_agrees_to_the_minute_and_the_piece(terminal: Terminal, shared_data: Path) -> None:
    """Run, setup and breakdown minutes and pieces per machine are those of the file."""
    file = shared_data / "real-shop" / "operation-reports.csv"
    report = import_twice(terminal, file, EXAMPLES / "real-shop.toml")
    unkept = {int(r["row"]) for r in report["listed"] if r["result"] in ("duplicate", "rejected")}  # type: ignore[attr-defined]
    truth: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    kinds = {"D": "run_min", "S": "setup_min", "B": "breakdown_min"}
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text, delimiter=";"), start=2):
            if number in unkept:
                continue
            machine = truth[row["Resource.1"]]
            machine[kinds[row["Report_Type"]]] += float(row["activity_duration"])
            machine["good"] += int(row["Qty_Completed"])
            machine["scrap"] += int(row["Qty_for_MRB"])
    answer = terminal.json("kpi", "--by", "machine")
    told = {answer["names"][row["machine"]]["source_name"]: row for row in answer["figures"]}
    assert told.keys() == truth.keys()
    for name, expected in truth.items():
        for figure in ("run_min", "setup_min", "breakdown_min", "good", "scrap"):
            assert told[name][figure] == expected[figure], (name, figure)


def test_the_log_gives_back_what_came_in(terminal: Terminal, other_terminal: Callable[[str], Terminal]) -> None:
    """Export, append elsewhere, export again: the same bytes, the same figures."""
    import_twice(terminal, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    lines = terminal.run("log", "export").stdout
    site = terminal.json("log", "status")["site"]
    elsewhere = other_terminal("elsewhere")
    elsewhere.run("log", "append", "-", "--site", site, feed=lines)
    assert elsewhere.run("log", "export").stdout == lines
