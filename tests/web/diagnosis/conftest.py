"""People of a firm and of the programme, signed in; a home of the test's own for files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dengta.site.home import Home
from tests.apps.register.conftest import call, people, small

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["call", "people", "small"]
Sign = Callable[[str], Any]


@pytest.fixture
def firm(client_of: Sign, settings: Any, tmp_path: Path) -> Client:
    """The applicant of a firm."""
    from dengta.apps.accounts.models import User
    from tests.apps.diagnosis.firms import OURS, registered

    settings.HOME = Home(tmp_path / "home")
    client = client_of("firm")
    User.objects.filter(login="ouyang-qing").update(enterprise=OURS)
    registered(OURS)
    return client


@pytest.fixture
def draft(firm: Client) -> str:
    """The address of a draft that was begun by the button."""
    from dengta.apps.diagnosis.models import Diagnosis

    page = firm.get("/city/diagnosis/").content.decode()
    fields = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("key", "id", "edition")}
    answer = firm.post("/city/diagnosis/begin/", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert firm.post("/city/diagnosis/begin/", fields)["Location"] == answer["Location"], "a second tap"
    return f"/city/diagnosis/{Diagnosis.objects.get().pk}/"
