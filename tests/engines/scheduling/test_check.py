"""The judge sees every kind of crime: each law is broken on purpose, in a plan that kept it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dengta.engines.scheduling.check import judge, wishes
from dengta.engines.scheduling.decoder import RULES, Decoder
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.kernels_layout import Sheet
from dengta.engines.scheduling.model import (
    Amount,
    Batch,
    Machine,
    Material,
    Need,
    Operation,
    Order,
    Receipt,
    Resource,
    Shop,
    Way,
)
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.solve import solve
from dengta.words import LANGUAGES, say
from tests.engines.scheduling.shops import FEATURES, random_shop


def laws(shop: Shop, sheet: Sheet) -> set[str]:
    return {str(reason.params["law"]) for reason in judge(shop.problem, sheet)}


def move(column: str, i: int, by: int) -> Callable[[Sheet], None]:
    def crime(sheet: Sheet) -> None:
        getattr(sheet, column)[i] += by

    return crime


def shift(i: int, by: int) -> Callable[[Sheet], None]:
    def crime(sheet: Sheet) -> None:
        for column in ("setup_start", "setup_end", "start", "end"):
            getattr(sheet, column)[i] += by

    return crime


def planned(features: set[str], seed: int = 1) -> tuple[Shop, Sheet]:
    shop = random_shop(seed, features, orders=5)
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert judge(shop.problem, sheet) == []
    return shop, sheet


@pytest.mark.parametrize(
    ("features", "crime", "law"),
    [
        (set(), shift(4, -500), "release"),
        (set(), shift(0, 3), "precedence"),
        (set(), move("end", 14, -1), "duration"),
        ({"calendars"}, move("end", 7, 1), "working time"),
        ({"setups"}, move("setup", 5, 1), "setup"),
    ],
)
def test_each_crime_is_seen(features: set[str], crime: Callable[[Sheet], None], law: str) -> None:
    shop, sheet = planned(features)
    crime(sheet)
    assert law in laws(shop, sheet)


def test_two_at_once_on_a_machine_are_seen() -> None:
    shop, sheet = planned(set())
    order = np.lexsort((sheet.start, sheet.machine))
    pair = next(k for k in range(1, len(order)) if sheet.machine[order[k]] == sheet.machine[order[k - 1]])
    first, second = order[pair - 1], order[pair]
    shift(int(second), int(sheet.start[first] - sheet.start[second]))(sheet)
    assert "one at a time" in laws(shop, sheet)


def test_a_machine_that_cannot_is_seen() -> None:
    shop, sheet = planned(set())
    c = shop.problem.columns
    sheet.machine[0] = next(m for m in range(3) if m != c.way_machine[0])
    assert "no such way" in laws(shop, sheet)


def first_slot(shop: Shop, need: int) -> int:
    c = shop.problem.columns
    of = int(np.searchsorted(c.need_ptr, need, side="right") - 1)
    return int(c.slot_ptr[of] + c.need_count[c.need_ptr[of] : need].sum())


def test_wrong_double_and_absent_people_are_seen() -> None:
    shop, sheet = planned({"people"})
    c = shop.problem.columns
    slot = first_slot(shop, int(np.flatnonzero(c.need_count == 2)[0]))
    kept = sheet.who.copy()
    sheet.who[slot] = -1
    assert "nobody there" in laws(shop, sheet)
    sheet.who[:] = kept
    sheet.who[slot + 1] = sheet.who[slot]
    assert "one person twice" in laws(shop, sheet)
    sheet.who[:] = kept
    sheet.who[first_slot(shop, int(np.flatnonzero(c.need_skill == 0)[0]))] = 0  # Li cannot lift
    assert "skill" in laws(shop, sheet)


def test_an_overfull_and_a_mixed_batch_are_seen() -> None:
    for seed in range(60):
        shop = random_shop(seed, {"batches"}, orders=6)
        sheet = Decoder(shop.problem).by_rule(RULES[0])
        members = np.flatnonzero(sheet.batch >= 0)
        if len(members):
            break
    else:
        pytest.fail("no batch formed in sixty shops")
    shop.problem.columns.size[members[0]] = 9
    assert "batch" in laws(shop, sheet)
    shop.problem.columns.size[members[0]] = 1
    shop.problem.columns.key[members[0]] += 1
    assert "batch" in laws(shop, sheet)


def test_stock_below_nothing_is_seen() -> None:
    shop, sheet = planned({"materials"})
    user = int(np.flatnonzero(shop.problem.columns.use_quantity > 0)[-1])
    shop.problem.columns.use_quantity[user] = 1000
    assert "stock" in laws(shop, sheet)


def test_wishes_are_told_from_laws() -> None:
    found = set()
    for seed in range(60):
        shop = random_shop(seed, set(FEATURES), orders=6)
        sheet = Decoder(shop.problem).by_rule(RULES[0])
        assert judge(shop.problem, sheet) == []
        found |= {reason.code for reason in wishes(shop.problem, sheet)}
    assert {"scheduling.lag_exceeded", "scheduling.pin_moved"} <= found


def test_machines_that_take_another_sequence_are_seen() -> None:
    problem = from_arrays(
        order=[0, 0, 1, 1], way_ptr=range(5), way_machine=[0, 1, 0, 1], way_time=[5, 1, 6, 9], permutation=True
    )
    sheet = solve(problem, Goal.of("makespan")).sheet
    for column in (sheet.start, sheet.setup_start, sheet.setup_end, sheet.end):
        column[:] = [30, 50, 40, 60] if column is not sheet.end else [35, 51, 46, 69]
    assert judge(problem, sheet) == []
    for column in (sheet.start, sheet.setup_start, sheet.setup_end):
        column[1] = 80
    sheet.end[1] = 81
    assert {reason.params["law"] for reason in judge(problem, sheet)} == {"one sequence"}


def baked(wait: int, **second: object) -> Shop:
    """Two operations for one oven; the second is there 20 ticks after the first."""
    first = Operation("bake", (Way("oven", 30),), key="hot", needs=(Need("load"),))
    other = replace(first, **second) if second else first
    orders = (Order("a", (first,)), Order("b", (other,), release=20))
    crew = (Resource("li", ("load",)), Resource("wu", ("load", "lift")))
    return Shop(orders, (Machine("oven", batch=Batch(4, wait)),), resources=crew)


def test_a_batch_that_waits_too_long_is_seen() -> None:
    patient, hasty = baked(20), baked(19)
    sheet = Decoder(patient.problem).by_rule(RULES[0])
    assert (sheet.start.tolist(), sheet.batch.tolist()) == ([20, 20], [0, 0])
    assert judge(patient.problem, sheet) == []
    assert laws(hasty, sheet) == {"batch wait"}
    assert Decoder(hasty.problem).by_rule(RULES[0]).start.tolist() == [0, 30]


def test_a_batch_has_one_crew() -> None:
    shop = baked(20)
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert sheet.who[0] == sheet.who[1]
    sheet.who[1] = 1 - sheet.who[0]
    assert "batch" in laws(shop, sheet)
    other = baked(20, needs=(Need("lift"),))
    assert Decoder(other.problem).by_rule(RULES[0]).batch.tolist() == [-1, -1]


def test_material_of_a_batch_is_taken_together() -> None:
    shop = replace(baked(20), materials=(Material("resin", 3, (Receipt(90, 1),)),))
    orders = [replace(o, operations=(replace(o.operations[0], uses=(Amount("resin", 2),)),)) for o in shop.orders]
    shop = replace(shop, orders=tuple(orders))
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert (sheet.start.tolist(), judge(shop.problem, sheet)) == ([0, 90], [])
    for column in (sheet.start, sheet.setup_start, sheet.setup_end):
        column[:] = 20
    sheet.end[:], sheet.batch[:] = 50, 0
    assert laws(shop, sheet) == {"stock"}


def test_too_many_before_a_machine_are_named_and_not_planned() -> None:
    orders = tuple(
        Order(f"o{k}", (Operation("a", (Way(f"m{k}", 1),)), Operation("b", (Way("m", 10),)))) for k in range(3)
    )
    machines = (*(Machine(f"m{k}") for k in range(3)), Machine("m", buffer=1))
    shop = Shop(orders, machines)
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert (judge(shop.problem, sheet), wishes(shop.problem, sheet)) == ([], [])
    assert sorted(sheet.start[1::2].tolist()) == [1, 11, 21]
    for column in (sheet.start, sheet.setup_start, sheet.setup_end):
        column[::2] = 0
    sheet.end[::2] = 1
    found = wishes(shop.problem, sheet)
    assert [(r.code, r.params["waiting"]) for r in found] == [("scheduling.buffer_exceeded", 2)]
    assert measured(shop.problem.columns, sheet)["broken"] == 1
    assert all(say(r, language) for r in found for language in LANGUAGES)


def test_sublots_share_the_work_and_stream() -> None:
    saw = Operation("saw", (Way("saw", 7),), split=3, uses=(Amount("board", 2),))
    edge = Operation("edge", (Way("edge", 5), Way("edge 2", 5)), split=3)
    shop = Shop(
        (Order("o", (saw, edge, Operation("pack", (Way("pack", 1),)))),),
        tuple(Machine(name) for name in ("saw", "edge", "edge 2", "pack")),
        materials=(Material("board", 2),),
    )
    c, names = shop.problem.columns, shop.problem.names.operations
    assert names == ("o/saw#1", "o/saw#2", "o/saw#3", "o/edge#1", "o/edge#2", "o/edge#3", "o/pack")
    assert c.way_time[:3].sum() == 7
    assert c.use_quantity.sum() == 2
    before = [c.pred[c.pred_ptr[i] : c.pred_ptr[i + 1]].tolist() for i in range(7)]
    assert before == [[], [], [], [0], [1], [2], [3, 4, 5]]
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert sheet.end[6] < 7 + 5 + 1  # the edge begins before the saw is done
    assert judge(shop.problem, sheet) == []
