"""What the guide of rules shows, works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.apps.loans.statement_reading import COLUMNS
from dengta.cli.main import app
from dengta.engines.subsidy import from_toml

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "rules.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_its_programme_is_one() -> None:
    (text,) = blocks("toml")
    (article,) = from_toml(text, "rules.toml").articles
    assert [value.number for value in article.parameters["months"].values] == [24]


def test_its_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for code in blocks("python"):
        exec(compile(code, "rules.md", "exec"), {})


CHINESE = (ROOT / "docs" / "guides" / "rules.zh.md").read_text("utf-8")
COMMANDS = [line for text in (GUIDE, CHINESE) for line in re.findall(r"^dengta subsidy .*$", text, re.MULTILINE)]


@pytest.mark.parametrize("line", sorted({line for line in COMMANDS if "--home" not in line}))
def test_its_commands_answer(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    answer = CliRunner().invoke(app, shlex.split(line)[1:])
    assert answer.exit_code == 0, answer.output
    assert answer.output


def test_both_languages_show_the_same_commands_and_columns() -> None:
    """What a reader of one guide can type, a reader of the other can too."""
    english, chinese = (
        {shlex.split(line)[2] for line in re.findall(r"^dengta subsidy .*$", text, re.MULTILINE)}
        for text in (GUIDE, CHINESE)
    )
    assert english == chinese == {"compute", "options", "what-if"}
    for names in COLUMNS.values():
        assert names[0] in GUIDE
        assert names[0] in CHINESE
