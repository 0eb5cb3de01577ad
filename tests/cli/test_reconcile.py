"""`dengta reconcile`: two exports side by side, nothing imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app
from tests.cli.shop import EXAMPLES
from tests.cli.test_import import FILE, MAPPING, make

TIMES = EXAMPLES / "sample-times.toml"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_matched_and_only_on_either_side(tmp_path: Path, language: str) -> None:
    """Every report is in one of the three; each is listed with its row; no home is made."""
    other, home = make(tmp_path / "t.csv", "--times"), tmp_path / "home"
    words = ["reconcile", str(FILE), str(other), "--mapping-a", str(MAPPING), "--mapping-b", str(TIMES)]
    done = CliRunner().invoke(app, [*words, "--home", str(home), "--json"], env={"DENGTA_LANG": language})
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    rows = [{pair[side] for pair in told["pairs"]} for side in ("a", "b")]
    for side, matched in zip(("a", "b"), rows, strict=True):
        alone = {one["row"] for one in told[f"only_{side}"]}
        assert len(matched) == told["matched"]
        assert matched.isdisjoint(alone)
        assert len(matched) + len(alone) == told[side]["reports"]
    assert told["matched"] > 0.95 * told["a"]["reports"]
    assert not home.exists()
    shown = CliRunner().invoke(app, [*words, "--home", str(home)], env={"DENGTA_LANG": language}).stdout
    assert f"{told['matched']:,}" in shown
    assert "Europe/Berlin" in shown


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    """Both files absent, at once."""
    words = ["reconcile", "x.csv", "y.csv", "--mapping-a", str(MAPPING), "--mapping-b", str(TIMES)]
    done = CliRunner().invoke(app, [*words, "--home", str(tmp_path)], env={"DENGTA_LANG": "en"})
    assert done.exit_code == 1
    assert done.stderr.count("there is no such file") == 2
