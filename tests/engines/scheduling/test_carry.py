"""A plan carried into a changed shop: orders come and go, what has begun stays, and every law is kept."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dengta.core.budget import Budget
from dengta.core.reason import Refusal
from dengta.engines.scheduling import Ended, Plan, Shop, Stability, from_arrays, solve
from dengta.engines.scheduling.model import Amount, Machine, Material, Operation, Order, Receipt, Way
from tests.engines.scheduling.shops import ALL, random_shop

CALM = Stability(machine=10, start=1)


def shop_of(*orders: str, urgent: str = "") -> Shop:
    """Orders that are sawn and then pressed, alike but for their names."""
    return Shop(
        tuple(
            Order(
                name,
                (
                    Operation("cut", (Way("saw", 5),)),
                    Operation("press", (Way("press", 10), Way("old press", 14))),
                ),
                due=20 if name == urgent else 200,
                weight=9 if name == urgent else 1,
            )
            for name in orders
        ),
        (Machine("saw"), Machine("press"), Machine("old press")),
    )


def at(plan: Plan, name: str) -> tuple[str, int]:
    i = plan.operation(name)
    return plan.problem.names.of("machines", int(plan.machine[i])), int(plan.start[i])


def test_an_order_is_added_and_another_cancelled() -> None:
    plan = solve(shop_of("a", "b", "c", "d"), budget=Budget(work=50))
    now = 6
    begun = [name for name in plan.problem.names.operations if at(plan, name)[1] < now]
    gone = next(name for name in "abcd" if f"{name}/cut" not in begun)
    kept = [name for name in "abcd" if name != gone]
    changed = shop_of("rush", *kept, urgent="rush")
    again = plan.repair([], now, budget=Budget(work=60), shop=changed)
    again.check()
    assert set(again.problem.names.operations) == {
        f"{name}/{op}" for name in ("rush", *kept) for op in ("cut", "press")
    }
    assert all(at(again, name) == at(plan, name) for name in begun)
    assert (again.machine >= 0).all()
    assert at(again, "rush/cut")[1] >= now
    first = min(at(again, f"{name}/cut")[1] for name in ("rush", *kept) if f"{name}/cut" not in begun)
    assert at(again, "rush/cut")[1] == first, "what is urgent goes next"


def test_nothing_changed_nothing_moves() -> None:
    shop = shop_of("a", "b", "c")
    plan = solve(shop, budget=Budget(work=50))
    again = plan.repair([], 7, stability=CALM, shop=shop)
    moved = again.diff(plan)
    assert len(moved.machine) == len(moved.start) == 0


def test_a_plan_beside_one_of_a_changed_shop() -> None:
    plan = solve(shop_of("a", "b", "c"), budget=Budget(work=50))
    again = plan.repair([], 0, stability=CALM, budget=Budget(work=40), shop=shop_of("c", "new", "a"))
    moved = again.diff(plan)
    names = again.problem.names.operations
    assert {names[i] for i in moved.machine} >= {"new/cut", "new/press"}
    order = again.problem.names.orders.index("new")
    assert (order, -1) in [(one.order, one.before) for one in moved.orders]


def test_what_has_begun_must_still_be_there() -> None:
    plan = solve(shop_of("a", "b", "c"), budget=Budget(work=50))
    first = next(name for name in "abc" if at(plan, f"{name}/cut")[1] == 0)
    with pytest.raises(Refusal) as refused:
        plan.repair([], 3, shop=shop_of(*(name for name in "abc" if name != first)))
    assert [(r.code, r.params["operation"]) for r in refused.value.reasons] == [
        ("scheduling.event_gone", f"{first}/cut")
    ]
    nameless = from_arrays(order=[0], way_ptr=[0, 1], way_machine=[0], way_time=[1])
    with pytest.raises(Refusal, match="nameless"):
        plan.repair([], 0, shop=nameless)


def test_what_was_reported_before_is_still_known_and_stock_is_used_once() -> None:
    def stocked(*orders: str) -> Shop:
        use = (Amount("resin", 4),)
        made = (Order(o, (Operation("mix", (Way("kettle", 6),), uses=use),)) for o in orders)
        return Shop(tuple(made), (Machine("kettle"),), materials=(Material("resin", 8, (Receipt(30, 20),)),))

    plan = solve(stocked("a", "b", "c"), budget=Budget(work=20))
    first = plan.problem.names.operations[int(plan.start.argmin())]
    once = plan.repair([Ended(first, 9)], 10)
    again = once.repair([], 10, shop=stocked("a", "b", "c", "d"))
    again.check()
    assert at(again, first)[1] == 0
    starts = sorted(again.start.tolist())
    assert starts[:2] == [0, 10], "there is resin for two until more comes"
    assert starts[2] == 30


def test_every_kind_of_shop_is_carried_within_the_law() -> None:
    chance = random.Random(5)
    for seed in range(40):
        features = set(chance.sample(sorted(set(ALL) - {"progress", "pins", "assemblies"}), chance.randint(0, 6)))
        shop = random_shop(seed, features, orders=5)
        plan = solve(shop, budget=Budget(work=10))
        now = int(chance.random() * plan.makespan)
        begun = {name.split("/")[0] for name in plan.problem.names.operations if 0 <= at(plan, name)[1] < now}
        kept = [order for order in shop.orders if order.id in begun or chance.random() < 0.6]
        new = [replace(order, id=f"new{k}") for k, order in enumerate(shop.orders[:2])]
        changed = replace(shop, orders=(*new, *kept))
        again = plan.repair([], now, freeze=chance.choice((0, 5)), shop=changed, seed=seed)
        again.check()
        for name in again.problem.names.operations:
            if not name.startswith("new") and 0 <= at(plan, name)[1] < now:
                assert at(again, name) == at(plan, name), (seed, features, name)
