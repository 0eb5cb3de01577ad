"""`dengta orders`: from a site's log and from its export, the same answer to the last digit; faults in words."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app
from dengta.core.canonical import lines
from dengta.core.time import DAY, from_iso
from dengta.engines import plantbook
from dengta.engines.simulation import Simulation, parse
from dengta.log import Log
from dengta.processes import examples
from dengta.processes.sites import furnish
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home
from tests.web.today.plant_home import SEED

BOOK_FILE = examples.plant("furniture")
BOOK = plantbook.parse(BOOK_FILE.read_text("utf-8"), BOOK_FILE.name)
MODEL = examples.model(BOOK_FILE)
NOW = from_iso("2026-06-05T00:20:00+08:00")
THEN = ("--at", "2026-06-04T23:40:00+08:00")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(home, export) of four days of the model plant."""
    folder = tmp_path_factory.mktemp("orders")
    assert MODEL is not None
    run = Simulation(
        parse(MODEL.read_text("utf-8")), lambda m, w: BOOK.resolver(m).occurrences(w), NOW - NOW % DAY - 4 * DAY, SEED
    )
    batch = run.until(NOW).batch(BOOK.site)
    site = furnish(Home.at(folder / "home"), BOOK_FILE, NOW).folder
    SiteClock(NOW, real_now(), 1, stop_at=NOW).save(site.clock)
    log = Log.open(site.log, BOOK.site, lambda: NOW)
    log.append(batch)
    log.close()
    export = folder / "events.jsonl"
    export.write_text("".join(f"{line}\n" for line in lines(batch).to_pylist()), "utf-8")
    return folder / "home", export


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


def ask(*options: str | Path, expect: int = 0) -> str:
    done = CliRunner().invoke(app, ["orders", *map(str, options)])
    assert done.exit_code == expect, done.output
    return done.output


def answer(*options: str | Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask("--json", *options))
    return told


@pytest.mark.parametrize("when", [THEN, ("--on", "2026-06-03"), (), (*THEN, "--order", "K260604-080")])
def test_the_export_gives_the_same_answer_as_the_log(plant: tuple[Path, Path], when: tuple[str, ...]) -> None:
    home, export = plant
    from_log = answer("--home", home, *when)
    if when == ():
        when = ("--at", from_log["at"])
    from_file = answer("--events", export, "--book", BOOK_FILE, *when)
    assert from_log == from_file
    assert from_log["schema"] == "dengta.orders/1"


def test_the_board_of_a_late_evening(plant: tuple[Path, Path]) -> None:
    home, _ = plant
    told = answer("--home", home, *THEN)
    due = told["due"]["today"]
    counts = Counter(order["outlook"] for order in due["orders"])
    assert {name: n for name, n in due["counts"].items() if n} == counts
    assert counts["complete"] > 50
    assert counts["short"]
    assert counts["at_risk"]
    short = next(order for order in due["orders"] if order["outlook"] == "short")
    away = [w for line in short["lines"] for w in line["waiting"] if not w["gathered"]]
    assert away
    risky = next(order for order in due["orders"] if order["outlook"] == "at_risk")
    assert risky["reason"]["params"]["minutes"] > 0
    assert told["due"]["tomorrow"]["orders"]
    assert told["undated"] == []
    assert told["waiting_by_line"][0]["planned_us"] > 0
    for day in told["measures"]:
        assert all(figure["value"] is not None for figure in day["figures"].values())
        figure = day["figures"]["production_efficiency"]
        assert figure["numerator"] == sum(row["pieces"] for row in day["output"])
        assert figure["denominator"] == sum(row["time_us"] for row in day["labour"])


def test_a_person_sees_tables_in_both_languages(plant: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    home, _ = plant
    told = ask("--home", home, *THEN)
    assert "Due today, 2026-06-04" in told
    assert "last seen" in told
    assert "holds the rest up" in told
    monkeypatch.setenv("DENGTA_LANG", "zh")
    told = ask("--home", home, *THEN, "--due", "today")
    assert "今天到期" in told
    assert "明天到期" not in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--due", "yesterday"], "neither today nor tomorrow"),
        (["--on", "Friday"], "not a date"),
        (["--at", "noon"], "not an instant"),
        (["--on", "2026-06-03", *THEN], "not both"),
        (["--order", "K1"], "K1"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(plant: tuple[Path, Path], options: list[str], said: str) -> None:
    assert said in ask("--home", plant[0], *options, expect=1)


def test_files_are_refused_in_words(plant: tuple[Path, Path], tmp_path: Path) -> None:
    _, export = plant
    assert "--book" in ask("--events", export, expect=1)
    assert "cannot be read" in ask("--events", tmp_path / "none", "--book", BOOK_FILE, expect=1)
    (tmp_path / "empty").write_text("")
    assert "no events" in ask("--events", tmp_path / "empty", "--book", BOOK_FILE, expect=1)
