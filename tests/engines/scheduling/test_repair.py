"""A plan goes on after something happened: the past stays, every law is kept, little moves that need not."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dengta.core.budget import Budget
from dengta.core.reason import Refusal
from dengta.engines.scheduling import (
    Absent,
    Arrives,
    Began,
    Down,
    Ended,
    Goal,
    Plan,
    Shop,
    Stability,
    Takes,
    Waiting,
    from_arrays,
    solve,
)
from dengta.engines.scheduling.events import Event
from dengta.engines.scheduling.model import Amount, Machine, Material, Operation, Order, Receipt, Setups, Way
from tests.engines.scheduling.shops import ALL, FEATURES, random_shop


def test_every_kind_of_shop_is_repaired_within_the_law() -> None:
    chance = random.Random(3)
    for seed in range(60):
        features = set(chance.sample(sorted(set(ALL) - {"progress"}), chance.randint(0, 7)))
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
    assert codes == [f"scheduling.event_{kind}" for kind in ("past", "unknown", "span", "unknown")]


def _facts(chance: random.Random, plan: Plan, now: int) -> list[Event]:
    """What the floor may report: some work began late, some ended late, some still waits; the rest went as planned."""
    found: list[Event] = []
    for i in np.flatnonzero((plan.start < now) & (plan.problem.columns.begun < 0)).tolist():
        turn, late = chance.random(), min(now, int(plan.start[i]) + chance.randint(0, 3))
        if turn < 0.1:
            found.append(Waiting(i))
        elif turn < 0.2:
            found.append(Began(i, late))
        elif turn < 0.3:
            found += [Began(i, late), Ended(i, chance.randint(late, now))]
    return found


def test_what_the_floor_reports_is_where_the_plan_goes_on() -> None:
    chance = random.Random(5)
    for seed in range(80):
        features = set(chance.sample(sorted(set(ALL) - {"materials"}), chance.randint(0, 6)))
        plan = solve(random_shop(seed, features, orders=5), budget=Budget(work=10))
        first = int(plan.problem.columns.now[0])
        for share in (0.3, 0.6):
            now = max(first, int(share * plan.makespan))
            facts = _facts(chance, plan, now)
            events = [*facts, Down(chance.randrange(3), now + 1, now + chance.randint(2, 20))]
            if "people" in features:
                events.append(Absent("wu", now, now + 9))
            plan = plan.repair(events, now, budget=Budget(work=7), seed=seed)
            plan.check()
            for fact in facts:
                i = fact.operation
                if isinstance(fact, Began):
                    assert plan.start[i] == fact.at, (seed, fact)
                if isinstance(fact, Waiting):
                    assert plan.start[i] >= now, (seed, fact)
                if isinstance(fact, Ended):
                    assert plan.end[i] == fact.at, (seed, fact)


def test_what_is_behind_waiting_work_waits_too() -> None:
    shop = random_shop(1, set(), orders=4)
    plan = solve(shop, budget=Budget(work=10))
    first = int(np.argmin(plan.start))
    now = int(plan.end[first]) + 1
    again = plan.repair([Waiting(first)], now)
    again.check()
    behind = (plan.machine == plan.machine[first]) & (plan.start > plan.start[first])
    assert (again.start[behind] >= now).all()


def test_a_setup_in_progress_is_not_begun_again() -> None:
    ops = [("red", 10), ("blue", 10)]
    orders = tuple(
        Order(f"o{k}", (Operation("p", (Way("saw", time),), state=state),), release=k)
        for k, (state, time) in enumerate(ops)
    )
    saw = Machine("saw", setups="paint", state="red")
    plan = solve(Shop(orders, (saw,), setups=(Setups("paint", default=8),)), Goal.of("makespan"), Budget(work=20))
    assert plan.makespan == 28
    again = plan.repair([], now=14)
    again.check()
    assert again.makespan == 28
    assert again.repair([], now=16).makespan == 28


def test_stock_that_was_used_is_gone_and_what_is_late_is_waited_for() -> None:
    def order(k: int) -> Order:
        return Order(f"o{k}", (Operation("p", (Way("mixer", 10),), uses=(Amount("resin", 4),)),))

    resin = Material("resin", 4, (Receipt(5, 4), Receipt(12, 4)))
    shop = Shop(tuple(order(k) for k in range(3)), (Machine("mixer"),), materials=(resin,))
    plan = solve(shop, Goal.of("makespan"), Budget(work=5))
    assert plan.makespan == 30
    again = plan.repair([], now=8)
    again.check()
    assert again.makespan == 30
    late = plan.repair([Arrives("resin", 12, 45)], now=8)
    late.check()
    assert late.makespan == 55
    with pytest.raises(Refusal) as refused:
        plan.repair([Arrives("resin", 13, 45), Arrives("glue", 5, 9), Arrives("resin", 12, 3)], now=8)
    assert [reason.code for reason in refused.value.reasons] == [
        f"scheduling.event_{kind}" for kind in ("receipt", "unknown", "arrived")
    ]


def test_the_right_shift_alone_keeps_every_sequence() -> None:
    chance = random.Random(7)
    for seed in range(40):
        features = set(chance.sample(sorted(set(FEATURES) - {"progress", "pins"}), chance.randint(0, 6)))
        plan = solve(random_shop(seed, features, orders=5), budget=Budget(work=10))
        now = int(0.4 * plan.makespan)
        again = plan.repair([Down(chance.randrange(3), now, now + 15)], now, budget=Budget(work=0))
        again.check()
        assert (again.machine == plan.machine).all()
        if not features & {"people", "materials"}:  # else somebody, or some stock, may be free sooner
            assert (again.start >= plan.start).all(), (seed, features)
        for m in range(3):
            here = np.flatnonzero(plan.machine == m)
            order = here[np.lexsort((plan.end[here], plan.start[here]))]
            assert (np.diff(again.start[order]) >= 0).all()


def test_a_difference_says_what_moved_by_how_much_and_who_is_late_now() -> None:
    orders = tuple(Order(f"o{k}", (Operation("p", (Way("saw", 10),)),), due=10 * k + 12) for k in range(3))
    plan = solve(Shop(orders, (Machine("saw"),)), Goal.of("tardiness"), Budget(work=5))
    again = plan.repair([Down("saw", 12, 17)], now=11)
    difference = again.diff(plan)
    assert difference.ticks.tolist() == [0, 0, 5]
    assert difference.start.tolist() == [2]
    assert [(m.order, m.before, m.after) for m in difference.orders] == [(1, 20, 25), (2, 30, 35)]
    assert difference.newly_late == (1, 2)
    assert again.diff(plan).terms["makespan"] == (30, 35)
    assert plan.diff(again).no_longer_late == (1, 2)
