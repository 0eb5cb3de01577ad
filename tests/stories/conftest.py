"""What the stories share: the `dengta` command as a person types it, and a home of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """Somebody's terminal: runs `dengta`, keeps one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self, **more: str) -> dict[str, str]:
        """This process's environment with the story's home."""
        return {**os.environ, "DENGTA_HOME": str(self.home), "DENGTA_LANG": "en", **more}

    def run(self, *words: str, expect: int = 0, feed: str | None = None) -> subprocess.CompletedProcess[str]:
        """Type ``dengta words...``, assert its exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "dengta.cli.main", *words],
            env=self.environment(),
            cwd=ROOT,
            input=feed,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == expect, f"dengta {' '.join(words)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str) -> dict[str, Any]:
        """The same with --json, parsed."""
        answer: dict[str, Any] = json.loads(self.run(*words, "--json").stdout)
        return answer


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal with an empty home."""
    return Terminal(tmp_path / "home")


@pytest.fixture
def other_terminal(tmp_path: Path) -> Callable[[str], Terminal]:
    """More terminals, each with its own empty home."""
    return lambda name: Terminal(tmp_path / name)
