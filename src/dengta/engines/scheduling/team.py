"""Searches side by side: each goes its own way for a fixed amount of work, then each hears of the others' best plan.

Because they meet after equal work and not at equal times, the same seed and work give the same plan however fast each
of them was, and whether they ran at once or in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np

from dengta.engines.scheduling.activity_list import ActivityList
from dengta.engines.scheduling.anneal import Anneal
from dengta.engines.scheduling.elite import LAX, STRICT
from dengta.engines.scheduling.hands import Hands
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.tabu import Tabu

_ROUND = 200_000_000  # visits of each between two meetings: one or two seconds


class Search(Protocol):
    """One of them, with a best plan of its own."""

    @property
    def best(self) -> Incumbent:
        """A branch of the team's best."""

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations, at least one slice."""

    def hear(self, sheet: Sheet) -> None:
        """Learn of a plan another one has found."""


def search_for(
    problem: Problem,
    best: Incumbent,
    chance: np.random.Generator,
    starts: Sequence[Sheet],
    ready: Ints | None = None,
    place: int = 0,
) -> Search:
    """The search that fits shop and goal, in its place of a team.

    starts: plans to begin with. ready (n,), for plain shops: earliest starts; left out, by the releases.
    """
    if not problem.plain:
        return ActivityList(problem, best, chance)
    if best.goal.kinds == {"makespan"}:
        return Tabu(problem, best, chance, starts, ready, (LAX, STRICT)[place % 2])
    return Anneal(problem, best, chance, ready)


def run(searches: Sequence[Search], best: Incumbent, hands: Hands) -> None:
    """Let them search until the budget of `best` is spent."""
    while best.go_on():
        share = max(1, min(_ROUND, best.room // len(searches)))
        hands.carry([partial(search.step, share) for search in searches])
        found = [search.best.plan for search in searches]
        for search in searches:
            best.join(search.best)
        for search in searches:
            for sheet in found:
                if sheet is not search.best.plan:
                    search.hear(sheet)
