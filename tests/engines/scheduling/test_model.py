"""Nonsense is refused at the door, all of it at once, each with its place and a sentence in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dengta.core.reason import Refusal
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.model import (
    After,
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
from dengta.engines.scheduling.objective import Goal
from dengta.words import LANGUAGES, say

M = (Machine("m"),)


def op(id: str = "a", **more: Any) -> Operation:
    return Operation(id, more.pop("ways", (Way("m", 2),)), **more)


def order(*operations: Operation, id: str = "o", **more: Any) -> Order:
    return Order(id, operations or (op(),), **more)


def codes(**shop: Any) -> set[str]:
    with pytest.raises(Refusal) as refused:
        Shop(**{"machines": M, "orders": (order(),), **shop})
    for reason in refused.value.reasons:
        for language in LANGUAGES:
            assert say(reason, language)
    return {reason.code.removeprefix("scheduling.") for reason in refused.value.reasons}


@pytest.mark.parametrize(
    ("shop", "code"),
    [
        ({"orders": ()}, "no_orders"),
        ({"machines": ()}, "no_machines"),
        ({"orders": (order(), order())}, "twice"),
        ({"orders": (order(id="a/b"),)}, "bad_id"),
        ({"orders": (Order("o", ()),)}, "no_operations"),
        ({"orders": (order(op(ways=())),)}, "no_machine"),
        ({"orders": (order(op(ways=(Way("m", -1),))),)}, "number"),
        ({"orders": (order(op(ways=(Way("m", 1), Way("m", 2)))),)}, "machine_twice"),
        ({"orders": (order(op(ways=(Way("x", 1),))),)}, "unknown"),
        ({"orders": (order(release=-1),)}, "number"),
        ({"machines": (Machine("m", calendar="x"),)}, "unknown"),
        ({"calendars": (Calendar("c", ()),)}, "never_opens"),
        ({"calendars": (Calendar("c", (Opening(0, 9),)),), "now": 9}, "never_opens"),
        ({"calendars": (Calendar("c", (Opening(0, 9), Opening(5, 12))),)}, "openings_overlap"),
        ({"calendars": (Calendar("c", (Opening(5, 5), Opening(6, 9))),)}, "opening"),
        ({"machines": (Machine("m", buffer=0),)}, "number"),
        ({"orders": (order(op(split=0)),)}, "number"),
        ({"orders": (order(op(split=2, pin=Pin(start=4))),)}, "split_fixed"),
        ({"resources": (Resource("r", ()),)}, "no_skill"),
        ({"orders": (order(op(after=(After("b", 5, 2),)), op("b")),)}, "lag_range"),
        ({"orders": (order(op(after=(After("b"),)), op("b")),)}, "cycle"),
        ({"resources": (Resource("r", ("s",)),), "orders": (order(op(needs=(Need("s", 2),))),)}, "too_few"),
        ({"resources": (Resource("r", ("s",)),), "orders": (order(op(needs=(Need("s", 1, "x"),))),)}, "during"),
        ({"orders": (order(op(pin=Pin(machine="n"))),)}, "not_a_way"),
        (
            {
                "machines": (*M, Machine("n")),
                "orders": (order(op(ways=(Way("m", 1), Way("n", 1)), pin=Pin(start=3))),),
            },
            "pin_without_machine",
        ),
        ({"orders": (order(op(pin=Pin(start=3)), op("b", pin=Pin(start=4))),)}, "pins_overlap"),
        ({"machines": (Machine("m", batch=Batch(2)),), "orders": (order(op(size=3, key="k")),)}, "too_large"),
        ({"materials": (Material("w", -1, (Receipt(0, 0),)),)}, "number"),
        (
            {
                "setups": (Setups("s", (Change("a", "b", 1),)),),
                "machines": (Machine("m", setups="s"),),
                "orders": (order(op(state="a"), op("b", state="b")),),
            },
            "setup_missing",
        ),
        ({"orders": (order(op(progress=Progress("m", 5, 0))),)}, "begun_later"),
        ({"orders": (order(op(), op("b", progress=Progress("m", 0, 0))),)}, "begun_before"),
        (
            {"orders": (order(op(progress=Progress("m", 0, 1))), order(op(progress=Progress("m", 0, 1)), id="p"))},
            "begun_twice",
        ),
        ({"tick": 0}, "number"),
    ],
)
def test_nonsense_is_refused(shop: dict[str, Any], code: str) -> None:
    assert code in codes(**shop)


def test_all_faults_come_at_once() -> None:
    found = codes(
        machines=(Machine("m", calendar="x"), Machine("m")),
        orders=(order(op(ways=())), order(op(ways=(Way("m", -3),)), id="p", weight=-1)),
    )
    assert {"unknown", "twice", "no_machine", "number"} <= found


def test_a_ring_is_shown_as_a_path() -> None:
    ring = (op("a", after=(After("c"),)), op("b", after=(After("a"),)), op("c", after=(After("b"),)))
    with pytest.raises(Refusal) as refused:
        Shop(machines=M, orders=(Order("o", ring),))
    assert refused.value.reasons[0].params["path"] == "o/a > o/b > o/c > o/a"


def test_a_deadline_that_cannot_hold_comes_with_its_proof() -> None:
    chain = (op("saw"), op("edge", after=(After("saw", 3),)), op("pack"))
    with pytest.raises(Refusal) as refused:
        Shop(machines=M, orders=(Order("o", chain, release=4, deadline=12),))
    params = refused.value.reasons[0].params
    assert (params["earliest"], params["path"]) == (4 + 2 + 3 + 2 + 2, "o/saw > o/edge > o/pack")
    assert Shop(machines=M, orders=(Order("o", chain, release=4, deadline=13),)).orders


def test_orders_after_orders_wait_for_their_last_operations() -> None:
    shop = Shop(machines=M, orders=(order(op("a"), op("b")), order(op("a"), id="p", after=(After("o", 7),))))
    c = shop.problem.columns
    assert c.pred[c.pred_ptr[2] : c.pred_ptr[3]].tolist() == [1]
    assert c.lag[c.pred_ptr[2]] == 7


def test_rules_of_setups_are_tried_in_turn() -> None:
    setups = Setups("s", (Change("white", "black", 5), Change("*", "white", 9)), default=7)
    times = [setups.time(a, b) for a, b in (("white", "black"), ("black", "white"), ("white", "white"), ("x", "y"))]
    assert times == [5, 9, 0, 7]
    assert setups.time("", "white") == 0


def test_columns_say_what_objects_say() -> None:
    shop = Shop(machines=M, orders=(order(op("a"), op("b"), due=9, weight=3), order(op(), id="p", release=2)))
    columns = from_arrays(
        order=[0, 0, 1], way_ptr=range(4), way_machine=[0, 0, 0], way_time=[2, 2, 2], release=[0, 2], due=[9, -1],
        weight=[3, 1],
    )  # fmt: skip
    for name, ours, theirs in zip(shop.problem.columns._fields, shop.problem.columns, columns.columns, strict=True):
        assert np.array_equal(ours, theirs), name


def test_every_fault_of_columns_comes_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        from_arrays(order=[0, 1], way_ptr=[0, 1, 2], way_machine=[0, 7], way_time=[1, -1], machines=2, weight=[1, -2])
    found = {(reason.code, reason.place[0]) for reason in refused.value.reasons}
    assert found == {("scheduling.column_value", name) for name in ("way_machine", "way_time", "weight")}
    with pytest.raises(Refusal) as refused:
        from_arrays(
            order=[0, 0], way_ptr=[0, 1, 2], way_machine=[0, 0], way_time=[1, 1], pred_ptr=[0, 1, 2], pred=[1, 0]
        )
    assert refused.value.reasons[0].code == "scheduling.cycle"
    with pytest.raises(Refusal) as refused:
        from_arrays(order=[0], way_ptr=[0, 1, 1], way_machine=[0], way_time=[1, 2])
    assert {reason.code for reason in refused.value.reasons} == {"scheduling.column_length"}


def test_goals_are_read_and_written_alike() -> None:
    goal = Goal.of("tardiness, makespan + 3*setups")
    assert str(goal) == "tardiness, makespan + 3*setups"
    assert Goal.of(str(goal)) == goal
    for nonsense in ("speed", "", "makespan, ", "-1*makespan", "0*makespan"):
        with pytest.raises(Refusal):
            Goal.of(nonsense)
