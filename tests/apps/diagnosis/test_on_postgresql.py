"""The commands of diagnoses and their pages once more, word by word, on PostgreSQL."""

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
    """All other tests of this folder and those of the pages, under settings that name a database of a PostgreSQL."""
    name = f"diagnosis_{uuid.uuid4().hex[:8]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["DENGTA_DATABASE_URL"] = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    here = sorted(str(f) for f in Path(__file__).parent.glob("test_*.py") if f.name != Path(__file__).name)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *here, "tests/web/diagnosis"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
