"""The sample workshop in a home of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dengta.site.home import Home

if TYPE_CHECKING:
    from tests.web.imports.stage import Desk


@pytest.fixture
def desk(settings: Any, tmp_path: Path) -> Desk:
    """A site with a plant book and an empty log."""
    from tests.web.imports.stage import Desk  # Django is set up by now

    settings.HOME = Home(tmp_path / "home")
    return Desk(settings.HOME)
