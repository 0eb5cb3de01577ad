"""Every format read right, and every fault of a file named with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.core.budget import Budget
from dengta.core.reason import Refusal
from dengta.engines.scheduling.formats import FORMATS, read
from dengta.engines.scheduling.kernels_layout import NEVER
from dengta.engines.scheduling.solve import solve
from dengta.words import LANGUAGES, say

SHOP = Path(__file__).parents[3] / "examples" / "shops" / "furniture.toml"
SDST = "2 2\n1 1 0 5\n2 2 0 3 1 4 1 1 2\nFAMILIES 2\n0\n1 0\nSETUP\n0 3\n4 0\nJOBS release due weight\n0 9 2\n1 8 1\n"


def ways(problem) -> list[list[tuple[int, int]]]:
    c = problem.columns
    pairs = list(zip(c.way_machine.tolist(), c.way_time.tolist(), strict=True))
    return [pairs[a:b] for a, b in zip(c.way_ptr[:-1], c.way_ptr[1:], strict=True)]


def test_jsp_and_rjsp() -> None:
    problem, goal = read("2 2\n0 3 1 2\n1 4 0 1\n", "x", "jsp")
    assert ways(problem) == [[(0, 3)], [(1, 2)], [(1, 4)], [(0, 1)]]
    assert str(goal) == "makespan"
    problem, _ = read("2 2\n0 3 1 2 0 5 -1 -1\n1 4 -1 -1\n", "x", "rjsp")
    assert problem.columns.order.tolist() == [0, 0, 0, 1]
    assert problem.columns.pred.tolist() == [0, 1]


def test_fjsp_with_its_flexibility() -> None:
    problem, _ = read("1 3 1.5\n2 2 0 5 2 4 1 1 9\n", "x", "fjsp")
    assert ways(problem) == [[(0, 5), (2, 4)], [(1, 9)]]


def test_fajsp_takes_what_hangs_together_as_one_order() -> None:
    problem, _ = read("4 2 2\n0 2\n1 2\n1 0 3\n1 1 4\n2 0 5 1 6\n1 0 7\n", "x", "fajsp")
    assert problem.columns.order.tolist() == [0, 0, 0, 1]
    assert problem.columns.pred.tolist() == [0, 1]


def test_sdst() -> None:
    problem, goal = read(SDST, "x", "sdst")
    c = problem.columns
    assert c.state.tolist() == [0, 1, 0]
    assert c.setup.tolist() == [[[0, 3], [4, 0]]]
    assert (c.release.tolist(), c.due.tolist(), c.weight.tolist()) == ([0, 1], [9, 8], [2, 1])
    assert str(goal) == "tardiness, makespan"


def test_the_four_of_flow() -> None:
    problem, _ = read("2\n2\n2 1\n5 6\n7 8\n", "x", "hfsp")
    assert ways(problem) == [[(0, 5), (1, 5)], [(2, 6)], [(0, 7), (1, 7)], [(2, 8)]]
    problem, _ = read("2\n2\n5 6\n7 8\n", "x", "npfsp")
    assert (ways(problem), problem.permutation) == ([[(0, 5)], [(1, 6)], [(0, 7)], [(1, 8)]], False)
    problem, _ = read("2\n2\n5 6\n7 8\n0 1\n2 0\n0 3\n4 0\n", "x", "sdst-pfsp")
    assert problem.permutation
    assert problem.columns.setup.tolist() == [[[0, 1], [2, 0]], [[0, 3], [4, 0]]]
    assert problem.columns.machine_setups.tolist() == [0, 1]
    problem, goal = read("2\n2\n11 12\n5 6\n7 8\n", "x", "tt-pfsp")
    assert problem.columns.due.tolist() == [11, 12]
    assert str(goal) == "tardiness"


@pytest.mark.parametrize(
    ("form", "text", "codes"),
    [
        ("jsp", "2 2\n0 3 1 2\n", {"file_ends"}),
        ("jsp", "1 2\n0 3 1\n", {"file_pairs"}),
        ("jsp", "2 2\n0 3 5 2\n0 -3 1 x\n", {"file_bounds", "file_not_number", "file_pairs"}),
        ("jsp", "1 1\n0 3\n0 4\n", {"file_more"}),
        ("jsp", "", {"file_ends"}),
        ("rjsp", "1 1\n0 3\n", {"file_no_end", "file_pairs"}),
        ("fjsp", "1 2\n2 1 0 3 2 1 4\n", {"file_alternatives"}),
        ("fjsp", "1 2\n1 2 0 3 0 4\n", {"file_machine_twice"}),
        ("fajsp", "2 2 1\n0 1\n1 0\n1 0 3\n1 0 4\n", {"cycle"}),
        ("sdst", "1 1\n1 1 0 3\n", {"file_sections"}),
        ("hfsp", "1\n2\n2\n5 6\n", {"file_length"}),
        ("json", "{", {"file_json"}),
        ("json", '{"machine": [{"id": "m"}], "order": [{"id": "o", "operation": [{"id": "a", "on": {"m": 1.5}}]}]}',
         {"not_duration"}),
    ],
)  # fmt: skip
def test_every_fault_of_a_file_is_named(form: str, text: str, codes: set[str]) -> None:
    with pytest.raises(Refusal) as refused:
        read(text, "shop.txt", form)
    assert {reason.code.removeprefix("scheduling.") for reason in refused.value.reasons} == codes
    for reason in refused.value.reasons:
        assert all(say(reason, language) for language in LANGUAGES)


def test_a_shop_in_toml_and_in_json_is_the_same() -> None:
    from_toml, _ = read(SHOP.read_text("utf-8"), SHOP.name, "toml")
    assert from_toml.names.orders == ("A-17", "A-18", "A-19", "A-20")
    assert from_toml.zone == "Asia/Shanghai"
    c = from_toml.columns
    assert c.due[0] == 12 * 60
    assert c.lag_most[c.lag_most < NEVER].tolist() == [240]
    assert c.capacity.tolist() == [0, 0, 0, 0, 12]
    plan = solve(from_toml, budget=Budget(work=20))
    assert plan.wishes == ()
    text = (
        '{"machine": [{"id": "m"}], "order": [{"id": "o", "due": "2h", "operation": [{"id": "a", "on": {"m": "1h"}}]}]}'
    )
    from_json, _ = read(text, "x", "json")
    assert (from_json.columns.way_time.tolist(), from_json.columns.due.tolist()) == ([60], [120])


def test_what_a_toml_shop_states_wrongly_comes_at_once() -> None:
    text = SHOP.read_text("utf-8")
    text = text.replace('"mon-sat 06:00-14:00"', '"sometimes"').replace('"3h", saw-2', '"soon", saw-2')
    text = text.replace('"2026-11-28"', '"never"').replace("weight = 4", "wait = 4")
    with pytest.raises(Refusal) as refused:
        read(text, "shop.toml", "toml")
    codes = [reason.code for reason in refused.value.reasons]
    wanted = ["not_weekly", "not_duration", "not_date"]
    assert all(f"scheduling.{code}" in codes for code in wanted)
    assert "toml.unknown_key" in codes


@pytest.mark.shared
def test_every_stored_instance_is_read(shared_data: Path) -> None:
    for file in sorted((shared_data / "scheduling").glob("*/*.txt")):
        form = file.parent.name if file.parent.name in FORMATS else file.stem.rpartition("-")[0]
        problem, _ = read(file.read_text(), file.name, form)
        assert len(problem.topological) == len(problem.columns.order)
