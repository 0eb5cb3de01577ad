"""Searches find the best of tiny shops, keep their graph right move by move, and repeat themselves for a seed."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.engines.scheduling.bounds import makespan_bound
from dengta.engines.scheduling.check import judge
from dengta.engines.scheduling.decoder import RULES, Decoder
from dengta.engines.scheduling.elite import Elite, Member
from dengta.engines.scheduling.formats import read
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.graph import empty_graph, net_of, order_of, sheet_of, ways_of
from dengta.engines.scheduling.hands import InTurn
from dengta.engines.scheduling.kernels_bound import jackson
from dengta.engines.scheduling.kernels_estimate import later, may_go_before, may_go_behind, sooner
from dengta.engines.scheduling.kernels_graph import load
from dengta.engines.scheduling.kernels_layout import NEVER
from dengta.engines.scheduling.kernels_tabu import PLACES, tabu
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.solve import solve
from dengta.processes.threads import Threads
from tests.engines.scheduling.exhaustive import best
from tests.engines.scheduling.shops import random_shop

PLAIN = ({"alternatives"}, {"alternatives", "assemblies"}, {"dates"}, {"setups", "alternatives"}, {"lags"})
MAKESPAN = Goal.of("makespan")


def plain_shop(seed: int, features: set[str], **size: int) -> Problem:
    """A shop of which the graph says all: no longest lags, no attached setups, every operation in a state."""
    problem = random_shop(seed, features, **size).problem
    c = problem.columns
    c.lag_most[:] = 2**60
    c.attached[:] = 0
    if "setups" in features:
        c.state[c.state < 0] = 0
    assert problem.plain
    return problem


@pytest.mark.parametrize("features", PLAIN, ids=lambda f: "+".join(sorted(f)))
def test_the_best_makespan_of_tiny_shops_is_found(features: set[str]) -> None:
    for seed in range(12):
        problem = plain_shop(seed, features, orders=2, operations=3)
        plan = solve(problem, MAKESPAN, Budget(work=3000), seed)
        assert plan.makespan == best(problem, "makespan"), seed
        assert plan.bound <= plan.makespan


@pytest.mark.parametrize(
    "features", [{"dates"}, {"dates", "alternatives"}, {"dates", "setups"}], ids=lambda f: "+".join(sorted(f))
)
def test_the_least_tardiness_of_tiny_shops_is_found(features: set[str]) -> None:
    for seed in range(12):
        problem = plain_shop(seed, features, orders=3, operations=2)
        problem.columns.due[:] = np.minimum(problem.columns.due, 12)
        plan = solve(problem, Goal.of("tardiness"), Budget(work=20_000), seed)
        assert plan.value[1] == best(problem, "tardiness"), seed


@pytest.mark.parametrize("kind", ["makespan", "tardiness"])
def test_no_plan_of_a_shop_with_calendars_beats_exhaustive_search(kind: str) -> None:
    found = 0
    for seed in range(12):
        problem = random_shop(seed, {"calendars", "dates", "alternatives"}, orders=3, operations=2).problem
        value, least = solve(problem, Goal.of(kind), Budget(work=300), seed).value[1], best(problem, kind)
        assert value >= least, seed
        found += value == least
    assert found >= 9


@pytest.mark.parametrize(
    ("form", "kind"), [("tt-pfsp", "tardiness"), ("tt-pfsp", "makespan"), ("sdst-pfsp", "makespan")]
)
def test_the_best_sequence_of_a_flow_shop_is_found(form: str, kind: str) -> None:
    for seed in range(5):
        chance = np.random.default_rng(seed)
        times, setups = chance.integers(1, 20, (5, 3)), chance.integers(0, 9, (3, 5, 5))
        due = chance.integers(20, 60, 5)
        parts = [times] if form == "sdst-pfsp" else [due[None], times]
        parts += list(setups) if form == "sdst-pfsp" else []
        text = "5\n3\n" + "\n".join(" ".join(map(str, row)) for part in parts for row in part.tolist())
        problem, _ = read(text, "flow", form)
        plan = solve(problem, Goal.of(kind), Budget(work=3000), seed)
        values = []
        for sequence in permutations(range(5)):
            free, ends, last = [0] * 3, {}, None
            for job in sequence:
                at = 0
                for m in range(3):
                    gap = int(setups[m, last, job]) if last is not None and form == "sdst-pfsp" else 0
                    at = free[m] = max(at, free[m] + gap) + int(times[job, m])
                ends[job], last = at, job
            late = sum(max(0, ends[job] - int(due[job])) for job in ends)
            values.append(max(ends.values()) if kind == "makespan" else late)
        assert plan.value[1] == min(values), seed


def test_the_bound_is_never_above_the_best() -> None:
    tight = 0
    for seed in range(90):
        problem = plain_shop(seed, set(PLAIN[seed % len(PLAIN)]), orders=3, operations=2)
        least = best(problem, "makespan")
        assert makespan_bound(problem) <= least, seed
        tight += makespan_bound(problem) == least
    assert tight >= 30


def test_the_bound_is_never_above_the_best_where_calendars_close_machines() -> None:
    for seed in range(12):
        problem = random_shop(seed, {"calendars", "dates", "alternatives"}, orders=3, operations=2).problem
        assert makespan_bound(problem) <= best(problem, "makespan"), seed


def test_edge_finding_refutes_what_preemption_allows() -> None:
    gained = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        machines = np.concatenate([chance.permutation(3) for _ in range(3)])
        problem = from_arrays(
            order=np.repeat(range(3), 3), way_ptr=range(10), way_machine=machines, way_time=chance.integers(1, 10, 9)
        )
        bound, head, rest = makespan_bound(problem), problem.before, problem.rest
        relaxed = int((head + problem.least + rest).max())
        for m in range(3):
            rows = np.flatnonzero(machines == m)
            rows = rows[np.argsort(head[rows])]
            scratch = np.zeros((2, 3), np.int64)
            relaxed = max(relaxed, jackson(rows, head, problem.least, rest, scratch[0], scratch[1]))
        assert relaxed <= bound <= best(problem, "makespan"), seed
        gained += bound > relaxed
    assert gained >= 3


def test_a_machine_that_is_slow_at_everything_hardly_helps() -> None:
    problem = from_arrays(
        order=range(20), way_ptr=range(0, 41, 2), way_machine=[0, 1] * 20, way_time=[10, 90] * 20
    )  # 18 on the fast one, 2 on the slow one: 180
    assert makespan_bound(problem) == 180


def test_heads_and_tails_stay_right_move_by_move() -> None:
    for seed in range(30):
        problem = plain_shop(seed, set(PLAIN[seed % len(PLAIN)]), orders=6, operations=4)
        net, graph = net_of(problem), empty_graph(problem)
        sheet = Decoder(problem).by_rule(RULES[seed % len(RULES)])
        load(net, graph, ways_of(problem, sheet), order_of(problem, sheet.start, sheet.end))
        n = len(net.order)
        scratch = np.zeros((4, n), np.int64)
        clock, state = np.zeros(2, np.int64), np.array([seed + 1], np.uint64)
        again = empty_graph(problem)
        for _ in range(40):
            tabu(
                net, graph, np.zeros(PLACES, np.int64), scratch[0], np.zeros(1 << 12, np.int64), 5, clock, 1, 10**6, 0,
                scratch[1], scratch[2], state,
            )  # fmt: skip
            load(net, again, graph.node["way"].copy(), graph.order.copy())
            for name in ("head", "tail", "before", "after", "job_head", "job_tail", "place"):
                assert (graph.node[name] == again.node[name]).all(), (seed, name)
            assert judge(problem, sheet_of(problem, graph)) == []


@pytest.mark.parametrize("feature", ["assemblies", "setups"])
def test_a_move_given_up_is_worse_than_the_limit(feature: str) -> None:
    given_up = 0
    for seed in range(12):
        problem = plain_shop(seed, {feature, "lags"}, orders=7, operations=4)
        net, graph = net_of(problem), empty_graph(problem)
        sheet = Decoder(problem).by_rule(RULES[seed % len(RULES)])
        load(net, graph, ways_of(problem, sheet), order_of(problem, sheet.start, sheet.end))
        for u in range(len(net.order)):
            v = int(graph.node["after"][u])
            while v >= 0:
                for estimate, may in (
                    (later, may_go_behind(net, graph, u, v)),
                    (sooner, may_go_before(net, graph, v, u)),
                ):
                    whole = estimate(net, graph, u, v, NEVER)
                    for limit in (whole - 4, whole - 1, whole, whole + 5) if may else ():
                        found = estimate(net, graph, u, v, limit)
                        assert found == whole if whole <= limit else found > limit, (seed, u, v, limit)
                        given_up += whole > limit
                v = int(graph.node["after"][v])
    assert given_up > 500


def test_operations_of_one_order_may_follow_each_other_on_a_machine() -> None:
    problem = from_arrays(
        order=[0, 0, 0, 1, 1], way_ptr=[0, 2, 4, 5, 6, 8], way_machine=[0, 1, 0, 1, 0, 1, 0, 1],
        way_time=[3, 3, 2, 4, 2, 5, 1, 2],
    )  # fmt: skip
    plan = solve(problem, MAKESPAN, Budget(work=2000), 3)
    assert plan.makespan == best(problem, "makespan")


def test_the_same_seed_and_work_give_the_same_plan() -> None:
    problem = plain_shop(5, {"alternatives", "setups"}, orders=8, operations=5)
    plans = [solve(problem, MAKESPAN, Budget(work=4000), 7) for _ in range(2)]
    assert all((a == b).all() for a, b in zip(plans[0].sheet, plans[1].sheet, strict=True))
    assert plans[0].work == plans[1].work


def test_searches_at_once_find_what_they_find_in_turn() -> None:
    problem = plain_shop(5, {"alternatives"}, orders=12, operations=6)
    problem.columns.release[:] = 0
    plans = [solve(problem, MAKESPAN, Budget(work=40_000), 7, hands=h) for h in (InTurn(3), Threads(3), Threads(3))]
    for plan in plans[1:]:
        assert all((a == b).all() for a, b in zip(plans[0].sheet, plan.sheet, strict=True))
        assert plan.work == plans[0].work
    assert plans[0].work >= 40_000 or plans[0].makespan == plans[0].bound


def test_what_a_search_in_a_thread_raises_is_raised() -> None:
    done = []

    def fail() -> None:
        raise ZeroDivisionError("in a thread")

    with pytest.raises(ZeroDivisionError, match="in a thread"):
        Threads(3).carry([lambda: done.append(1), fail, lambda: done.append(3)])
    assert sorted(done) == [1, 3]


def test_an_elite_holds_the_best_that_are_not_alike() -> None:
    chance, elite = np.random.default_rng(1), Elite()
    plans = [Member(int(chance.integers(50, 99)), *chance.integers(0, 9, (4, 40))) for _ in range(40)]
    for plan in plans:
        elite.keep(plan)
    assert [m.value for m in elite.members] == sorted(p.value for p in plans)[: len(elite.members)]
    best = elite.members[0]
    twin = Member(best.value, best.way, best.start, best.end, best.before)
    assert not elite.keep(twin)
    better = Member(best.value - 1, best.way, best.start, best.end, best.before)
    assert elite.keep(better)
    assert elite.members[0] is better
    assert not any(m is best for m in elite.members)


def test_there_is_a_plan_even_without_a_budget() -> None:
    problem = plain_shop(5, {"alternatives"}, orders=8, operations=5)
    plan = solve(problem, budget=Budget(work=0))
    assert (plan.machine >= 0).all()
    stopped = solve(problem, budget=Budget(stop=lambda: True))
    assert (stopped.machine >= 0).all()
