"""What the guide of rules shows, works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
