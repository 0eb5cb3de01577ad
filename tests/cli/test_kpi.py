"""`dengta kpi`: figures that agree with the file to the minute and the piece."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app
from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import HOUR, from_iso
from dengta.core.vocabulary import EventType
from dengta.log import Log
from tests.cli.shop import EXAMPLES, KINDS, REAL, SAMPLE, Columns, busy_minutes, reckon
from tests.cli.test_import import bring


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal speaks English."""
    monkeypatch.setenv("DENGTA_LANG", "en")


def ask(home: Path, *options: str, expect: int = 0) -> str:
    """`dengta kpi`, its output."""
    done = CliRunner().invoke(app, ["kpi", "--home", str(home), *options])
    assert done.exit_code == expect, done.output + repr(done.exception)
    return done.output


def figures(home: Path, *options: str) -> dict[str, Any]:
    """The same with --json."""
    answer: dict[str, Any] = json.loads(ask(home, "--json", *options))
    return answer


def agree(home: Path, file: Path, mapping: Path, at: Columns) -> dict[str, Any]:
    """Import `file`; every machine's figures are those of an independent reading."""
    bring(home, file, mapping)
    answer = figures(home)
    told = {answer["names"][row["machine"]]["source_name"]: row for row in answer["figures"]}
    truth = reckon(file, at, told.__contains__)
    assert told.keys() == truth.figures.keys()
    for name, expected in truth.figures.items():
        for figure in ("run_min", "setup_min", "breakdown_min", "good", "scrap", "reports"):
            assert told[name][figure] == expected[figure], (name, figure)
        machine = sum(told[name][f"machine_{kind}_min"] for kind in KINDS)
        assert machine == busy_minutes(truth.spans[name]), name
    for figure in ("run_min", "good", "reports"):
        assert answer["total"][figure] == sum(expected[figure] for expected in truth.figures.values())
    return answer


