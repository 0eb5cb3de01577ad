"""Rows over processes: in order, on every hand, and a row that kills is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.processes.runner import RowBroke, Runner
from tests.processes.rows import FUNCTIONS


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(FUNCTIONS, workers=2) as pool:
        yield pool


def test_results_come_in_the_order_of_the_rows(runner: Runner) -> None:
    seen: list[tuple[int, int]] = []
    results = runner.map("square", range(50), lambda done, rows: seen.append((done, rows)))
    assert [square for square, _ in results] == [n * n for n in range(50)]
    assert seen == [(n + 1, 50) for n in range(50)]
    assert len({pid for _, pid in results}) == 2
    assert runner.map("square", []) == []


def test_a_process_that_dies_is_replaced_and_its_row_tried_again(runner: Runner, tmp_path: Path) -> None:
    rows = [str(tmp_path / name) for name in "abc"]
    assert runner.map("die_once", rows) == ["a", "b", "c"]


def test_a_row_that_kills_every_process_is_named(runner: Runner) -> None:
    with pytest.raises(Refusal) as refused:
        runner.map("die", range(4))
    (reason,) = refused.value.reasons
    assert (reason.code, reason.place, reason.params["code"]) == ("process.row_died", ("die", "row 2"), 7)
    assert runner.map("square", [3])[0][0] == 9


def test_refusals_and_faults_keep_their_row(runner: Runner) -> None:
    with pytest.raises(Refusal) as refused:
        runner.map("refuse", range(4))
    assert refused.value.reasons[0].place == ("refuse", "row 3", "seq")
    with pytest.raises(RowBroke, match=r"(?s)divide, row 1.*ZeroDivisionError"):
        runner.map("divide", [0])
    with pytest.raises(KeyError, match="square"):
        runner.map("absent", [0])
