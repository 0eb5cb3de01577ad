"""Commands and the pages that go through them once more, word by word, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
ALSO = (
    ("tests/apps/accounts", "tests/apps/plant", "tests/apps/jobs", "tests/apps/register"),
    ("tests/web/imports", "tests/apps/loans", "tests/apps/diagnosis", "tests/web/diagnosis", "tests/web/what_if"),
)
"""Two processes of about the same length: what asks a database, and not only the log."""


@pytest.mark.postgres
@pytest.mark.parametrize("tests", ALSO, ids=lambda tests: tests[0].rpartition("/")[2])
def test_the_same_on_postgresql(postgres_url: str, tests: tuple[str, ...]) -> None:
    """These tests in a process whose settings name a fresh database of a PostgreSQL."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    database = urlsplit(postgres_url)._replace(path=f"/dengta_{uuid.uuid4().hex[:8]}")
    environment["DENGTA_DATABASE_URL"] = database.geturl()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not postgres", *tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
