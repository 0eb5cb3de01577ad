"""`dengta register`: the rate of any day from a fresh installation."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from dengta.cli.register import app


def register(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    ("day", "value"), [("2023-12-20", 0.56), ("2024-12-31", 0.7656), ("2025-12-09", 0.93), ("2026-03-31", 0.9598)]
)
def test_the_published_rates(day: str, value: float) -> None:
    answer = json.loads(register("rate", "--as-of", day, "--json").stdout)
    assert answer["schema"] == "dengta.register/1"
    assert answer["rate"] == value
    assert answer["reconciliation"]["filed"] == answer["transformed"]


def test_a_town_by_a_name_it_had() -> None:
    answers = [
        json.loads(register("rate", "--as-of", "2025-06-30", "--town", t, "--json").stdout)
        for t in ("南朗镇", "Nanlang")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["town"] == "442000008"


def test_every_town_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_LANG", "zh_Hans")
    result = register("towns", "--as-of", "2025-06-30")
    assert "小榄镇" in result.output
    assert "虚构" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--as-of", "soon"),
        ("--as-of", "2025-01-01", "--town", "Atlantis"),
        ("--as-of", "2025-01-01", "--programme", "jiangmen"),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...]) -> None:
    assert register("rate", *arguments).exit_code == 1
