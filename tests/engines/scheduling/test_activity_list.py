"""The activity list: what a move reaches is what a fresh start gives, every plan keeps the law, and none gets worse."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.engines.scheduling import activity_list
from dengta.engines.scheduling.activity_list import ActivityList
from dengta.engines.scheduling.check import judge
from dengta.engines.scheduling.decoder import RULES, Decoder
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.solve import solve, warm
from tests.engines.scheduling.exhaustive import best
from tests.engines.scheduling.shops import ALL, NEEDS, random_shop

GOAL = Goal.of("tardiness + 2*setups, makespan + flow, late + inventory")


def searched(problem: Problem, seed: int, slices: int, rule: int = 0) -> tuple[ActivityList, Incumbent]:
    found = Incumbent(problem, GOAL, Budget())
    found.offer(Decoder(problem).by_rule(RULES[rule]))
    search = ActivityList(problem, found, np.random.default_rng(seed))
    for _ in range(slices):
        before = found.value
        search.run()
        assert found.value <= before
        assert judge(problem, found.plan) == [], seed
    return search, found


@pytest.mark.parametrize("feature", ALL)
def test_each_feature_alone_keeps_every_law(feature: str) -> None:
    for seed in range(6):
        searched(
            random_shop(seed, {feature, "alternatives", "dates", *NEEDS.get(feature, ())}, orders=2 + seed % 5).problem,
            seed,
            2,
        )


def test_features_together_keep_every_law() -> None:
    chance = random.Random(20261125)
    for seed in range(60):
        features = set(chance.sample(ALL, chance.randint(2, len(ALL))))
        shop = random_shop(seed, features, orders=chance.randint(2, 6), operations=chance.randint(1, 4))
        searched(shop.problem, seed, 2, seed % len(RULES))


def test_what_a_move_reaches_is_what_a_fresh_start_gives() -> None:
    """After thousands of moves, taken or withdrawn, every time and term is as if the list were planned anew."""
    for seed in range(12):
        problem = random_shop(seed, set(ALL), orders=8, operations=4).problem
        search, _ = searched(problem, seed, 1)
        state = search._list
        search.cool(400)
        here = np.flatnonzero(state.node["machine"] >= 0)
        known = {name: state.node[name][here].copy() for name in ("start", "end", "setup_start", "free", "state")}
        terms, label, way = state.terms.copy(), state.node["label"].copy(), state.node["way"].copy()
        assert search._load(label, label, way, state.who.copy())
        for name, values in known.items():
            assert (state.node[name][here] == values).all(), (seed, name)
        assert (state.terms == terms).all(), seed
        assert measured(problem.columns, search._sheet())["tardiness"] == terms[1]


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = random_shop(4, set(ALL), orders=8, operations=4).problem
    plans = [searched(problem, 3, 5)[1].plan for _ in range(2)]
    assert all((a == b).all() for a, b in zip(*plans, strict=True))


@pytest.mark.parametrize(
    "features",
    [{"calendars"}, {"people"}, {"people", "calendars"}, {"materials"}, {"sublots"}],
    ids=lambda f: "+".join(sorted(f)),
)
def test_the_least_tardiness_of_tiny_shops_is_found(features: set[str]) -> None:
    """Never better than the best of all plans, which shares no code with the search; nearly always as good."""
    found, tried = 0, 8
    for seed in range(tried):
        size = 1 if "sublots" in features else 2
        problem = random_shop(seed, features | {"alternatives", "dates"}, orders=2, operations=size, machines=2).problem
        problem.columns.due[:] = np.minimum(problem.columns.due, 8)
        least = best(problem, "tardiness")
        value = solve(problem, Goal.of("tardiness"), Budget(work=20_000), seed).terms["tardiness"]
        assert value >= least, seed
        found += value == least
    assert found >= tried - 1


def test_warming_for_a_whole_factory_reaches_its_search(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, goal = random_shop(2, {"calendars", "people"}), Goal.of("tardiness")
    cooled = []

    def cool(*told: object) -> None:
        cooled.append(told)
        activity_list_cool(*told)

    activity_list_cool = activity_list.cool
    monkeypatch.setattr(activity_list, "cool", cool)
    warm(shop.problem, goal)
    assert cooled
