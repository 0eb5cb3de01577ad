"""The model plant's home for the pages of Today: written once, its clock put where a test wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dengta.apps.orders.queries import site_orders
from dengta.apps.production.queries import site_floor
from dengta.site.clock import SiteClock
from dengta.site.home import Home
from tests.web.floor.conftest import stage
from tests.web.today.plant_home import NOW, furnished

__all__ = ["plant", "plant_home", "stage"]


@pytest.fixture(scope="session")
def plant_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four days of the model plant."""
    return furnished(Path(tmp_path_factory.mktemp("plant")))


@pytest.fixture
def plant(settings: Any, plant_home: Home) -> Home:
    """The same, its clock standing at `NOW`; nothing of it was looked at yet."""
    settings.HOME = plant_home
    SiteClock(NOW, 0, 1, NOW).save(plant_home.site("furniture").clock)
    site_orders.cache_clear()
    site_floor.cache_clear()
    return plant_home
