"""`dengta simulate` from plain files: a table for people, JSON and canonical lines for machines, faults in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.simulate import app
from dengta.core.ids import stream_id
from dengta.processes import examples

BOOK = examples.plant("furniture")
MODEL = examples.model(BOOK)
WEEK = ["--plant", str(BOOK), "--days", "3", "--from", "2026-06-01"]


def simulate(*arguments: str, file: Path | None = MODEL):
    return CliRunner().invoke(app, [str(file), *arguments])


def test_a_table_shows_every_machine_and_the_orders() -> None:
    result = simulate(*WEEK)
    assert result.exit_code == 0, result.output
    for machine in ("saw-1", "edge-5", "drill-3", "sort-2", "pack-4"):
        assert machine in result.output
    assert "2026-06-01" in result.output
    assert "orders released" in result.output


def test_json_and_events_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    answers, events = [], []
    for name in ("a", "b"):
        out = tmp_path / name
        answers.append(json.loads(simulate(*WEEK, "--seed", "7", "--json", "--out", str(out)).stdout))
        events.append(out.read_text("utf-8"))
    assert answers[0] == answers[1]
    assert events[0] == events[1]
    answer, lines = answers[0], events[0].splitlines()
    assert answer["schema"] == "dengta.simulate/1"
    assert answer["events"] == len(lines)
    first = json.loads(lines[0])
    assert first["stream"] == stream_id("furniture", first["subject"])
    assert sum(answer["machines"][0]["state_us"].values()) == 3 * 86_400 * 10**6
    assert answer["orders"]["done"] > 200


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*WEEK, "--days", "0"], "1 to 3650"),
        ([*WEEK, "--from", "tomorrow"], "2026-06-01"),
        (["--plant", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(arguments: list[str], said: str) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_every_fault_of_a_model_is_listed(tmp_path: Path) -> None:
    assert MODEL is not None
    text = MODEL.read_text("utf-8").replace('"saw-1"', '"saw-9"').replace('"failure-vacuum"', '"ghosts"')
    bad = tmp_path / "bad.sim.toml"
    bad.write_text(text, "utf-8")
    result = simulate(*WEEK, file=bad)
    assert result.exit_code == 1
    assert "saw-9" in result.output
    assert "ghosts" in result.output
