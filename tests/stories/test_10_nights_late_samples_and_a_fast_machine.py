"""Three nights that other systems get wrong: a shift across midnight and the change of clocks, a sample that comes
late, and a machine that beats its planned cycle. Told with `dengta log append` and `dengta kpi`, as anybody can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.stories.conftest import Terminal

BERLIN = ZoneInfo("Europe/Berlin")
PLANT = """
[book]
site = "nights"
name = { en = "A plant with a night shift (fictional)", zh = "有夜班的工厂（虚构）" }
zone = "Europe/Berlin"
valid_from = 2026-01-01
fictional = true
calendar = "three-shifts"

[[area]]
id = "hall"
name = { en = "Hall", zh = "车间" }

[[line]]
id = "press"
area = "hall"
name = { en = "Presses", zh = "冲压线" }

[[kind]]
id = "press"
name = { en = "Press", zh = "冲床" }

[[machine]]
id = "press-1"
line = "press"
kind = "press"
name = { en = "Press 1", zh = "冲床 1" }
counters = [{ code = "strokes", max_per_h = 1200 }]

[[operation]]
id = "punch"
name = { en = "Punching", zh = "冲孔" }

[[cycle]]
operation = "punch"
item = "hinge"
seconds = 6

[[calendar]]
id = "three-shifts"
name = { en = "Three shifts", zh = "三班制" }

[[calendar.shift]]
id = "early"
name = { en = "Early", zh = "早班" }
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "06:00"
end = "14:00"

[[calendar.shift]]
id = "late"
name = { en = "Late", zh = "中班" }
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "14:00"
end = "22:00"

[[calendar.shift]]
id = "night"
name = { en = "Night", zh = "夜班" }
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "22:00"
end = "06:00"
"""


class Plant:
    """The press, and whoever asks for its figures."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal, self.book = terminal, folder / "plant.toml"
        self.book.write_text(PLANT, "utf-8")
        self._seq: Iterator[int] = iter(range(1_000_000))

    def event(self, at: str, type_: str, **fields: Any) -> dict[str, Any]:
        """One event of the press at a time by its wall clock."""
        ts = int(datetime.fromisoformat(at).replace(tzinfo=BERLIN).timestamp()) * 10**6
        key = {"stream": 1, "epoch": 1, "seq": next(self._seq), "ts": ts, "clock": "device"}
        return {**key, "type": type_, "subject": "press-1", **fields}

    def tell(self, *events: dict[str, Any]) -> None:
        """They arrive at the log."""
        lines = "".join(json.dumps(e) + "\n" for e in events)
        self.terminal.run("log", "append", "-", "--site", "nights", feed=lines)

    def figures(self, *words: str) -> dict[tuple[str, ...], dict[str, Any]]:
        """`dengta kpi`, by its key."""
        answer = self.terminal.json("kpi", "--book", str(self.book), *words)
        return {tuple(row[d] for d in answer["by"]): row for row in answer["figures"]}


@pytest.fixture
def plant(terminal: Terminal, tmp_path: Path) -> Plant:
    """A plant that works around the clock."""
    return Plant(terminal, tmp_path)


def hours(microseconds: int) -> float:
    """For people."""
    return microseconds / 3_600_000_000


def test_a_night_shift_belongs_to_the_evening_it_starts_in_even_when_the_clock_is_put_back(plant: Plant) -> None:
    """On the night to 25 October 2026 the hour from two to three comes twice: the night shift of Saturday is nine hours
    long, planned and worked, and all of it is Saturday's; Sunday begins with its early shift."""
    plant.tell(
        plant.event("2026-10-24T21:00", "state", code="running"),
        plant.event("2026-10-25T01:30", "good", code="hinge", operation="punch", value=100),
        plant.event("2026-10-25T07:00", "state", code="idle"),
    )
    night = ("2026-10-24", "night")
    told = plant.figures("--by", "date,shift", "--from", "2026-10-24T14:00", "--to", "2026-10-25T14:00")
    assert set(told) == {("2026-10-24", "late"), night, ("2026-10-25", "early")}
    assert hours(told[night]["planned_us"]) == 9
    assert hours(told[night]["elements_us"]["APT"]) == 9
    assert told[night]["ratios"]["availability"]["exact"] == "1/1"
    assert told[night]["good"] == 100, "the pieces after midnight are the night shift's"
    assert hours(told["2026-10-24", "late"]["elements_us"]["APT"]) == 1
    assert hours(told["2026-10-25", "early"]["elements_us"]["APT"]) == 1
    whole = plant.figures("--by", "machine", "--from", "2026-10-24T14:00", "--to", "2026-10-25T14:00")["press-1",]
    for element, length in whole["elements_us"].items():
        assert sum(row["elements_us"][element] for row in told.values()) == length, "the parts are the whole"


