"""The site of the page tests: its log is written here, the pages read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dengta.site.home import Home
from tests.web.floor.stage import Stage


@pytest.fixture
def stage(tmp_path: Path, settings: Any) -> Iterator[Stage]:
    """A site in a home of its own."""
    settings.HOME = Home.at(tmp_path)
    made = Stage(settings.HOME)
    yield made
    made.close()
