"""The pages and commands of imports once more, word by word, on PostgreSQL."""

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
    """The tests of the pages, which go through every command, under settings that name a database of a PostgreSQL."""
    name = f"imports_{uuid.uuid4().hex[:8]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["DENGTA_DATABASE_URL"] = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/web/imports"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