def test_in_spring_the_night_shift_is_an_hour_short_and_nobody_loses_it(plant: Plant) -> None:
    """The night to 29 March 2026 has seven hours of night shift; a machine that ran through it was available."""
    plant.tell(
        plant.event("2026-03-28T22:00", "state", code="running"), plant.event("2026-03-29T06:00", "state", code="idle")
    )
    told = plant.figures("--by", "date,shift", "--from", "2026-03-28T22:00", "--to", "2026-03-29T06:00")
    (night,) = told.values()
    assert hours(night["planned_us"]) == 7
    assert night["ratios"]["availability"]["exact"] == "1/1"


def test_a_sample_that_comes_late_is_neither_parts_nor_a_reset(plant: Plant) -> None:
    """The counter stood at 1,000, then 1,010. A sample of 995 that was taken a minute before and arrives last takes its
    place: nothing is counted twice. One that claims to be newer yet stands lower than the press can explain is named a
    late one, and no part is booked for it."""
    first = plant.event("2026-03-02T08:00", "counter", code="strokes", value=900)
    later = plant.event("2026-03-02T09:00", "counter", code="strokes", value=1_010)
    plant.tell(first, later)
    window = ("--by", "machine", "--from", "2026-03-02T06:00", "--to", "2026-03-02T14:00")
    before = plant.figures(*window)["press-1",]
    assert before["counted"] == 110
    late = plant.event("2026-03-02T08:50", "counter", code="strokes", value=995)
    plant.tell(late)
    after = plant.figures(*window)["press-1",]
    assert (after["counted"], after["late_samples"], after["counter_resets"]) == (110, 0, 0)
    plant.tell(late)
    assert plant.figures(*window)["press-1",]["counted"] == 110, "the same message twice is one fact"
    plant.tell(plant.event("2026-03-02T09:01", "counter", code="strokes", value=996))
    odd = plant.figures(*window)["press-1",]
    assert (odd["counted"], odd["late_samples"]) == (110, 1)


def test_a_machine_that_beats_its_planned_cycle_is_flagged_and_not_capped(plant: Plant) -> None:
    """Planned are six seconds a hinge; in one hour the press made 700 of them, which should have taken 70 minutes. That
    is shown as 116.7 % and marked, for the plan or the count must be wrong; a cap would hide both."""
    plant.tell(
        plant.event("2026-03-02T08:00", "state", code="running", order="O-1", operation="punch"),
        plant.event("2026-03-02T08:59", "good", code="hinge", order="O-1", operation="punch", value=700),
        plant.event("2026-03-02T09:00", "state", code="idle"),
    )
    window = ("--from", "2026-03-02T08:00", "--to", "2026-03-02T10:00")
    row = plant.figures("--by", "machine", *window)["press-1",]
    effectiveness = row["ratios"]["effectiveness"]
    assert effectiveness["exact"] == "7/6"
    assert effectiveness["above_one"] is True
    assert row["ratios"]["oee"]["exact"] == "7/12", "availability 1/2, effectiveness 7/6, quality 1"
    by_order = plant.figures("--by", "order", *window)
    assert by_order["O-1",]["ratios"]["effectiveness"]["exact"] == "7/6"
    shown = plant.terminal.run("kpi", "--book", str(plant.book), *window).stdout
    assert "116.7 !" in shown
    assert "above 100 %" in shown


def test_a_piece_nobody_planned_leaves_effectiveness_open(plant: Plant) -> None:
    """For another item no cycle is stated: its pieces are no hinges, and the reason names what is missing."""
    plant.tell(
        plant.event("2026-03-02T08:00", "state", code="running", operation="punch"),
        plant.event("2026-03-02T09:00", "good", code="bracket", operation="punch", value=5),
    )
    row = plant.figures("--by", "machine", "--from", "2026-03-02T08:00", "--to", "2026-03-02T10:00")["press-1",]
    oee = row["ratios"]["oee"]
    assert oee["value"] is None
    assert oee["undefined"]["params"]["item"] == "bracket"
    assert oee["undefined"]["params"]["operation"] == "punch"
    assert "bracket" in oee["sentence"]
