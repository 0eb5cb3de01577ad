"""Two exports of one shop: the order system and the time clocks tell the same work, each by its own clock.

Nobody counts an hour twice because two systems know of it; nobody loses the second witness either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.conftest import ROOT, Terminal

IMPORTS = ROOT / "examples" / "imports"


@pytest.fixture
def times(tmp_path: Path) -> Path:
    """What the time clocks recorded of the sample's work."""
    file = tmp_path / "operation-times.csv"
    subprocess.run([sys.executable, str(IMPORTS / "make_sample.py"), str(file), "--times"], check=True)
    return file


def brought(terminal: Terminal, *words: str) -> dict[str, dict[str, int]]:
    """The answer of an import."""
    told: dict[str, dict[str, int]] = terminal.json("import", *words)
    return told


def test_the_second_export_is_a_second_witness(terminal: Terminal, times: Path, tmp_path: Path) -> None:
    """Bring the first in; draft the second's mapping, whose clock is measured beside the first; no figure moves."""
    brought(terminal, str(IMPORTS / "sample-shop.csv"), "--mapping", str(IMPORTS / "sample-shop.toml"))
    figures = terminal.json("kpi", "--by", "machine")["figures"]
    draft = tmp_path / "times.toml"
    terminal.run("import", str(times), "--suggest", "--site", "sample", "--out", str(draft))
    assert 'zone = "Europe/Berlin"' in draft.read_text()
    account = brought(terminal, str(times), "--mapping", str(draft))
    twins, rows, kept = account["twins"], account["rows"], account["kept"]
    assert rows["total"] == rows["accepted"] + rows["repaired"] + rows["duplicate"] + rows["rejected"]
    assert kept == {"facts": 0, "twins": rows["accepted"] + rows["repaired"]}
    assert twins["matched"] > 0.97 * (twins["matched"] + twins["only_log"])
    assert terminal.json("kpi", "--by", "machine")["figures"] == figures
    lines = [json.loads(line) for line in terminal.run("log", "export").stdout.splitlines()]
    held = {(line["stream"], line["epoch"], line["seq"]) for line in lines}
    witnesses = [line for line in lines if line.get("flags", 0) & 128]
    assert len(witnesses) == 2 * twins["matched"]
    assert all((one["ref_stream"], one["ref_epoch"], one["ref_seq"]) in held for one in witnesses)


def test_they_can_be_laid_side_by_side_before_anything_is_kept(terminal: Terminal, times: Path) -> None:
    """The same three numbers, without an import."""
    words = (str(IMPORTS / "sample-shop.csv"), str(times), "--mapping-a", str(IMPORTS / "sample-shop.toml"))
    told = terminal.json("reconcile", *words, "--mapping-b", str(IMPORTS / "sample-times.toml"))
    assert told["matched"] + len(told["only_a"]) == told["a"]["reports"]
    assert told["matched"] + len(told["only_b"]) == told["b"]["reports"]
    assert not terminal.home.exists()
