"""The beam over dispatching: lawful plans, the decoder's when narrow, the planted ones of shops without any slack."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.engines.scheduling.beam import SLOPE, STARVE, Beam, Point, chained, look_ahead
from dengta.engines.scheduling.bounds import makespan_bound
from dengta.engines.scheduling.check import judge
from dengta.engines.scheduling.decoder import RULES, Decoder, Weights
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.hands import InTurn
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import Sheet
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.solve import solve
from dengta.processes.threads import Threads
from tests.engines.scheduling.exhaustive import best
from tests.engines.scheduling.shops import random_shop

MAKESPAN = Goal.of("makespan")


def chains(seed: int, features: set[str], orders: int = 4, operations: int = 3) -> Problem:
    problem = random_shop(seed, features, orders=orders, operations=operations).problem
    problem.columns.lag_most[:] = 2**60
    assert chained(problem)
    return problem


def beam_of(problem: Problem, seed: int = 1, budget: Budget | None = None) -> Beam:
    incumbent = Incumbent(problem, MAKESPAN, budget or Budget(), makespan_bound(problem))
    return Beam(Decoder(problem), incumbent, np.random.default_rng(seed))


def planned(beam: Beam, point: Point) -> Sheet:
    beam.plans.clear()
    assert beam._plan(point)
    return beam.plans[0][1]


def without_slack(machines: int, pieces: int, seed: int) -> tuple[Problem, int]:
    """Every machine is busy from 0 to the returned end in one plan, which only its maker knows."""
    chance = np.random.default_rng(seed)
    end, parts = 1000 * pieces, []
    for machine in range(machines):
        cuts = [0, *sorted(chance.choice(end - 1, pieces - 1, replace=False) + 1), end]
        parts += [(int(a), int(b), machine) for a, b in pairwise(cuts)]
    jobs: list[list[tuple[int, int, int]]] = []
    for part in sorted(parts):
        fit = [job for job in jobs if job[-1][1] <= part[0] and job[-1][2] != part[2]]
        if fit:
            fit[int(chance.integers(len(fit)))].append(part)
        else:
            jobs.append([part])
    flat = [part for job in jobs for part in job]
    order = np.repeat(np.arange(len(jobs)), [len(job) for job in jobs])
    return from_arrays(
        order=order, way_ptr=np.arange(len(flat) + 1), way_machine=[m for _, _, m in flat],
        way_time=[b - a for a, b, _ in flat], machines=machines,
    ), end  # fmt: skip


@pytest.mark.parametrize("features", [set(), {"dates"}, {"lags", "dates"}], ids=lambda f: "+".join(sorted(f)) or "bare")
def test_every_plan_of_the_climb_keeps_the_law_and_none_is_better_than_the_best(features: set[str]) -> None:
    for seed in range(8):
        problem = chains(seed, features, orders=2)
        if "lags" in features and not chained(problem):
            continue
        beam, least = beam_of(problem, seed), best(problem, "makespan")
        beam.begin()
        assert beam.plans
        for value, sheet in beam.plans:
            assert value == (0, sheet.end.max())
            assert judge(problem, sheet) == []
            assert sheet.end.max() >= least
        for _ in range(20):
            point = beam._near(beam.here)
            point.width = 1 + seed % 5
            sheet = planned(beam, point)
            assert judge(problem, sheet) == []
            assert point.value == (0, sheet.end.max())
            assert sheet.end.max() >= least


def test_narrow_and_without_looking_ahead_it_plans_as_the_decoder_does() -> None:
    for seed in range(20):
        problem = chains(seed, {"dates"}, orders=8, operations=5)
        beam = beam_of(problem)
        for rest, time in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0)):
            rule = np.zeros(STARVE + 1)
            rule[:2], rule[SLOPE] = (rest, time), -np.inf
            ours = planned(beam, Point(rule))
            theirs = beam.decoder.by_rule(Weights(rest=rest, time=time, worse=0.0))
            for name in ("machine", "start", "end", "setup", "setup_start", "setup_end", "batch"):
                assert (getattr(ours, name) == getattr(theirs, name)).all(), (seed, name)


def test_a_shop_without_slack_is_solved_where_no_rule_comes_near() -> None:
    for seed in (1, 2):
        problem, end = without_slack(20, 60, seed)
        by_rules = min(int(Decoder(problem).by_rule(rule).end.max()) for rule in RULES)
        plan = solve(problem, MAKESPAN, Budget(work=3000), seed)
        assert plan.makespan == plan.bound == end
        assert by_rules > 1.2 * end


def test_what_no_member_comes_from_is_given_back_and_the_plan_stays_the_same() -> None:
    problem, _ = without_slack(10, 60, 3)
    beam, n = beam_of(problem), len(problem.columns.order)
    beam.begin()
    point = Point(beam.here.rule, width=8)
    roomy = planned(beam, point)
    front = beam._room(8)
    assert front.size[2] > 2 * n
    small = 2 * n
    beam._front = front._replace(parent=front.parent[:small].copy(), what=front.what[:small].copy())
    tight = planned(beam, point)
    assert (tight.start == roomy.start).all()


def test_members_that_have_little_in_common_become_fewer() -> None:
    problem, _ = without_slack(10, 60, 3)
    beam, n = beam_of(problem), len(problem.columns.order)
    front = beam._room(64)
    small = n + 500 + 8 * len(front.live)
    beam._front = front._replace(parent=front.parent[:small].copy(), what=front.what[:small].copy())
    sheet = planned(beam, Point(beam.here.rule, width=64))
    assert judge(problem, sheet) == []


def test_no_plan_where_time_runs_out_on_the_way() -> None:
    problem, _ = without_slack(10, 300, 1)
    beam = beam_of(problem, budget=Budget(stop=lambda: True))
    beam.best.offer(beam.decoder.by_rule(RULES[0]))
    beam.begin()
    assert beam.plans == []
    work = beam.best.work
    beam.run(3)
    assert beam.best.work == work


def test_two_climbs_carried_out_in_turn_or_at_once_find_the_same_plan() -> None:
    problem = chains(4, {"dates"}, orders=12, operations=6)
    plans = [solve(problem, MAKESPAN, Budget(work=2000), 7, hands=hands) for hands in (InTurn(2), Threads(2))]
    assert (plans[0].start == plans[1].start).all()


def test_a_climb_keeps_to_its_budget() -> None:
    problem, _ = without_slack(10, 60, 5)
    for work in (1, 7, 50):
        incumbent = beam_of(problem, budget=Budget(work=work)).best
        incumbent.offer(Decoder(problem).by_rule(RULES[0]))
        look_ahead(Decoder(problem), incumbent, 1, InTurn(2))
        assert work // 4 <= incumbent.work <= 1.5 * work  # members that are dropped on the way count too


def test_the_same_seed_and_work_give_the_same_plan() -> None:
    problem = chains(4, {"dates"}, orders=12, operations=6)
    plans = [solve(problem, MAKESPAN, Budget(work=2000), 7) for _ in range(2)]
    assert (plans[0].start == plans[1].start).all()
    assert plans[0].work == plans[1].work


def test_shops_with_more_to_them_are_no_chains() -> None:
    assert not chained(random_shop(1, {"alternatives"}).problem)
    assert not chained(random_shop(1, {"calendars"}).problem)
    assert not chained(from_arrays(order=[0, 0, 0], way_ptr=[0, 1, 2, 3], way_machine=[0, 1, 2], way_time=[1, 1, 1],
                                   pred_ptr=[0, 0, 0, 2], pred=[0, 1]))  # fmt: skip
