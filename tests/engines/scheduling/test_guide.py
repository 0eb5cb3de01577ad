"""What the guide shows, works: its shop is planned, its lines of Python are run."""

from __future__ import annotations

import re
from pathlib import Path

from dengta.core.budget import Budget
from dengta.engines.scheduling import Goal, read, solve

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "scheduling.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_its_shop_can_be_planned() -> None:
    (shop,) = blocks("toml")
    problem, goal = read(shop, "shop.toml", "toml")
    plan = solve(problem, goal, Budget(work=50))
    assert [reason.code for reason in plan.wishes] == []
    assert plan.start[plan.operation("A-2/edge")] == 50 * 60


def test_its_python_runs() -> None:
    known: dict[str, object] = {}
    for code in blocks("python"):
        exec(compile(code, "scheduling.md", "exec"), known)


def test_its_objective_is_one() -> None:
    for text in re.findall(r'--objective "([^"]+)"', GUIDE):
        assert str(Goal.of(text)) == text
