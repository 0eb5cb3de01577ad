"""`dengta maturity score`: points, level, the way to the next, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.maturity import app

ANSWERS = Path(__file__).parents[2] / "examples" / "cases" / "answers.json"


def test_a_score_for_machines() -> None:
    answer = json.loads(CliRunner().invoke(app, ["score", str(ANSWERS), "--json"]).stdout)
    assert (answer["schema"], answer["edition"], answer["level"]) == ("dengta.maturity/1", "miit-2024", 2)
    assert answer["next"]["level"] == 3
    assert {item["item"]: item["points"] for item in answer["items"]}["equipment-networked"] == "4.5"


@pytest.mark.parametrize(("language", "word"), [("en", "binding"), ("zh_Hans", "约束性")])
def test_an_explanation_in_words(monkeypatch: pytest.MonkeyPatch, language: str, word: str) -> None:
    monkeypatch.setenv("DENGTA_LANG", language)
    result = CliRunner().invoke(app, ["score", str(ANSWERS), "--explain"])
    assert result.exit_code == 0, result.output
    assert word in result.output


def test_answers_without_an_edition_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}")
    assert CliRunner().invoke(app, ["score", str(file)]).exit_code == 1