def test_the_sample_agrees_to_the_minute_and_the_piece(tmp_path: Path) -> None:
    """Labour as the sum of reports, machine time as their union, each with its provenance."""
    answer = agree(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml", SAMPLE)
    assert {row["grade"] for row in answer["figures"]} == {"B"}
    assert len(answer["plant_book"]) == 64
    oee = answer["figures"][0]["ratios"]["oee"]
    assert oee["value"] is None
    assert oee["undefined"]["code"] == "kpi.undefined_cycle"


@pytest.mark.shared
def test_the_real_shop_agrees_to_the_minute_and_the_piece(tmp_path: Path, shared_data: Path) -> None:
    """Three months, twenty machines; without a calendar nothing claims to know planned busy time."""
    file = shared_data / "real-shop" / "operation-reports.csv"
    answer = agree(tmp_path, file, EXAMPLES / "real-shop.toml", REAL)
    assert len(answer["figures"]) == 20
    for row in answer["figures"]:
        assert row["ratios"]["availability"]["undefined"]["params"] == {"input": "PBT"}


def test_days_sum_to_the_week(tmp_path: Path) -> None:
    """Windows by the plant's wall clock; an interval across midnight is cut, not credited to one side."""
    bring(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    week = figures(tmp_path, "--from", "2026-03-01", "--to", "2026-03-09")["total"]
    days = [
        figures(tmp_path, "--from", f"2026-03-{day:02d}", "--to", f"2026-03-{day + 1:02d}")["total"]
        for day in range(1, 9)
    ]
    for figure in ("run_min", "setup_min", "machine_run_min", "good", "reports"):
        assert sum(day[figure] for day in days) == week[figure]
    assert week["run_min"] == figures(tmp_path)["total"]["run_min"]


def test_a_machine_that_speaks_for_itself(tmp_path: Path) -> None:
    """States fill time elements; without a plant book machines are called as events call them."""
    start = from_iso("2026-03-02T00:00:00Z")

    def event(seq: int, hours: int, code: str, kind: EventType = EventType.STATE, value: int = 0) -> Event:
        at = start + hours * HOUR
        return Event(stream=1, epoch=1, seq=seq, ts=at, type=kind, subject="cnc", code=code, value=value)

    events = [event(0, 0, "running"), event(1, 3, "down"), event(2, 4, "", EventType.GOOD, 12)]
    with Log.open(tmp_path / "sites" / "own" / "log", "own", lambda: start + 5 * HOUR) as log:
        log.append(EventBatch.of(events)).result()
    answer = figures(tmp_path, "--to", "2026-03-02T05:00:00Z")
    (row,) = answer["figures"]
    assert (row["machine"], row["grade"], row["good"]) == ("cnc", "A", 12)
    assert {e: us // HOUR for e, us in row["elements_us"].items() if us} == {"APT": 3, "ADET": 2}
    assert row["run_min"] is None
    assert row["ratios"]["technical_efficiency"]["exact"] == "3/5"
    assert answer["plant_book"] is None
    assert "By machine state" in ask(tmp_path)


def test_a_person_sees_a_table(tmp_path: Path) -> None:
    """Within eighty columns, with a total; names where there is room."""
    bring(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    shown = ask(tmp_path)
    assert "total" in shown
    assert "16,212" in shown
    assert max(len(line) for line in shown.splitlines() if "Provenance" not in line) <= 80


def test_what_cannot_be_figured_is_refused_in_words(tmp_path: Path) -> None:
    """No site, no window, a window backwards, a time that is none, nothing by that name."""
    assert "there is no site here yet" in ask(tmp_path, expect=1)
    (tmp_path / "sites" / "empty" / "log").mkdir(parents=True)
    assert "holds nothing that could be folded" in ask(tmp_path, expect=1)
    day = ("--from", "2026-03-01", "--to", "2026-03-02")
    assert "use some of: machine, line" in ask(tmp_path, "--by", "mood", *day, expect=1)
    backwards = ask(tmp_path, "--from", "2026-03-02", "--to", "2026-03-01", expect=1)
    assert "before it starts" in backwards
    assert "is not a date or time" in ask(tmp_path, "--from", "noon", "--to", "2026-03-01", expect=1)
    assert "there is no site elsewhere here" in ask(tmp_path, "--site", "elsewhere", expect=1)
    (tmp_path / "sites" / "second").mkdir()
    assert "name one with --site" in ask(tmp_path, expect=1)


def test_filters_choose_and_what_is_mistyped_is_refused(tmp_path: Path) -> None:
    """By machine, line, order and shift; the parts are those of the whole."""
    bring(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    whole = {row["machine"]: row for row in figures(tmp_path)["figures"]}
    (lathe,) = figures(tmp_path, "--machine", "lathe-1")["figures"]
    assert lathe == whole["lathe-1"]
    metal = figures(tmp_path, "--line", "metal")["figures"]
    assert {row["machine"] for row in metal} == {"lathe-1", "lathe-2", "mill-1", "grinder-1"}
    day = figures(tmp_path, "--machine", "lathe-1", "--shift", "day", "--by", "machine,shift")["figures"]
    assert [(row["shift"], row["good"]) for row in day] == [("day", 47)]
    orders = figures(tmp_path, "--by", "order")["figures"]
    assert sum(row["good"] for row in orders) == sum(row["good"] for row in whole.values())
    one = next(row["order"] for row in orders if row["good"])
    (alone,) = figures(tmp_path, "--by", "order", "--order", one)["figures"]
    assert alone["ratios"]["throughput_rate"]["value"] is not None, "an order has its execution time"
    assert alone["ratios"]["availability"]["undefined"]["params"] == {"input": "PBT"}
    told = ask(tmp_path, "--machine", "lathe-9", "--line", "wood", expect=1)
    assert "lathe-9" in told
    assert "wood" in told


def test_assumptions_are_printed_with_their_hash(tmp_path: Path) -> None:
    """In both languages; nothing is assumed unless asked."""
    bring(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    answer = figures(tmp_path, "--assume")
    assert figures(tmp_path)["assumptions"] is None
    assert answer["assumptions"]["hash"][:12] in ask(tmp_path, "--assume")
    assert any(row["ratios"]["oee"]["value"] is not None for row in answer["figures"])
    assert answer["definitions"]["oee"]["clause"] == "C4"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Lines and book alike."""
    gone = str(tmp_path / "gone.jsonl")
    assert "gone.jsonl" in ask(tmp_path, "--events", gone, expect=1)
    broken = tmp_path / "events.jsonl"
    broken.write_text("{", "utf-8")
    assert "events.jsonl" in ask(tmp_path, "--events", str(broken), expect=1)
