"""Every bench is found, says what it claims, and knows --full."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.__main__ import HERE, benches


def test_every_bench_says_what_it_is() -> None:
    assert {"append", "kill9", "sealed_size"} <= benches().keys()
    assert all(benches().values())


@pytest.mark.parametrize("name", sorted(benches()))
def test_every_bench_knows_full(name: str) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--help"], cwd=HERE.parent, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert "--full" in asked.stdout
