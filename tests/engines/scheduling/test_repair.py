"""A plan goes on after something happened: the past stays, every law is kept, little moves that need not."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.core.reason import Refusal
from dengta.engines.scheduling import Down, Goal, Stability, Takes, from_arrays, solve
from tests.engines.scheduling.shops import FEATURES, random_shop


def test_every_kind_of_shop_is_repaired_within_the_law() -> None:
    chance = random.Random(3)
    for seed in range(60):
        features = set(chance.sample(sorted(set(FEATURES) - {"progress"}), chance.randint(0, 6)))
        shop = random_shop(seed, features, orders=5)
        plan = solve(shop, budget=Budget(work=10))
        now = int(chance.random() * plan.makespan)
        events = [Down(chance.randrange(3), now, now + chance.randint(1, 20)), Takes(chance.randrange(15), 12)]
        again = plan.repair(events, now, freeze=chance.choice((0, 10)), budget=Budget(work=5), seed=seed)
        again.check()
        past = plan.start < now
        assert (again.start[past] == plan.start[past]).all(), (seed, features)
        assert (again.machine[past] == plan.machine[past]).all()
        assert not ((again.start >= 0) & ~past & (again.start < now)).any()


def test_nothing_happened_nothing_moves() -> None:
    plan = solve(random_shop(4, {"alternatives", "setups", "calendars"}, orders=6), budget=Budget(work=10))
    again = plan.repair([], plan.makespan // 2, stability=Stability(machine=50, start=50))
    moved = again.diff(plan)
    assert len(moved.machine) == 0
    assert len(moved.start) == 0
    assert again.makespan == plan.makespan


def test_stability_has_its_price() -> None:
    chance = np.random.default_rng(2)
    machines = np.concatenate([chance.permutation(10) for _ in range(30)])
    problem = from_arrays(
        order=np.repeat(np.arange(30), 10),
        way_ptr=range(301),
        way_machine=machines,
        way_time=chance.integers(1, 99, 300),
    )
    plan = solve(problem, Goal.of("makespan"), Budget(work=500))
    now = plan.makespan // 3
    event = [Down(4, now, now + 150)]
    free = plan.repair(event, now, budget=Budget(work=50))
    calm = plan.repair(event, now, stability=Stability(machine=100, start=100), budget=Budget(work=50))
    assert free.makespan <= calm.makespan
    assert len(calm.diff(plan).start) <= len(free.diff(plan).start)


def test_what_is_frozen_stays_if_it_can() -> None:
    plan = solve(random_shop(9, {"alternatives"}, orders=6), budget=Budget(work=10))
    now = plan.makespan // 4
    again = plan.repair([], now, freeze=plan.makespan)
    assert (again.start == plan.start).all()
    assert again.wishes == ()


def test_events_that_cannot_be_are_refused_at_once() -> None:
    plan = solve(random_shop(9, set(), orders=2), budget=Budget(work=1))
    with pytest.raises(Refusal) as refused:
        plan.repair([Down(9, 0, 5), Down(0, 5, 5), Takes(99, 1)], now=-1)
    codes = [reason.code for reason in refused.value.reasons]
    assert codes == [f"scheduling.event_{kind}" for kind in ("down", "down", "takes", "past")]
