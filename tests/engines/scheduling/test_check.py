"""The judge sees every kind of crime: each law is broken on purpose, in a plan that kept it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dengta.engines.scheduling.check import judge, wishes
from dengta.engines.scheduling.decoder import RULES, Decoder
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.kernels_layout import Sheet
from dengta.engines.scheduling.model import Shop
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.solve import solve
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
