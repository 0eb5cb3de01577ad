"""Golden plans: small shops whose best plan a planner can tell, with the reasons in words.

Read the shop, then the plan. After a change that is meant, ``python -m tests.engines.scheduling.test_golden`` writes
them anew; read what changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.cli.schedule_text import as_text
from dengta.core.budget import Budget
from dengta.engines.scheduling import read, solve

SHOPS = sorted((Path(__file__).parent / "golden").glob("*.toml"))


def planned(shop: Path) -> str:
    """The plan of a shop, with why it is as it is at the top."""
    text = shop.read_text("utf-8")
    comment = [line for line in text.split("\n") if line.startswith("#")]
    problem, goal = read(text, shop.name, "toml")
    plan = solve(problem, goal, Budget(work=300), seed=1)
    return "\n".join(comment) + "\n\n" + as_text(plan)


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.stem)
def test_a_plan_a_planner_would_make(shop: Path) -> None:
    assert planned(shop) == shop.with_suffix(".txt").read_text("utf-8")


if __name__ == "__main__":
    for shop in SHOPS:
        shop.with_suffix(".txt").write_text(planned(shop), "utf-8")
