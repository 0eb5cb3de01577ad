"""The decoder keeps every law in every kind of shop, whatever the rule; the same input gives the same plan."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dengta.engines.scheduling.check import judge
from dengta.engines.scheduling.decoder import RULES, Decoder, Weights
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.model import Amount, Machine, Material, Operation, Order, Receipt, Shop, Way
from dengta.engines.scheduling.objective import measured
from tests.engines.scheduling.shops import ALL, NEEDS, random_shop


@pytest.mark.parametrize("feature", ALL)
def test_each_feature_alone_keeps_every_law(feature: str) -> None:
    for seed in range(25):
        shop = random_shop(seed, {feature, "alternatives", *NEEDS.get(feature, ())}, orders=1 + seed % 5)
        decoder = Decoder(shop.problem)
        for rule in RULES:
            assert judge(shop.problem, decoder.by_rule(rule)) == [], (seed, rule)


def test_features_together_keep_every_law() -> None:
    chance = random.Random(20261125)
    for seed in range(250):
        features = set(chance.sample(ALL, chance.randint(2, len(ALL))))
        shop = random_shop(seed, features, orders=chance.randint(1, 6), operations=chance.randint(1, 4))
        decoder = Decoder(shop.problem)
        for rule in RULES[:: chance.randint(1, 3)]:
            assert judge(shop.problem, decoder.by_rule(rule)) == [], (seed, features, rule)


def test_any_priority_keeps_every_law() -> None:
    chance = np.random.default_rng(5)
    shop = random_shop(3, set(ALL) - {"pins"}, orders=6, operations=4)
    decoder = Decoder(shop.problem)
    for _ in range(100):
        priority = chance.standard_normal(len(shop.problem.columns.way_machine))
        weights = Weights(look=float(chance.random()), free_choice=float(chance.integers(2)))
        assert judge(shop.problem, decoder.by_priority(priority, weights)) == []


def test_the_same_input_gives_the_same_plan() -> None:
    shop = random_shop(11, set(ALL), orders=6, operations=4)
    first = [Decoder(shop.problem).by_rule(rule) for rule in RULES]
    decoder = Decoder(shop.problem)
    for rule, known in zip(RULES, first, strict=True):
        again = decoder.by_rule(rule)
        assert all((a == b).all() for a, b in zip(known, again, strict=True))


def test_queues_by_rank_make_the_plan_of_looking_at_all() -> None:
    """The same plan, to the tick, whichever of the two decoders makes it; ties, long queues and idle machines too."""
    chance, ranked = random.Random(6), 0
    for seed in range(150):
        features = set(chance.sample(("alternatives", "assemblies", "lags", "dates"), chance.randint(0, 4)))
        size = {"orders": chance.randint(1, 25), "operations": chance.randint(1, 6), "machines": chance.randint(2, 5)}
        problem = random_shop(seed, features, **size).problem
        queues, all_of_them = Decoder(problem), Decoder(problem)
        ranked, all_of_them._bare = ranked + queues._bare, False
        for rule in RULES:
            one, other = queues.by_rule(rule), all_of_them.by_rule(rule)
            assert all((a == b).all() for a, b in zip(one, other, strict=True)), (seed, features, rule)
            even = np.round(queues.priority(rule))  # many ties
            one, other = queues.by_priority(even, rule), all_of_them.by_priority(even, rule)
            assert all((a == b).all() for a, b in zip(one, other, strict=True)), (seed, features, rule)
    assert ranked > 75


def test_nothing_that_can_be_planned_is_left_out() -> None:
    chance = random.Random(8)
    for seed in range(100):
        features = set(chance.sample(ALL, 5))
        shop = random_shop(seed, features, orders=5)
        assert (Decoder(shop.problem).by_rule(RULES[seed % len(RULES)]).machine >= 0).all(), (seed, features)


def test_what_lacks_material_is_left_out_and_the_rest_planned() -> None:
    shop = Shop(
        orders=(
            Order("short", (Operation("a", (Way("m", 3),), uses=(Amount("glue", 7),)), Operation("b", (Way("m", 1),)))),
            Order("fine", (Operation("a", (Way("m", 3),), uses=(Amount("glue", 2),)),)),
        ),
        machines=(Machine("m"),),
        materials=(Material("glue", 1, (Receipt(10, 4),)),),
    )
    sheet = Decoder(shop.problem).by_rule(RULES[0])
    assert sheet.machine.tolist() == [-1, -1, 0]
    assert sheet.start[2] == 10
    assert judge(shop.problem, sheet) == []


def test_a_non_delay_plan_of_two_jobs_by_hand() -> None:
    """Shortest time first: 0/0 before 1/0 on machine 0; then each machine takes what comes."""
    problem = from_arrays(order=[0, 0, 1, 1], way_ptr=range(5), way_machine=[0, 1, 0, 1], way_time=[2, 5, 3, 1])
    sheet = Decoder(problem).by_rule(Weights(rest=0.0))
    assert sheet.start.tolist() == [0, 2, 2, 7]
    assert measured(problem.columns, sheet)["makespan"] == 8


@pytest.mark.shared
def test_known_makespans_of_plain_rules(shared_data) -> None:
    """Most work remaining, with and without the own time, as measured on the public instances by other code."""
    from dengta.engines.scheduling.formats import read

    for name, by_ratio, by_work in (("ta21", 2033, None), ("tai_100_100_1", 90238, 91307)):
        problem, _ = read((shared_data / f"scheduling/jsp/{name}.txt").read_text(), name, "jsp")
        decoder = Decoder(problem)
        assert measured(problem.columns, decoder.by_rule(RULES[0]))["makespan"] == by_ratio
        if by_work:
            assert measured(problem.columns, decoder.by_rule(RULES[1]))["makespan"] == by_work
