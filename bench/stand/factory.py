"""A fictional furniture plant of any size with everything a shop can have: what `bench.factory` plans.

One tick is a minute, tick 0 a Monday's midnight. Two shifts with breaks, nights at a reduced rate; saws, edgers with
setups by colour and setters, drills with own times, ovens that take batches, crews by skill, boards that arrive daily,
kits that are made and used, few places before the assembly, orders that wait for orders, running and pinned work.
"""

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

DAY = 1440
NOW = 8 * 60
COLOURS = ("white", "grey", "oak", "walnut", "black", "green")
RECIPES = ("clear", "satin", "gloss")
GROUPS = ("saw", "edge", "drill", "lacquer", "press", "assembly", "pack")
_SHARE = {"saw": 20, "edge": 15, "drill": 18, "lacquer": 9, "press": 8, "assembly": 21, "pack": 9}
_PER_MACHINE = 165  # operations


def plant(operations: int, seed: int) -> Shop:
    """About so many operations, with machines, crews and material in proportion. The same seed, the same plant."""
    chance = random.Random(seed)
    machines = max(10, operations // _PER_MACHINE)
    groups = {name: max(1, round(machines * share / 100)) for name, share in _SHARE.items()}
    days = 90
    orders = _orders(chance, operations, groups)
    return Shop(
        tuple(orders),
        tuple(_machines(chance, groups)),
        _calendars(days),
        _setups(chance),
        _crew(groups),
        _materials(operations, days),
        now=NOW,
    )


def _calendars(days: int) -> tuple[Calendar, ...]:
    """Two shifts of work days with breaks, the night at 700 per mille, and Saturdays for the long ones."""
    early, late, night, always = [], [], [], []
    for day in range(days):
        at = day * DAY
        always.append(Opening(at, at + DAY))
        if day % 7 == 6:
            continue
        early += [Opening(at + 360, at + 600), Opening(at + 615, at + 840)]
        if day % 7 < 5:
            late += [Opening(at + 840, at + 1080), Opening(at + 1110, at + 1320)]
            night.append(Opening(at + 1320, at + 1320 + 420, 700))
    both = tuple(sorted((*early, *late), key=lambda o: o.start))
    three = tuple(sorted((*both, *night), key=lambda o: o.start))
    return (
        Calendar("early", tuple(early)),
        Calendar("late", tuple(late)),
        Calendar("two shifts", both),
        Calendar("three shifts", three),
        Calendar("always", tuple(always)),
    )


def _setups(chance: random.Random) -> tuple[Setups, ...]:
    """Edgers change by colour pair and may be prepared ahead; ovens by recipe, only when the load is there."""
    pairs = [Change(a, b, chance.randint(10, 50)) for a in COLOURS for b in COLOURS if a != b]
    return Setups("colour", tuple(pairs)), Setups("recipe", (Change("*", "gloss", 40),), default=25, attached=True)


def _machines(chance: random.Random, groups: dict[str, int]) -> list[Machine]:
    found = []
    for group, count in groups.items():
        for k in range(count):
            one = Machine(f"{group} {k}", "two shifts")
            if group == "edge":
                one = replace(one, calendar="three shifts", setups="colour", state=chance.choice(COLOURS))
            elif group == "lacquer":
                one = replace(one, calendar="always", setups="recipe", state="satin", batch=Batch(8, 45))
            elif group == "press":
                one = replace(one, calendar="always", buffer=6)
            elif group == "pack":
                one = replace(one, buffer=10)
            found.append(one)
    return found


def _crew(groups: dict[str, int]) -> tuple[Resource, ...]:
    """Setters and loaders are scarce; assembly crews work one shift each; some can do several things."""
    setters, loaders = max(2, 2 * groups["edge"] // 3), max(2, groups["lacquer"])
    found = [Resource(f"setter {k}", ("set",), ("three shifts", "two shifts")[k % 2]) for k in range(setters)]
    found += [Resource(f"loader {k}", ("load",), "two shifts") for k in range(loaders)]
    for k in range(4 * groups["assembly"]):
        skills = ("assemble", "pack") if k % 5 == 0 else ("assemble",)
        found.append(Resource(f"fitter {k}", skills, ("early", "late")[k % 2]))
    found += [Resource(f"packer {k}", ("pack",), ("early", "late")[k % 2]) for k in range(max(2, groups["pack"]))]
    found += [Resource(f"jig {k}", ("jig",)) for k in range(max(2, groups["drill"]))]
    return tuple(found)


def _materials(operations: int, days: int) -> tuple[Material, ...]:
    """Boards and fittings arrive every work day, somewhat late for the demand; kits are made in the plant."""
    daily = max(20, operations // 75)
    arrivals = tuple(Receipt(day * DAY + 420, daily) for day in range(1, days) if day % 7 < 5)
    return (
        *(Material(f"board {c}", 2 * daily, arrivals) for c in COLOURS),
        Material("fittings", 6 * daily, tuple(replace(r, quantity=4 * daily) for r in arrivals)),
        Material("kit", operations // 60),
    )


def _orders(chance: random.Random, operations: int, groups: dict[str, int]) -> list[Order]:
    """Orders one after the other until there are enough operations; the first ones have begun, some are pinned."""
    found: list[Order] = []
    count = 0  # of sublots
    span = 9 * DAY if operations > 2000 else 2 * DAY
    while count < operations:
        k = len(found)
        release = NOW + int(span * count / operations) if k > max(2, groups["saw"]) else 0
        order = _order(chance, k, release, groups, found)
        found.append(order)
        count += sum(op.split for op in order.operations)
    _begin(found, groups)
    _pin(chance, found)
    return found


def _order(chance: random.Random, k: int, release: int, groups: dict[str, int], before: list[Order]) -> Order:
    """A cabinet: body and front in two branches, joined in the assembly.

    Every eighth makes kits, every tenth is drilled in two sublots, every sixth waits for another order.
    """
    colour, recipe, lots = chance.choice(COLOURS), chance.choice(RECIPES), chance.randint(1, 4)

    def on(group: str, low: int, high: int, most: int = 3) -> tuple[Way, ...]:
        several = chance.sample(range(groups[group]), min(groups[group], chance.randint(1, most)))
        time = chance.randint(low, high)
        return tuple(Way(f"{group} {m}", time * chance.randint(90, 130) // 100) for m in several)

    board = (Amount(f"board {colour}", 2 * lots),)
    body = [
        Operation("saw", on("saw", 15, 50), (), uses=board),
        Operation("edge", on("edge", 20, 60), (After("saw"),), colour, (Need("set", 1, "setup"),)),
        Operation(
            "drill",
            on("drill", 20, 80),
            (After("edge"),),
            needs=(Need("jig", 1, "all"),),
            split=2 if k % 10 == 9 else 1,
        ),
    ]
    last = [After("drill")]
    if chance.random() < 0.6:
        body += [
            Operation("front saw", on("saw", 10, 30), (), uses=board),
            Operation(
                "lacquer", tuple(Way(w.machine, 90) for w in on("lacquer", 90, 90)), (After("front saw"),), recipe,
                needs=(Need("load"),), key=recipe, size=lots, must_fit=True,
            ),
        ]  # fmt: skip
        last.append(After("lacquer", 120, None))
    if chance.random() < 0.4:
        body.append(Operation("press", on("press", 30, 90), tuple(last), must_fit=True))
        last = [After("press", 30, 3 * DAY)]
    body.append(
        Operation(
            "assemble", on("assembly", 30, 120), tuple(last), needs=(Need("assemble", chance.randint(1, 2)),),
            uses=(Amount("fittings", lots), *((Amount("kit", 1),) if k % 4 == 1 else ())),
        )
    )  # fmt: skip
    makes = (Amount("kit", 4),) if k % 8 == 0 else ()
    body.append(Operation("pack", on("pack", 10, 40, 2), (After("assemble"),), needs=(Need("pack"),), makes=makes))
    due = release + DAY // 2 + int(chance.triangular(0.2, 4.0, 0.8) * DAY)
    after = (After(before[-chance.randint(1, min(9, len(before)))].id, 30),) if k % 6 == 5 and release else ()
    late = due + 20 * DAY if k % 10 == 0 else None
    return Order(f"A-{k}", tuple(body), release, due, late, chance.choice((1, 1, 2, 2, 4, 8)), after)


def _begin(orders: list[Order], groups: dict[str, int]) -> None:
    """What was sawn this morning is done, what is on the edgers now has minutes to go."""
    saws, edgers = {f"saw {m}" for m in range(groups["saw"])}, {f"edge {m}" for m in range(groups["edge"])}
    for k in range(max(2, groups["saw"])):
        saw, edge, *rest = orders[k].operations
        first = next((w for w in saw.ways if w.machine in saws), None)
        second = next((w for w in edge.ways if w.machine in edgers), None)
        if first is None:
            continue
        saws.discard(first.machine)
        saw = replace(saw, progress=Progress(first.machine, NOW - 120, 0, NOW - 60))
        if second is not None:
            edgers.discard(second.machine)
            edge = replace(edge, progress=Progress(second.machine, NOW - 30, 10 + 5 * k % 40))
        orders[k] = replace(orders[k], operations=(saw, edge, *rest))


def _pin(chance: random.Random, orders: list[Order]) -> None:
    """Every 40th order: its packing is fixed to a machine; every 80th drilling stands at a time, or after another's."""
    for k in range(20, len(orders), 40):
        *rest, pack = orders[k].operations
        pack = replace(pack, pin=Pin(machine=chance.choice(pack.ways).machine))
        if k % 80 == 20:
            rest[0] = replace(rest[0], pin=Pin(after=f"{orders[k - 1].id}/saw"))
        orders[k] = replace(orders[k], operations=(*rest, pack))
    if len(orders) > 12:
        saw, *rest = orders[12].operations
        start = 2 * DAY + 400
        orders[12] = replace(orders[12], operations=(replace(saw, pin=Pin(start, saw.ways[0].machine)), *rest))
