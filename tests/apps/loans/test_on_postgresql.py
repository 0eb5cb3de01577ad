"""The commands and pages of loans once more, word by word, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_url: str) -> None:
    """Under settings that name a database of a PostgreSQL."""
    name = f"loans_{uuid.uuid4().hex[:8]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["DENGTA_DATABASE_URL"] = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    tests = [
        "tests/apps/loans/test_commands.py",
        "tests/apps/loans/test_lists.py",
        "tests/web/loans",
        "tests/web/what_if",
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
