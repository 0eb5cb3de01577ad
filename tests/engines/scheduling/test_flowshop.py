"""Flow shops: found where they are, a sequence worth what its plan is, no place better than the one taken."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.core.reason import Refusal
from dengta.engines.scheduling.bounds import makespan_bound
from dengta.engines.scheduling.check import judge
from dengta.engines.scheduling.flowshop import flowshop, permutation_sheet
from dengta.engines.scheduling.formats import read
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.hands import InTurn
from dengta.engines.scheduling.hybrid import Hybrid
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_cooling import value_since
from dengta.engines.scheduling.kernels_flow import cheapest_place, measure_line, shortest_place, tails
from dengta.engines.scheduling.kernels_hybrid import value_of
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.sequencing import Sequencing
from dengta.engines.scheduling.solve import solve
from tests.engines.scheduling.exhaustive import best

GOALS = ("makespan", "tardiness", "tardiness, makespan", "late + 2*flow", "3*setups + inventory, flow")


def line(seed: int, jobs: int = 7, stages: int = 3) -> Problem:
    """A flow shop with everything a line knows: releases, due dates, weights, setups, an initial state."""
    chance = np.random.default_rng(seed)
    problem = from_arrays(
        order=np.repeat(np.arange(jobs), stages),
        way_ptr=np.arange(jobs * stages + 1),
        way_machine=np.tile(chance.permutation(stages), jobs),
        way_time=chance.integers(0, 20, jobs * stages),
        release=chance.integers(0, 40, jobs),
        due=chance.integers(20, 120, jobs),
        weight=chance.integers(0, 4, jobs),
        state=chance.integers(0, 4, jobs * stages) if seed % 2 else None,
        setup=chance.integers(0, 9, (2, 4, 4)) if seed % 2 else None,
        machine_setups=chance.integers(-1, 2, stages) if seed % 2 else None,
        permutation=True,
    )
    problem.columns.machine_state[0] = 2 if seed % 4 == 1 else -1
    return problem


def hybrid(seed: int, jobs: int = 4, widths: str = "2 2") -> Problem:
    """Two stages, of two machines each."""
    chance = np.random.default_rng(seed)
    rows = chance.integers(1, 9, (jobs, 2)).tolist()
    text = f"{jobs}\n2\n{widths}\n" + "\n".join(" ".join(map(str, row)) for row in rows)
    return read(text, "hybrid", "hfsp")[0]


@pytest.mark.parametrize("goal", GOALS)
def test_a_sequence_is_worth_what_its_plan_is(goal: str) -> None:
    for seed in range(12):
        problem = line(seed)
        shop = flowshop(problem)
        assert shop is not None
        search = Sequencing(shop, Incumbent(problem, Goal.of(goal), Budget()), np.random.default_rng(seed))
        chance = np.random.default_rng(seed)
        for _ in range(5):
            search.bench.trial[:] = chance.permutation(7)
            value = measure_line(shop.line, search.prices, search.bench, 7)
            sheet = permutation_sheet(shop, search.bench.trial)
            assert judge(problem, sheet) == []
            levels = search.best.offer(sheet)[1:]
            most = max(1e6, float(shop.line.time.sum() + shop.line.setup.max() * 21))
            assert value == pytest.approx(sum(level * most**-k for k, level in enumerate(levels)))


@pytest.mark.parametrize("goal", GOALS)
def test_no_place_is_better_than_the_one_a_job_is_given(goal: str) -> None:
    for seed in range(20):
        problem = line(seed)
        shop = flowshop(problem)
        assert shop is not None
        search = Sequencing(shop, Incumbent(problem, Goal.of(goal), Budget()), np.random.default_rng(seed))
        b, first = search.bench, np.random.default_rng(seed).permutation(7)
        values = []
        for place in range(7):
            b.trial[:] = np.insert(first[:-1], place, first[-1])
            values.append(measure_line(shop.line, search.prices, b, 7))
        b.trial[:] = first
        measure_line(shop.line, search.prices, b, 6)
        if goal == "makespan":
            tails(shop.line, b, 6)
            place, found = shortest_place(shop.line, b, 6, int(first[-1]), search._chance)
        else:
            place, found = cheapest_place(shop.line, search.prices, b, 6, int(first[-1]), 1e300)
        assert found == pytest.approx(min(values)), seed
        assert values[place] == pytest.approx(found)


@pytest.mark.parametrize("goal", GOALS)
def test_a_trial_given_up_costs_more_than_allowed(goal: str) -> None:
    chance, given_up, kept = np.random.default_rng(9), 0, 0
    for seed in range(24):
        problem = line(seed, jobs=24, stages=4)
        if seed % 3 == 0:
            problem.columns.release[:] = 0
        shop = flowshop(problem)
        assert shop is not None
        search = Sequencing(shop, Incumbent(problem, Goal.of(goal), Budget(work=1)), chance)
        search.begin()
        b, prices = search.bench, search.prices
        accepted = b.best.copy()
        for _ in range(40):
            one, other = sorted(chance.choice(24, 2, replace=False).tolist())
            b.trial[:] = accepted
            whole = measure_line(shop.line, prices, b, 24)
            b.tail[:], b.owed[:] = b.head, b.paid
            b.trial[one : other + 1] = np.roll(accepted[one : other + 1], 1)
            limit = whole + float(chance.integers(-10, 60)) * prices.max()
            alone = bool((shop.line.release <= shop.line.now[0]).all())
            found = value_since(shop.line, prices, b, one, other + 1, alone, limit)
            truth = measure_line(shop.line, prices, b, 24)
            assert found == pytest.approx(truth) if found <= limit else truth > limit
            given_up, kept = given_up + (found > limit), kept + (found <= limit)
    assert given_up > 100 < kept


def test_two_hands_keep_one_sequence_and_make_the_same_plan_again() -> None:
    shop = line(4, jobs=12)
    goal = Goal.of("tardiness")
    one, again = (solve(shop, goal, Budget(work=40_000), 3, hands=InTurn(2)) for _ in range(2))
    assert (one.sheet.start == again.sheet.start).all()
    assert one.value <= solve(shop, goal, Budget(work=0), 3).value


@pytest.mark.parametrize("goal", GOALS)
def test_the_best_of_all_sequences_is_found(goal: str) -> None:
    for seed in range(4):
        problem = line(seed, jobs=5)
        shop, priced = flowshop(problem), Goal.of(goal)
        assert shop is not None
        every = Incumbent(problem, priced, Budget())
        for sequence in permutations(range(5)):
            every.offer(permutation_sheet(shop, np.array(sequence)))
        plan = solve(problem, priced, Budget(work=400_000), seed)
        assert plan.value == every.value, seed


def test_what_is_no_line_is_none() -> None:
    chance = np.random.default_rng(1)
    routes = from_arrays(
        order=[0, 0, 1, 1], way_ptr=range(5), way_machine=[0, 1, 1, 0], way_time=[1, 2, 3, 4], permutation=True
    )
    assert flowshop(routes) is None
    with pytest.raises(Refusal):
        solve(routes)
    unlike = from_arrays(
        order=[0, 0, 1, 1], way_ptr=[0, 2, 3, 5, 6], way_machine=[0, 1, 2, 0, 1, 2], way_time=chance.integers(1, 99, 6)
    )
    assert flowshop(unlike) is None


def test_hybrid_shops_are_found_and_planned() -> None:
    for seed in range(8):
        problem = hybrid(seed, jobs=8)
        shop = flowshop(problem)
        assert shop is not None
        assert shop.hybrid
        for goal in ("makespan", "flow", "flow, makespan"):
            plans = [solve(problem, Goal.of(goal), Budget(work=20_000), seed) for _ in range(2)]
            assert all((a == b).all() for a, b in zip(plans[0].sheet, plans[1].sheet, strict=True))
            assert (plans[0].machine >= 0).all()
            assert plans[0].bound <= plans[0].makespan


def test_a_sequence_given_up_is_worse_than_allowed_and_backward_plans_are_plans() -> None:
    for seed in range(10):
        problem = hybrid(seed, jobs=8)
        shop = flowshop(problem)
        assert shop is not None
        search = Hybrid(shop, Incumbent(problem, Goal.of("makespan"), Budget()), np.random.default_rng(seed))
        search.begin()
        chance = np.random.default_rng(seed)
        for way, floor in zip(search.lines, search.floors, strict=True):
            for _ in range(20):
                floor.here[:] = chance.permutation(8)
                value = value_of(way, search.prices, floor, 1e300)
                assert value_of(way, search.prices, floor, value) == value
                assert value_of(way, search.prices, floor, value - 1) > value - 1
                assert value >= makespan_bound(problem)
        for side in (0, 1):
            search._offer(side)
            assert search.best.value[1] <= search.floors[side].value[1]
        assert judge(problem, search.best.plan) == []


def test_the_bound_of_a_hybrid_shop_is_below_every_plan() -> None:
    for seed in range(4):
        problem = hybrid(seed, widths="2 1" if seed % 2 else "1 2")
        assert makespan_bound(problem) <= best(problem, "makespan"), seed


def test_a_shop_free_to_change_sequence_begins_with_the_best_one() -> None:
    for seed in range(4):
        one = line(2 * seed, jobs=12, stages=5)
        free = replace(one, permutation=False)
        for goal in ("makespan", "tardiness"):
            kept = solve(one, Goal.of(goal), Budget(work=60_000), seed)
            assert solve(free, Goal.of(goal), Budget(work=120_000), seed).value <= kept.value
