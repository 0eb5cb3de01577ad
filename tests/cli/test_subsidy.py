"""`dengta subsidy`: the amount, its steps, what could be asked for; in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.subsidy import app

CASE = Path(__file__).parents[2] / "examples" / "cases" / "loan-discount.json"


def subsidy(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_the_amount_and_the_chain_that_made_it() -> None:
    answer = json.loads(subsidy("compute", str(CASE), "--json").stdout)
    assert (answer["schema"], answer["amount"], answer["eligible"]) == ("dengta.subsidy/1", "882083.33", True)
    codes: list[str] = []

    def walk(step: dict) -> None:
        codes.append(step["code"])
        for inner in step["steps"]:
            walk(inner)

    walk(answer["steps"])
    assert {"subsidy.eligible_cost", "subsidy.stretch", "subsidy.share", "subsidy.paid_interest"} <= set(codes)


@pytest.mark.parametrize(("language", "word"), [("en", "interest accrued"), ("zh_Hans", "应计利息")])
def test_an_explanation_in_words(monkeypatch: pytest.MonkeyPatch, language: str, word: str) -> None:
    monkeypatch.setenv("DENGTA_LANG", language)
    result = subsidy("compute", str(CASE), "--explain")
    assert result.exit_code == 0, result.output
    assert word in result.output
    assert "882,083.33" in result.output


def test_a_second_programme_computes_the_same_case_by_its_own_rule() -> None:
    answer = json.loads(subsidy("compute", str(CASE), "--programme", "jiangmen", "--json").stdout)
    assert answer["amount"] == "705666.67"  # 80 % in the second year of the loan


def test_what_could_be_asked_for() -> None:
    answer = json.loads(subsidy("options", str(CASE), "--json").stdout)
    assert {option["article"] for option in answer["options"]} >= {"loan-discount", "upgrade", "demonstration-factory"}


def test_an_unknown_programme_or_file_is_refused_by_name() -> None:
    assert subsidy("compute", str(CASE), "--programme", "atlantis").exit_code == 1
    assert subsidy("compute", "nowhere.json").exit_code == 1
