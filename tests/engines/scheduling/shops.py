"""Random small shops, each feature on or off: what property tests feed to decoder, searches and judge."""

from __future__ import annotations

import random
from dataclasses import replace

from dengta.engines.scheduling.model import (
    After,
    Amount,
    Batch,
    Calendar,
    Change,
    Machine,
    Material,
    Need,
    Opening,
    Operation,
    Order,
    Pin,
    Progress,
    Receipt,
    Resource,
    Setups,
    Shop,
    Way,
)

FEATURES = (
    "alternatives",
    "setups",
    "calendars",
    "assemblies",
    "lags",
    "people",
    "batches",
    "materials",
    "pins",
    "progress",
    "dates",
)
ALL = (*FEATURES, "buffers", "sublots", "crews")
"""crews: people and material on batch machines too."""
NEEDS = {"crews": ("batches", "people", "materials")}
"""What a feature is nothing without."""


def random_shop(seed: int, features: set[str], orders: int = 4, operations: int = 3, machines: int = 3) -> Shop:
    """A shop that has just these features, never nonsense."""
    chance = random.Random(seed)
    made_orders = [_order(chance, k, features, operations, machines) for k in range(orders)]
    if "assemblies" in features and orders > 1:
        made_orders[1] = replace(made_orders[1], after=(After("o0", chance.randint(0, 3)),))
    now = 0
    if "progress" in features:
        now = 6
        made_orders = _begin(chance, made_orders, now)
    shop = Shop(
        tuple(made_orders),
        tuple(_machine(chance, m, features) for m in range(machines)),
        calendars=tuple(_calendar(chance, c) for c in ("day", "team")) if "calendars" in features else (),
        setups=_setups(chance) if "setups" in features else (),
        resources=_people(features) if "people" in features else (),
        materials=(Material("resin", 9, (Receipt(20, 50), Receipt(35, 200))),) if "materials" in features else (),
        now=now,
    )
    return _pinned(chance, shop) if "pins" in features else shop


def _machine(chance: random.Random, m: int, features: set[str]) -> Machine:
    oven = m == 0 and "batches" in features
    return Machine(
        f"m{m}",
        calendar="day" if "calendars" in features and m != 1 else "",
        setups=chance.choice(("paint", "ahead")) if "setups" in features else "",
        state=chance.choice(("", "red")) if "setups" in features else "",
        batch=Batch(4, chance.choice((0, 5))) if oven else None,
        buffer=chance.randint(1, 2) if "buffers" in features and m == 2 else None,
    )


def _calendar(chance: random.Random, name: str) -> Calendar:
    openings, at = [], chance.randint(0, 4)
    for _ in range(200):
        length = chance.randint(9, 16)
        openings.append(Opening(at, at + length, chance.choice((1000, 1000, 500)) if name == "day" else 1000))
        at += length + chance.randint(0, 6)
    openings.append(Opening(at, at + 10_000))
    return Calendar(name, tuple(openings))


def _setups(chance: random.Random) -> tuple[Setups, ...]:
    colours = ("red", "blue", "black")
    changes = tuple(Change(a, b, chance.randint(1, 6)) for a in colours for b in colours if a != b)
    return Setups("paint", changes, attached=True), Setups("ahead", changes[:2], default=3)


def _people(features: set[str]) -> tuple[Resource, ...]:
    team = "team" if "calendars" in features else ""
    return (
        Resource("li", ("turn", "set"), team),
        Resource("ana", ("turn",), ""),
        Resource("wu", ("turn", "lift"), team),
    )


def _order(chance: random.Random, k: int, features: set[str], operations: int, machines: int) -> Order:
    own = []
    for i in range(operations):
        own.append(_operation(chance, i, features, machines))
    release = chance.randint(0, 10) if "dates" in features else 0
    due = release + chance.randint(5, 30) if "dates" in features else None
    deadline = 400 if "dates" in features and k == 0 else None
    return Order(f"o{k}", tuple(own), release, due, deadline, chance.randint(1, 4))


def _operation(chance: random.Random, i: int, features: set[str], machines: int) -> Operation:
    possible = chance.sample(range(machines), chance.randint(1, machines) if "alternatives" in features else 1)
    baked = "batches" in features and 0 in possible
    after: tuple[After, ...] | None = None
    if "assemblies" in features and i:
        after = tuple(After(f"p{j}") for j in range(i) if chance.random() < 0.5)
    if "lags" in features and i:
        after = (After(f"p{i - 1}", chance.randint(0, 4), chance.choice((None, 30))),)
    needs: tuple[Need, ...] = ()
    if "people" in features and (not baked or "crews" in features):
        needs = (Need("turn", chance.randint(1, 2), chance.choice(("run", "all"))),)
        needs += (Need("set", 1, "setup"),) if chance.random() < 0.3 and needs[0].during == "run" else ()
        needs += (Need("lift"),) if chance.random() < 0.3 else ()
    supplied = "materials" in features and (not baked or "crews" in features)
    return Operation(
        f"p{i}",
        tuple(Way(f"m{m}", chance.randint(1, 9)) for m in possible),
        after=after,
        state=chance.choice(("red", "blue", "black", "")) if "setups" in features else "",
        needs=needs,
        uses=(Amount("resin", chance.randint(1, 6)),) if supplied and chance.random() < 0.5 else (),
        makes=(Amount("resin", chance.randint(1, 3)),) if supplied and chance.random() < 0.2 else (),
        key=chance.choice(("hot", "mild")) if baked else "",
        size=chance.randint(1, 3) if baked else 1,
        must_fit="calendars" in features and chance.random() < 0.3,
        split=chance.randint(1, 3) if "sublots" in features else 1,
    )


def _begin(chance: random.Random, orders: list[Order], now: int) -> list[Order]:
    """The first operations of the first two orders have begun, on different machines, or only the first one's."""
    used: set[str] = set()
    made = []
    for k, order in enumerate(orders):
        first = order.operations[0]
        machine = first.ways[0].machine
        if k < 2 and first.split == 1 and machine not in used and not order.after and order.release <= 2:
            used.add(machine)
            progress = Progress(machine, order.release, chance.randint(0, 4))
            order = replace(order, operations=(replace(first, progress=progress), *order.operations[1:]))
        made.append(order)
    return made


def _pinned(chance: random.Random, shop: Shop) -> Shop:
    """One late operation held at a start, another held on a machine."""
    made = list(shop.orders)
    last, other = made[-1], made[0]
    op = last.operations[-1]
    pin = Pin(start=60 + chance.randint(0, 9) if op.split == 1 else None, machine=op.ways[0].machine)
    made[-1] = replace(last, operations=(*last.operations[:-1], replace(op, pin=pin)))
    op = other.operations[-1]
    if op.progress is None:
        made[0] = replace(other, operations=(*other.operations[:-1], replace(op, pin=Pin(machine=op.ways[-1].machine))))
    return replace(shop, orders=tuple(made))
