"""People of the city, and a small register written by its own commands. Django is set up when the fixtures run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def people(db: None) -> dict[str, Any]:
    """One per role."""
    from tests.apps.register import stage

    return stage.people_by_role()


@pytest.fixture
def call(people: dict[str, Any]) -> Callable[..., Any]:
    """A call of somebody, by default the analyst."""
    from dengta.apps.accounts.journal import Call
    from tests.apps.register.stage import NOW

    return lambda role="analyst", at=NOW: Call.fresh(people[role], at)


@pytest.fixture
def small(call: Callable[..., Any]) -> list[str]:
    """Five firms."""
    from tests.apps.register import stage

    return stage.five(call)
