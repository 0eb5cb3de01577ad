"""`dengta maturity score`: points, level, the way to the next, in both languages."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app as main
from dengta.cli.maturity import app
from dengta.core.time import from_iso
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import Home

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


def test_the_plants_log_answers_two_claims(tmp_path: Path) -> None:
    """Every machine of the book sends, six more of the asset ledger do not; what `dengta kpi` cannot define is not
    recomputable."""
    plants = Path(__file__).parents[2] / "examples" / "plants"
    lines, book = tmp_path / "day.ndjson", plants / "furniture.toml"
    run = CliRunner().invoke
    call = ["simulate", str(plants / "furniture.sim.toml"), "--plant", str(book), "--from", "2026-03-02", "--days", "2"]
    assert run(main, [*call, "--seed", "1", "--out", str(lines)]).exit_code == 0
    home = tmp_path / "home"
    assert run(main, ["log", "append", str(lines), "--home", str(home), "--site", "furniture"]).exit_code == 0
    Bookshelf(Home.at(home).site("furniture").books).add(book.read_text("utf-8"), from_iso("2026-03-01T00:00:00Z"))
    days = ["--from", "2026-03-02", "--to", "2026-03-03", "--days", "2"]
    told = run(main, ["maturity", "verify", str(ANSWERS), "--home", str(home), *days, "--json"])
    assert told.exit_code == 0, told.output
    networked, oee = json.loads(told.stdout)["findings"]
    assert (networked["claim"], networked["found"], networked["difference"]) == ("60", "76.9231", "16.9231")
    assert (networked["met"], networked["machines"], networked["exact"]) == (20, 26, "1000/13")
    kpi = ["kpi", "--by", "machine,date", "--home", str(home), "--from", "2026-03-02", "--to", "2026-03-04", "--json"]
    figures = json.loads(run(main, kpi).stdout)["figures"]
    defined = Counter(f["machine"] for f in figures if f["ratios"]["oee"]["value"] is not None)
    assert {m: n for m, n in oee["rows"].items() if n} == defined
    assert oee["met"] == sum(n >= 2 for n in defined.values())
