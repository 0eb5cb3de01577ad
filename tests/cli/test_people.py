"""`dengta people`: the first administrator of a plant of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def dengta(home: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dengta.cli.main", "people", *words],
        env={**os.environ, "DENGTA_HOME": str(home), "DENGTA_LANG": "en"},
        input=feed,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_person_is_made_and_listed(tmp_path: Path) -> None:
    done = dengta(tmp_path, "add", "mei", "--name", "梅", "--role", "administrator", feed="correct horse\n")
    assert done.returncode == 0, done.stderr
    assert "梅 may sign in as mei: administrator" in done.stdout
    told = json.loads(dengta(tmp_path, "list", "--json").stdout)
    assert told["people"] == [{"login": "mei", "name": "梅", "roles": ["administrator"], "site": ""}]


def test_every_fault_is_said(tmp_path: Path) -> None:
    done = dengta(tmp_path, "add", "mei", "--name", "梅", "--role", "king", feed="short\n")
    assert done.returncode == 1
    assert "no such role" in done.stderr
    assert "at least 10 characters" in done.stderr
