"""The kill -9 bench, a few rounds of it on every run of the tests."""

from __future__ import annotations

from pathlib import Path

from bench import kill9


def test_nothing_acknowledged_is_lost_in_three_kills(tmp_path: Path) -> None:
    rounds = list(kill9.run(3, seed=20_261_123, folder=tmp_path / "home"))
    assert [(one.round, one.lost, one.doubled, one.wrong) for one in rounds] == [(n, 0, 0, 0) for n in range(3)]
    assert rounds[-1].acknowledged > 100
